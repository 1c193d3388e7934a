"""Templates to text: an environment of its own, apart from the web's.

Templates are files of the project; texts of users are values and are never compiled. HTML is escaped by default, a
name that a template misspells raises instead of printing nothing.
"""

import re
import textwrap
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from helpdesk.letters import dates
from helpdesk.letters.facts import Institution, Shown

TEMPLATES = Path(__file__).parents[2] / "templates" / "letters"
COLUMNS = 72
SUBJECT_LENGTH = 150
LINE_LENGTH = 250
EXCERPT_LENGTH = 2000

# Overrides of the writing direction make a file name or an address read as another one.
DIRECTION_MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
CONTROLS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
SEPARATORS = "\u2028\u2029"
ON_ONE_LINE = str.maketrans(dict.fromkeys(CONTROLS + SEPARATORS, " ") | dict.fromkeys(DIRECTION_MARKS, ""))
OF_A_LINE = str.maketrans({"\t": "    "} | dict.fromkeys((set(CONTROLS) - {"\t"}) | set(DIRECTION_MARKS), ""))
LIST_MARK = re.compile(r"( *)((?:-|>|\d{1,2}\.) )?")


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter ready to be composed: `subject` is one line, `text` ends with a line feed, `html` is a document."""

    subject: str
    text: str
    html: str


def render(letter: str, facts: object) -> LetterText:
    """The letter of that folder, filled. Raises jinja2.UndefinedError when template and facts do not agree."""
    environment = letters()

    def part(name: str) -> str:
        return environment.get_template(f"{letter}/{name}").render(facts=facts)

    return LetterText(
        subject=clip(one_line(part("subject.txt")), SUBJECT_LENGTH),
        text=wrap(part("body.txt")),
        html=part("body.html").strip() + "\n",
    )


@cache
def letters() -> Environment:
    """The environment of the letters, built at first use."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        line=line, moment=moment, shown=shown, size=size, excerpt=excerpt, quoted=quoted, paragraphs=paragraphs,
        spoken=spoken, bare=bare,
    )  # fmt: skip
    return environment


def one_line(value: str) -> str:
    """The text on one line: controls and line separators become spaces, marks that turn the direction go."""
    return " ".join(value.translate(ON_ONE_LINE).split())


def line(value: str) -> str:
    """A name, subject or file name as one line that cannot flood the letter."""
    return clip(one_line(value), LINE_LENGTH)


def clip(value: str, length: int) -> str:
    """At most `length` characters; what was cut shows as «…»."""
    return value if len(value) <= length else value[: length - 1].rstrip() + "…"


def bare(subject: str, tag: str) -> str:
    """A subject without our tag and without the «Re:», «RV:» … that mail programs put before it.

    The subject of a ticket's letters stays the same, so that mail programs keep them in one thread.
    """
    return re.sub(r"^(?:(?:re|rv|fw|fwd|enc|res)\s*:\s*)+", "", one_line(subject).replace(tag, "").strip(), flags=re.I)


def excerpt(value: str) -> str:
    """The beginning of a long text of a user; the whole is on the ticket."""
    return clip(several_lines(value), EXCERPT_LENGTH)


def several_lines(value: str) -> str:
    """A user's text with its lines: line ends made equal, other controls and direction marks taken out."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.translate(OF_A_LINE).rstrip() for line in lines).strip("\n"))


def quoted(value: str) -> str:
    """For the text part: every line marked «> », so that it cannot pass for ours."""
    return "\n".join(f"> {line}".rstrip() for line in several_lines(value).split("\n"))


def paragraphs(value: str) -> Markup:
    """For the HTML part: the user's paragraphs and line ends, everything else escaped."""
    blocks = several_lines(value).split("\n\n")
    return Markup("\n").join(
        Markup('<p style="margin:0 0 12px 0">{}</p>').format(
            Markup("<br>\n").join(escape(x) for x in block.split("\n"))
        )
        for block in blocks
    )


def spoken(value: str) -> str:
    """For the text part: the user's text with its lines, as the agent wrote it."""
    return several_lines(value)


def moment(instant: datetime, institution: Institution) -> str:
    """The instant in the institution's words."""
    return dates.in_words(instant, institution.timezone, institution.date_format, institution.zone_label)


def size(value: int, institution: Institution) -> str:
    """A file's size in the institution's figures."""
    return dates.file_size(value, institution.thousands, institution.decimal)


def shown(value: Shown, institution: Institution) -> str:
    """A field's value as one line of Spanish."""
    match value:
        case bool():
            return "Sí" if value else "No"
        case datetime():
            return moment(value, institution)
        case date():
            return dates.day_in_figures(value, institution.date_format)
        case tuple():
            return "; ".join(one_line(item) for item in value)
        case int() | str():
            return clip(one_line(str(value)), EXCERPT_LENGTH)
        case _:
            return dates.number(value, institution.thousands, institution.decimal)


def wrap(text: str) -> str:
    """Lines of at most 72 columns, lists and quotes indented below their mark; long addresses are left whole."""
    wrapped = (_wrap_line(line.rstrip()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(wrapped)).strip("\n") + "\n"


def _wrap_line(line: str) -> str:
    if len(line) <= COLUMNS:
        return line
    begin = LIST_MARK.match(line)
    indent, mark = (begin.group(1), begin.group(2) or "") if begin else ("", "")
    return textwrap.fill(
        line[len(indent) + len(mark) :],
        COLUMNS,
        initial_indent=indent + mark,
        subsequent_indent=indent + (mark if mark == "> " else " " * len(mark)),
        break_long_words=False,
        break_on_hyphens=False,
    )
