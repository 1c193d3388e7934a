"""Whole messages through all rules that read a request: who asks, for what, with which data and papers."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from helpdesk.cataloguefile import LOADER
from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.domain.classification import Classification, classify
from helpdesk.domain.fieldreading import FieldValue, ReadingFacts, read_fields
from helpdesk.domain.incoming import PassedOn, Person
from helpdesk.domain.requesters import Requester, identify
from helpdesk.domain.requirements import CandidateFile, missing_documents, missing_fields, propose_documents
from helpdesk.domain.validation import invalid_fields
from tests.domain.shipped import shipped

HERE = Path(__file__).parent
BY_MAIL = {"channel": "email"}


def letters(name: str) -> list[Any]:
    found = yaml.load((HERE / name).read_text(encoding="utf-8"), LOADER)
    return [pytest.param(each, id=f"{number:02}-{each['subject'][:40]}") for number, each in enumerate(found)]


@dataclass(frozen=True)
class Letter:
    """A message of the file, read step by step."""

    given: dict[str, Any]

    @property
    def catalogue(self) -> Catalogue:
        return shipped(self.given["institution"])

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(self.given.get("files", ()))

    @property
    def request_type(self) -> RequestType:
        return self.catalogue.request_type(self.given["request_type"])

    def roles_of(self, address: str) -> frozenset[tuple[str, str | None]]:
        return frozenset((each.role, each.scope) for each in self.catalogue.directory if each.address == address)

    def requester(self, request_type: RequestType | None) -> Requester:
        forwarded = self.given.get("forwarded")
        passed_on = PassedOn(person(forwarded), "", "") if forwarded else None
        own = frozenset(each.address.partition("@")[2] for each in self.catalogue.mailboxes)
        return identify(self.catalogue, person(self.given["sender"]), passed_on, self.roles_of, own, request_type)

    def classified(self) -> Classification:
        box = self.catalogue.mailbox(self.given["mailbox"])
        roles = frozenset(role for role, _ in self.roles_of(person(self.given["sender"]).address))
        return classify(self.catalogue, box, self.given["subject"], self.given["text"], self.files, roles)

    def fields(self) -> dict[str, FieldValue]:
        asking = self.requester(self.request_type)
        facts = ReadingFacts(
            self.given["subject"],
            self.given["text"],
            self.files,
            self.catalogue.mailbox(self.given["mailbox"]),
            person(self.given["sender"]),
            asking.person,
            asking.holdings,
            datetime.fromisoformat(self.given["received"]).replace(
                tzinfo=ZoneInfo(self.catalogue.institution.timezone)
            ),
            "email",
        )
        return read_fields(self.catalogue, self.request_type, facts)


def person(text: str) -> Person:
    name, address = parseaddr(text)
    return Person(name, address)


ALL = letters("samples.yaml") + letters("letters.yaml")
DECIDED = [each for each in ALL if each.values[0]["request_type"]]


@pytest.mark.parametrize("given", ALL)
def test_the_type_is_proposed(given: dict[str, Any]) -> None:
    found = Letter(given).classified()
    assert (found.request_type, list(found.candidates)) == (given["request_type"], given.get("candidates", []))


@pytest.mark.parametrize("given", DECIDED)
def test_the_data_are_read(given: dict[str, Any]) -> None:
    wanted = given.get("fields", {})
    read = Letter(given).fields()
    assert {key: read.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("given", DECIDED)
def test_what_is_missing_or_invalid_is_told(given: dict[str, Any]) -> None:
    letter = Letter(given)
    fields = letter.fields()
    files = tuple(
        CandidateFile(number, name, "application/octet-stream", False, 9000) for number, name in enumerate(letter.files)
    )
    provided = {each.document_key for each in propose_documents(letter.request_type, fields, BY_MAIL, files)}
    told = {
        "missing_documents": list(missing_documents(letter.request_type, fields, BY_MAIL, frozenset(provided))),
        "missing_fields": list(missing_fields(letter.request_type, fields, BY_MAIL)),
        "invalid_fields": sorted(invalid_fields(letter.catalogue, letter.request_type, fields, {})),
    }
    assert told == {key: sorted(given.get(key, [])) if key == "invalid_fields" else given.get(key, []) for key in told}


@pytest.mark.parametrize("given", [each for each in DECIDED if "requester" in each.values[0]])
def test_the_requester_is_known_and_may_ask(given: dict[str, Any]) -> None:
    letter = Letter(given)
    found = letter.requester(letter.request_type)
    assert (found.person.address, found.entitled) == (given["requester"], True)
