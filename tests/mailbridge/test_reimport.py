"""Messages that lie in files."""

import mailbox
from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk.db import transaction
from helpdesk.domain.errors import Invalid
from helpdesk.models.ledger import Arrival
from mailbridge import reimport
from tests.mailhouse import House, letter


def arrivals() -> list[Arrival]:
    """The ledger."""
    with transaction() as session:
        return list(session.scalars(select(Arrival).order_by(Arrival.id)))


def take_in(path: Path, to: str | None = None, *, dated: bool = False) -> list[int]:
    """How many arrivals each message of the path made."""
    return [len(reimport.take_in(message, to, dated=dated)) for message in reimport.messages([path])]


def test_a_folder_of_eml_files_is_taken_in_once_however_often_it_is_imported(house: House, tmp_path: Path) -> None:
    for number in range(3):
        raw = letter(to=house.mailbox, message_id=f"<{number}@x.example>")
        (tmp_path / f"{number}.eml").write_bytes(raw)
    assert take_in(tmp_path) == [1, 1, 1]
    take_in(tmp_path)
    assert len(arrivals()) == 3


def test_a_message_to_two_of_our_mailboxes_arrives_in_both(house: House, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(letter(to=f"{house.mailbox}, {house.other_mailbox}"))
    assert take_in(tmp_path) == [2]


def test_a_message_for_nobody_of_ours_is_told_and_not_lost_in_silence(house: House, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(letter(to="otra@elsewhere.example"))
    assert take_in(tmp_path) == [0]
    assert take_in(tmp_path, to=house.mailbox) == [1]


def test_an_mbox_and_a_maildir_are_read(house: House, tmp_path: Path) -> None:
    box = mailbox.mbox(str(tmp_path / "old.mbox"))
    box.add(letter(to=house.mailbox, message_id="<1@x.example>"))
    box.add(letter(to=house.mailbox, message_id="<2@x.example>"))
    box.close()
    folder = mailbox.Maildir(str(tmp_path / "Maildir"))
    folder.add(letter(to=house.mailbox, message_id="<3@x.example>"))
    assert take_in(tmp_path / "old.mbox") == [1, 1]
    assert take_in(tmp_path / "Maildir") == [1]
    assert [row.message_id for row in arrivals()] == ["1@x.example", "2@x.example", "3@x.example"]


def test_the_date_header_counts_as_receipt_only_when_asked(house: House, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(letter(to=house.mailbox))
    take_in(tmp_path, dated=True)
    assert arrivals()[0].received_at.isoformat().startswith("2025-03-03T")
    assert arrivals()[0].accepted_at.year > 2025


def test_a_path_with_nothing_is_refused_by_name(house: House, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="nothing"):
        take_in(tmp_path / "nothing")
