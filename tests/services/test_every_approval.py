"""Every approval of the four shipped catalogues asks exactly the right person, or nobody (R-072, R-175, R-176)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Engine, create_engine, delete, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import operator
from helpdesk.domain.catalogue import Catalogue, StepSpec
from helpdesk.models.institutions import Institution, Mailbox
from helpdesk.models.outbox import Letter
from helpdesk.models.people import RoleHolding
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.services import approvals_asked, authority
from helpdesk.services.people import meet
from tests.cast import DESK, TUESDAY, load
from tests.conftest import WORKER, create_from_template, drop, rolled_back
from tests.domain.shipped import shipped

HOLDER, SUBSTITUTE, REQUESTER = (f"{name}@tabla.example.org" for name in ("titular", "subrogante", "solicitante"))
TODAY = date(2026, 4, 7)
CATALOGUES = ("mef-ec", "sigec-cl", "conectamef-pe", "seps-ec")
SCOPED = ("region", "programme", "centre", "organ")


@dataclass
class Question:
    """One approval of a catalogue, about to be asked."""

    session: Session
    institution: Institution
    ticket: Ticket
    row: Step
    spec: StepSpec

    @property
    def role(self) -> str:
        assert self.spec.actor.role is not None
        return self.spec.actor.role

    def name(self, address: str) -> None:
        """Names the holder of the function."""
        scope = approvals_asked.scope_of(self.ticket, self.spec)
        with clock.fixed(TUESDAY):
            authority.grant(self.session, operator(), self.institution.key, address, self.role, scope)

    def substitute(self, address: str) -> None:
        """Names who substitutes today."""
        scope = approvals_asked.scope_of(self.ticket, self.spec)
        with clock.fixed(TUESDAY):
            authority.substitute(
                self.session, operator(), self.institution.key, address, self.role, scope, TODAY, TODAY
            )

    def ask(self) -> list[str]:
        """Whom the letter that asks goes to."""
        self.row.state = "active"
        with clock.fixed(TUESDAY):
            approvals_asked.ask(self.session, operator(), self.ticket, self.row, self.spec)
        asked = select(Letter.recipient).where(Letter.ticket_id == self.ticket.id, Letter.letter == "aprobacion")
        return list(self.session.scalars(asked))


def approvals() -> list[tuple[str, str, str]]:
    """Every approval that a catalogue asks for."""
    return [
        (key, request_type.key, step.key)
        for key in CATALOGUES
        for request_type in shipped(key).request_types
        for step in request_type.route
        if step.kind == "approve" and step.enabled
    ]


def place(catalogue: Catalogue, scope: str | None) -> dict[str, str]:
    """Where the ticket belongs, as far as the approval needs it."""
    first = {
        "region": [entry.key for entry in catalogue.regions],
        "programme": [entry.key for entry in catalogue.programmes],
        "centre": [entry.key for entry in catalogue.centres],
        "organ": [entry.key for entry in catalogue.organs],
    }
    return {scope: first[scope][0]} if scope in first else {}


@pytest.fixture(scope="module")
def published(server: str) -> Iterator[Engine]:
    """A database in which the four catalogues are in force."""
    name = f"approvals_{WORKER}"
    made = create_engine(create_from_template(server, name))
    with Session(made) as opened, clock.fixed(TUESDAY):
        for key in CATALOGUES:
            load(opened, shipped(key))
        opened.commit()
    yield made
    made.dispose()
    drop(server, name)


@pytest.fixture
def session(published: Engine) -> Iterator[Session]:
    """A session that leaves no trace there."""
    with rolled_back(published) as opened:
        yield opened


@pytest.fixture(params=approvals(), ids="/".join)
def question(session: Session, request: pytest.FixtureRequest) -> Question:
    """The approval on a ticket with its place, in an institution where nobody holds a function."""
    key, type_key, step_key = request.param
    session.info["desk"] = DESK
    catalogue = shipped(key)
    spec = catalogue.request_type(type_key).step(step_key)
    with clock.fixed(TUESDAY):
        institution = load(session, catalogue)
        session.execute(delete(RoleHolding).where(RoleHolding.institution_id == institution.id))
        ticket = Ticket(
            institution_id=institution.id,
            number=1,
            catalogue_version_id=institution.catalogue_version_id,
            request_type=type_key,
            status="open",
            channel="email",
            subject="Solicitud",
            mailbox_id=session.scalars(select(Mailbox.id).where(Mailbox.institution_id == institution.id)).first(),
            requester_id=meet(session, institution.id, "Solicitante", REQUESTER).id,
            team=catalogue.request_type(type_key).responsible_team,
            fields={},
            received_at=TUESDAY,
            filed_at=TUESDAY,
            updated_at=TUESDAY,
            **place(catalogue, spec.actor.scope),
        )
        session.add(ticket)
        session.flush()
        row = Step(
            ticket_id=ticket.id, position=0, key=spec.key, kind="approve", name=spec.name, state="to_come",
            role=spec.actor.role, asked_at=TUESDAY,
        )  # fmt: skip
        session.add(row)
        session.flush()
    return Question(session, institution, ticket, row, spec)


def test_without_its_place_nobody_is_asked(question: Question) -> None:
    question.name(HOLDER)
    if question.spec.actor.scope in SCOPED:
        setattr(question.ticket, question.spec.actor.scope, None)
        assert question.ask() == []
        assert (question.ticket.blocked_by or "").startswith("Falta ")
    else:
        assert question.ask() == [HOLDER]


def test_without_a_holder_nobody_is_asked_and_the_sentence_names_the_function(question: Question) -> None:
    assert question.ask() == []
    role = shipped(question.institution.key).role(question.role).name
    assert f"«{role}»" in (question.ticket.blocked_by or "")


def test_exactly_the_holder_is_asked(question: Question) -> None:
    question.name(HOLDER)
    assert question.ask() == [HOLDER]
    assert question.ticket.blocked_by is None


def test_exactly_the_substitute_is_asked(question: Question) -> None:
    question.name(HOLDER)
    question.substitute(SUBSTITUTE)
    assert question.ask() == [SUBSTITUTE]


def test_the_requester_is_never_asked(question: Question) -> None:
    question.name(REQUESTER)
    assert question.ask() == []
    assert "es parte de la solicitud" in (question.ticket.blocked_by or "")


def test_the_requesters_substitute_is(question: Question) -> None:
    question.name(REQUESTER)
    question.substitute(SUBSTITUTE)
    assert question.ask() == [SUBSTITUTE]
