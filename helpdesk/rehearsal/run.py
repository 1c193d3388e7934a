"""Runs a whole rehearsal: every case alone, a verdict for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from helpdesk.cataloguefile import LOADER, SHIPPED, read
from helpdesk.db import transaction
from helpdesk.domain.calendars import calendar_of
from helpdesk.domain.catalogue import Catalogue
from helpdesk.domain.deadlines import count
from helpdesk.domain.errors import HelpdeskError
from helpdesk.queries.health import equation
from helpdesk.rehearsal import play
from helpdesk.rehearsal.cases import Case, chain
from helpdesk.rehearsal.compare import Difference, differences
from helpdesk.rehearsal.observe import observe, present
from helpdesk.rehearsal.stage import Stage


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one case ended; no differences means `ok`."""

    name: str
    differences: tuple[Difference, ...]


def shipped() -> tuple[Catalogue, ...]:
    """The catalogues that come with the product."""
    return tuple(read(path) for path in sorted(SHIPPED.glob("*.yaml")))


def rehearse(stage: Stage, cases: tuple[Case, ...], chosen: tuple[Case, ...]) -> Iterator[Verdict]:
    """Play the chosen cases one after another, each in a database of its own; `cases` are those replies rest on."""
    for case in chosen:
        try:
            before = chain(cases, case)
            with stage.fresh():
                yield _one(stage, before, case)
        except HelpdeskError as error:
            yield Verdict(case.name, (Difference("error", "plays", str(error)),))


def check_deadlines(path: Path, catalogues: tuple[Catalogue, ...]) -> Iterator[Verdict]:
    """Count every worked deadline of a `deadlines.yaml`."""
    by_key = {each.institution.key: each for each in catalogues}
    document = yaml.load(path.read_text(encoding="utf-8"), LOADER)  # noqa: S506  # a safe loader in either case
    for index, row in enumerate(document["deadlines"]):
        catalogue = by_key[row["institution"]]
        request_type = catalogue.request_type(row["request_type"])
        calendar = calendar_of(catalogue.calendar(request_type.service_hours))
        got = count(row["amount"], row["unit"], datetime.fromisoformat(row["start"]), calendar).at
        wanted = datetime.fromisoformat(row["due"])
        found = (
            () if got == wanted else (Difference("due", wanted.isoformat(), got.astimezone(wanted.tzinfo).isoformat()),)
        )
        yield Verdict(f"{path.name}#{index + 1} {row['request_type']}", found)


def _one(stage: Stage, before: tuple[Case, ...], case: Case) -> Verdict:
    course = play.Course()
    play.set_up(case)
    for earlier in before:
        play.prepare(stage, course, earlier)
        play.deliver(stage, course, earlier)
    play.prepare(stage, course, case)
    with transaction() as session:
        before_it = present(session)
    play.deliver(stage, course, case)
    root = str(case.expected.get("reply_to") or "").partition("-")[0]
    with transaction() as session:
        observed = observe(session, course, before_it)
        found = differences(case.expected, observed, course.tickets.get(root))
        if not equation(session, case.received_at).holds:
            found += (Difference("ledger", "equation holds", "it does not"),)
        return Verdict(case.name, found)
