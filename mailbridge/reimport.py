"""Messages that lie in files (eml, Maildir, mbox) through the same door as live mail; safe to repeat."""

import hashlib
import mailbox
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import getaddresses
from pathlib import Path

from helpdesk.db import transaction
from helpdesk.domain.errors import Invalid
from helpdesk.queries import mailboxes
from helpdesk.queries.mailboxes import Door
from mailbridge import failpoints, intake
from mailbridge.fingerprint import first_values, plain, split

RECIPIENTS = (b"delivered-to", b"x-original-to", b"to", b"cc")


@dataclass(frozen=True)
class Stored:
    """One stored message; `read` gives its bytes when its turn comes."""

    name: str
    read: Callable[[], bytes]


def messages(paths: list[Path]) -> Iterator[Stored]:
    """Every message of the paths: a file is one message or an mbox, a folder a Maildir or a tree of eml files.

    Raises `Invalid` for a path that is neither.
    """
    for path in paths:
        if path.is_dir():
            yield from folder(path)
        elif path.is_file():
            yield from mbox(path) if is_mbox(path) else (Stored(str(path), path.read_bytes),)
        else:
            raise Invalid(f"There is nothing at {path}: name an eml file, an mbox, a Maildir or a folder of eml files.")


def folder(path: Path) -> Iterator[Stored]:
    """A Maildir's new and read messages, or every eml file below a folder, by name."""
    if (path / "cur").is_dir():
        found = [file for part in ("new", "cur") for file in sorted((path / part).iterdir())]
    else:
        found = sorted(path.rglob("*.eml"))
    for file in found:
        yield Stored(str(file), file.read_bytes)


def is_mbox(path: Path) -> bool:
    """Whether a file begins as an mbox does and is not called eml (which may carry one such line)."""
    with path.open("rb") as file:
        return file.read(5) == b"From " and path.suffix.lower() != ".eml"


def mbox(path: Path) -> Iterator[Stored]:
    """The messages of an mbox."""
    box = mailbox.mbox(str(path), create=False)
    for key in box.iterkeys():
        yield Stored(f"{path}#{key}", lambda key=key: box.get_bytes(key))  # type: ignore[misc]  # the key, bound now


def take_in(message: Stored, recipient: str | None, *, dated: bool) -> tuple[int, ...]:
    """Takes one message in, for `recipient` or for each mailbox of ours that it names; gives the ledger numbers."""
    raw = message.read()
    digest = hashlib.sha256(raw).hexdigest()
    accepted = list[int]()
    for address, door in doors_of(raw, recipient).items():
        envelope = intake.Envelope(
            "import", door.institution_id, door.mailbox_id, f"{digest}:{address}", None, address, date_header=dated
        )
        failpoints.reach("import.before_accept")
        accepted.append(intake.accept(envelope, raw))
        failpoints.reach("import.after_accept")
    return tuple(accepted)


def doors_of(raw: bytes, recipient: str | None) -> dict[str, Door]:
    """The mailboxes that a message is for, by the address that led there."""
    fields = first_values(split(raw)[0])
    named = [plain(fields[name]) for name in RECIPIENTS if name in fields]
    addresses = [recipient] if recipient else [address.lower() for _, address in getaddresses(named)]
    with transaction() as session:
        found = {address: mailboxes.find(session, address) for address in addresses if "@" in address}
    seen = set[int]()
    doors: dict[str, Door] = {}
    for address, door in found.items():
        if door is not None and door.mailbox_id not in seen:
            seen.add(door.mailbox_id)
            doors[address] = door
    return doors
