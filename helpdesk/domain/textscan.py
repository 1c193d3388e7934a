"""The text of a message cut up for reading: lines joined again, labelled values, sentences."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from helpdesk.domain.folding import composed, plain

WRAPPED_FROM = 52
# A request states its data early; what is longer must not cost more (hostile mail).
READ_AT_MOST = 12_000
BULLET = r"[-*•·–>]|\d{1,2}[.)]|[a-h]\)"
LABELLED_LINE = re.compile(r"^\s*[^\W\d][^:\n]{1,60}:(?!//)")
NEW_ITEM = re.compile(rf"^\s*(?:{BULLET})\s")
SHORTENED = r"(?<=\bno)\.|(?<=\bnro)\.|(?<=\b[a-z])\.|(?<=\btel)\.|(?<=\btelf)\.|(?<=\bcel)\."
LABEL = re.compile(
    rf"(?:^|(?<=[.;,(|])|(?<=\s-)|(?<=\by))[ \t]*(?:(?:{BULLET})[ \t]+)?[¿]?"
    rf"(?P<label>[a-z](?:[a-z0-9 /()°'-]|{SHORTENED}){{0,70}}?)[?]?"
    r"[ \t]*(?::(?!//|\d\d\b)|[ \t]=[ \t]|[ ]?\t+|[ ]\|[ ])[ \t]*",
    re.MULTILINE,
)
# A row of a table whose cells are set apart by blanks.
ROW = re.compile(r"^(?P<label>[a-z][a-z0-9 /()°'.-]{1,60}?)[ ]{2,}(?=\S)", re.MULTILINE)
CLOCK_BEFORE = re.compile(r"\d$")
SHORT_WORDS = (
    "Nro No Num Ing Lic Sr Sra Srta Dr Dra Ab Abg Eco Econ Arq Mgs Msc Lcdo Lcda Prof Cap Av Art art Telf Tel Cel Exp"
)
NOT_AFTER = "".join(rf"(?<!\b{word})" for word in SHORT_WORDS.split())
SENTENCE_END = re.compile(rf"(?<![A-Z])(?<!\b[A-Za-zº°]){NOT_AFTER}[.;!?](?=\s|$)|\n")
TRIMMED = " \t\r\n.,;:-–—\"'«»“”()"
GREETING = re.compile(
    r"^(?:muy |mis )?(?:estimad|buen[oa]s|buen dia|senor|hola|de mi consideracion|saludo|cordial|atentamente|"
    r"atte|gracias|"
    r"muchas gracias|a quien corresponda|junto con saludar|respetad|distinguid|sin otro particular|presente)"
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """«label: value» as written; `label` is folded, `start` and `end` bound the value in the prose."""

    label: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Prose:
    """A text with its wrapped lines joined; `plain` has the same positions, folded character by character."""

    text: str
    plain: str
    sentence_ends: tuple[tuple[int, int], ...]

    def sentence_at(self, position: int) -> tuple[int, int]:
        """Bounds of the sentence (or line) that holds a position."""
        following = bisect_right(self.sentence_ends, position, key=lambda span: span[1])
        start = self.sentence_ends[following - 1][1] if following else 0
        end = self.sentence_ends[following][0] if following < len(self.sentence_ends) else len(self.text)
        return start, end

    def sentences(self) -> list[str]:
        """The folded sentences in order, without empty ones."""
        starts = [0, *(end for _, end in self.sentence_ends)]
        ends = [*(start for start, _ in self.sentence_ends), len(self.text)]
        parts = (self.plain[start:end].strip() for start, end in zip(starts, ends, strict=True))
        return [part for part in parts if part]


def prose(text: str) -> Prose:
    """The text ready for reading: at most `READ_AT_MOST` characters, lines that a mail program wrapped joined."""
    lines = composed(text[:READ_AT_MOST]).replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
    joined: list[str] = []
    length_before = 0
    for raw in lines:
        line = raw.strip()
        if joined and line and length_before >= WRAPPED_FROM and not _begins_anew(line, joined[-1]):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
        length_before = len(line)
    whole = re.sub(r"\n{3,}", "\n\n", "\n".join(joined)).strip()
    ends = tuple(found.span() for found in SENTENCE_END.finditer(whole))
    return Prose(whole, plain(whole), ends)


def _begins_anew(line: str, before: str) -> bool:
    if NEW_ITEM.match(line):
        return True
    return LABELLED_LINE.match(line) is not None and (before.endswith((".", ":")) or line[0].isupper())


def labelled_values(source: Prose) -> list[Labelled]:
    """Every «label: value» of the text, in order; a value ends with its line or where the next label begins."""
    found = [match for match in LABEL.finditer(source.plain) if _is_label(match)]
    starts = {match.start("label") for match in found}
    rows = (match for match in ROW.finditer(source.plain) if match.start("label") not in starts and _is_label(match))
    found = sorted([*found, *rows], key=lambda match: match.start("label"))
    values = []
    for index, match in enumerate(found):
        line_end = _value_end(source.plain, match.end())
        following = found[index + 1].start() if index + 1 < len(found) else line_end
        end = min(line_end, max(following, match.end()))
        value = source.text[match.end() : end].strip(TRIMMED)
        if value:
            values.append(Labelled(" ".join(match["label"].split()), value, match.end(), end))
    return values


def _is_label(match: re.Match[str]) -> bool:
    label = match["label"].strip()
    return bool(label) and not CLOCK_BEFORE.search(label) and len(label.split()) <= 12


def _value_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    if text[start:end].strip():
        return end
    # «Motivo:» alone on its line: the value is the next paragraph.
    blank = text.find("\n\n", end + 1)
    next_line = text.find("\n", end + 1)
    if blank == end:
        return end
    return next_line if next_line > 0 else len(text)


def body_of(text: str) -> str:
    """What the message says: its text without greetings and farewells at either end."""
    lines = [line.rstrip() for line in composed(text).replace("\r\n", "\n").split("\n")]
    kept = [line for line in lines if not (len(line) < 60 and GREETING.match(plain(line.strip())))]
    return "\n".join(kept).strip()
