"""Whether the mandatory documents of a request were looked at before its work is done or it is answered (R-066, R-067).

A document counts once an agent confirmed a file of it or saw its original. What the machine proposed and nobody
confirmed does not, nor what was rejected or never came.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from helpdesk.domain.catalogue import RequiredDocument

State = Literal["proposed", "rejected", "missing"]
WORDS: Mapping[State, str] = {
    "proposed": "nadie confirmó su archivo",
    "rejected": "se rechazó",
    "missing": "no ha llegado",
}
REASON = "Marque que revisó los documentos, o escriba el motivo para seguir sin ellos."


@dataclass(frozen=True, slots=True)
class Pending:
    """A mandatory document that nobody vouches for."""

    key: str
    name: str
    state: State

    @property
    def told(self) -> str:
        """«Memorándum» and why it does not count."""
        return f"«{self.name}» ({WORDS[self.state]})"


@dataclass(frozen=True, slots=True)
class Review:
    """What an agent says of the documents when finishing a step: that they were looked at, or why it goes on without
    them."""

    looked_at: bool = False
    reason: str = ""


NOTHING_SAID = Review()


def pending(
    needed: Collection[RequiredDocument], files: Mapping[str, Collection[str]], seen: Mapping[str, str]
) -> tuple[Pending, ...]:
    """The mandatory documents that nobody vouches for, in the catalogue's order.

    `files` are the states of the files of each document, `seen` how its original was seen: on paper it needs no file,
    a valid electronic signature is that of a file.
    """
    found = []
    for document in needed:
        states = files.get(document.key, ())
        how = seen.get(document.key)
        if "confirmed" in states or how == "paper" or (how is not None and "proposed" in states):
            continue
        state: State = "proposed" if "proposed" in states else "rejected" if "rejected" in states else "missing"
        found.append(Pending(document.key, document.name, state))
    return tuple(found)


def refusal(step: str, found: Collection[Pending]) -> str:
    """Why a step is not finished: which documents, and what to do."""
    return (
        f"Antes de «{step}» revise en «Documentos»: {'; '.join(each.told for each in found)}. Confírmelos marcando "
        "«Revisé los documentos», devuelva la solicitud, o escriba el motivo para seguir sin ellos."
    )
