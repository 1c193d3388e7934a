"""What a stranger wrote as one line that can stand in a list: subjects, names, names of files.

The raw message keeps the rest. Signs that turn the direction make `fdp.exe` read as a document; heaps of marks that
stand above a letter cover the lines around it (Unicode UTS #36).
"""

import unicodedata

LONGEST_LINE = 1_000
MOST_MARKS = 4
_DIRECTION = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# The joiners U+200C and U+200D stay: Persian and pictures of several signs need them.
_UNSEEN = "\u00ad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff"
_DROPPED = frozenset(_DIRECTION + _UNSEEN)
_SPACED = frozenset(("Cc", "Zl", "Zp", "Cs"))


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """The text on one line of at most `longest` characters; what was cut shows as «…»."""
    kept: list[str] = []
    marks = 0
    for char in text:
        kind = unicodedata.category(char)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if char not in _DROPPED and marks <= MOST_MARKS:
            kept.append(" " if kind in _SPACED else char)
    line = " ".join("".join(kept).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
