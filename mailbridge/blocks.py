"""A quoted header block («De: / Enviado: / Para: / Asunto:») in a text, told from a typed memorandum."""

import re
from dataclasses import dataclass

from mailbridge import dialects

_BLOCK_LINES = 16
_LINE_LENGTH = 600
ADDRESS = re.compile(r"[^\s<>()\[\]@:]{1,64}@[^\s<>()\[\]@]{1,255}")
DATE = re.compile(
    r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{4}[/.\-]\d\d[/.\-]\d\d|\b\d{1,2}:\d\d\b|\b\d{1,2}h\d\d\b"
    r"|\b\d{1,2}(?:º|°|\.|er|st|nd|rd|th)?,? (?:de )?[a-zç\u00e0-\u00ff]{3,10}[.,]? (?:de |del )?\d{4}\b"
    r"|\b[a-z]{3,9}\.? \d{1,2},? \d{4}\b|\d{4}[年년] ?\d{1,2}[月월] ?\d{1,2}[日일]",
    re.I,
)
_INVISIBLE = str.maketrans(
    "", "", "\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\u2061\u2062\u2063\u2064\u00ad\ufeff"
)


@dataclass(frozen=True, slots=True)
class Block:
    """A quoted header block: its fields by kind, and the lines it covers (`end` is the first one after it)."""

    start: int
    end: int
    fields: dict[str, str]


def folded(line: str) -> str:
    """A line as the tables of `dialects` are written: casefold, white space collapsed, invisible marks removed."""
    return " ".join(line.translate(_INVISIBLE).split()).casefold()


def read_block(lines: list[str], start: int) -> Block | None:
    """The header block that begins at this line («De: / Enviado: / Para: / Asunto:»), None when there is none."""
    first = _label(lines[start])
    if first is None or first[0] not in ("from", "subject", "sent", "date"):
        return None
    found: dict[str, str] = {}
    blanks = 0
    last = start
    kind = ""
    for at in range(start, min(start + _BLOCK_LINES, len(lines))):
        labelled = _label(lines[at])
        if labelled is not None:
            kind, value = labelled
            if kind == "from" and kind in found:
                break
            found.setdefault(kind, value)
            last, blanks = at, 0
        elif not lines[at].strip("> *\t"):
            blanks += 1
            if blanks > 1 or _complete(found):
                break
        elif blanks or not kind or not _continues(found, kind):
            break
        else:
            found[kind] = f"{found[kind]} {lines[at].strip('> *')}".strip()
            last = at
    return Block(start, last + 1, found) if _complete(found) else None


def _continues(found: dict[str, str], kind: str) -> bool:
    """Whether a plain line may belong to the field above it: wrapped recipients and subjects, or an empty value."""
    return not found[kind] or kind in ("to", "cc", "subject") or ("@" not in found[kind] and kind == "from")


def _complete(found: dict[str, str]) -> bool:
    kinds = found.keys() - {"other"}
    return "from" in kinds and len(kinds) >= 3 and bool(kinds & {"sent", "date", "subject"})


def _label(line: str) -> tuple[str, str] | None:
    bare = line.lstrip("> \t*").replace("\uff1a", ":", 1)
    label, colon, value = bare.partition(":")
    if not colon or len(label) > 30:
        return None
    kind = dialects.FIELD_LABELS.get(folded(label.replace("*", "")))
    return None if kind is None else (kind, value.strip(" *\t\u200e\u200f"))


def is_run_together(line: str) -> bool:
    """Whether a line is a whole header block, as converters from HTML write it: «De: Ana <a@x.org> Enviado: … Para: …».

    It begins with a label, holds two more of other kinds, and an address or a date.
    """
    first = _label(line)
    if first is None or first[0] not in ("from", "sent", "date") or len(line) > _LINE_LENGTH:
        return False
    if not ADDRESS.search(line) and not DATE.search(line):
        return False
    kinds = {first[0]}
    for piece in first[1].split(":")[:-1]:
        words = folded(piece.replace("*", "")).split()
        labels = (" ".join(words[-count:]) for count in (1, 2, 3))
        kinds |= {dialects.FIELD_LABELS[label] for label in labels if label in dialects.FIELD_LABELS}
    return "from" in kinds and len(kinds - {"other"}) > 2 and "subject" in kinds


def is_foreign(block: Block) -> bool:
    """Whether a block stands over another message and not over a typed memorandum: an address, or a sending time."""
    if ADDRESS.search(block.fields["from"]):
        return True
    sent = block.fields.get("sent", "")
    return bool(DATE.search(sent))


def is_dated(block: Block) -> bool:
    """Whether the block says when its message was sent."""
    return bool(block.fields.keys() & {"sent", "date"})
