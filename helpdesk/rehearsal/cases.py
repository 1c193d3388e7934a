"""The cases of a folder: sample mails and what a helpdesk should do with each (`expected.yaml`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from helpdesk.cataloguefile import LOADER
from helpdesk.domain.errors import Invalid

NEEDED = ("file", "institution", "received_at", "sender")


@dataclass(frozen=True, slots=True)
class Case:
    """One sample. `expected` holds the keys of the folder's `expected.yaml`, as documented there."""

    path: Path
    expected: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The file's name, by which cases refer to each other."""
        return self.path.name

    @property
    def number(self) -> str:
        """What stands before the first hyphen of the name: placeholders of other cases use it."""
        return self.name.partition("-")[0]

    @property
    def received_at(self) -> datetime:
        """When the message arrives (aware). Raises Invalid."""
        try:
            found = datetime.fromisoformat(str(self.expected["received_at"]))
        except ValueError as error:
            raise Invalid(f"{self.name}: received_at: {error}.") from error
        if found.tzinfo is None:
            raise Invalid(f"{self.name}: received_at: falta el huso horario, por ejemplo -05:00.")
        return found

    @property
    def raw(self) -> bytes:
        """The message, byte for byte."""
        return self.path.read_bytes()


def load(folders: tuple[Path, ...]) -> tuple[Case, ...]:
    """All cases of the folders, in the order of their files. Raises Invalid for a folder that is none of ours."""
    found: list[Case] = []
    for folder in folders:
        listing = folder / "expected.yaml"
        if not listing.is_file():
            raise Invalid(f"{folder}: no tiene expected.yaml; dé una carpeta de casos.")
        for index, entry in enumerate(_entries(listing)):
            lacking = [key for key in NEEDED if not isinstance(entry, dict) or not entry.get(key)]
            if lacking:
                raise Invalid(f"{listing}: samples.{index}: falta {', '.join(lacking)}.")
            path = folder / str(entry["file"])
            if not path.is_file():
                raise Invalid(f"{listing}: samples.{index}: no existe {entry['file']}.")
            found.append(Case(path, entry))
    return tuple(found)


def _entries(listing: Path) -> list[Any]:
    try:
        document = yaml.load(listing.read_text(encoding="utf-8"), LOADER)  # noqa: S506  # a safe loader in either case
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid(f"{listing}: no es YAML válido: {' '.join(str(error).split())}") from error
    entries = document.get("samples") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise Invalid(f"{listing}: falta la lista «samples».")
    return entries


def chain(cases: tuple[Case, ...], case: Case) -> tuple[Case, ...]:
    """The cases that a reply rests on, oldest first, without itself. Raises Invalid when one is missing."""
    by_name = {each.name: each for each in cases}
    before: list[Case] = []
    wanted = case.expected.get("reply_to")
    while wanted:
        earlier = by_name.get(wanted)
        if earlier is None:
            raise Invalid(f"{case.name}: responde a {wanted}, que no está en las carpetas dadas.")
        if earlier in before:
            raise Invalid(f"{case.name}: la cadena de reply_to da vueltas en {wanted}.")
        before.insert(0, earlier)
        wanted = earlier.expected.get("reply_to")
    return tuple(before)
