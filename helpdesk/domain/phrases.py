"""A notation for tables of phrases that a reader who knows no programming can follow, and its matching.

A table is a text with a phrase a line (a backslash carries it on), of words in lower case without accents:

`si/ok`          one word or the other
`aprobad@`       any ending: -o, -a, -os, -as
`solicitud(es)`  with the ending or without it
`falt*`          any word that begins so
`[mi]`           what stands in brackets may be missing
`<cosa>`         a phrase of the table of that name
`N`, `F`         a proper name: a word that the text writes with a capital, a known first name
"""

import re
from collections.abc import Mapping

MOST_WORDS = 40
_PIECE = re.compile(r"[\[\]]|<\w+>|[^\s\[\]<>]+")


def compiled(table: str, others: Mapping[str, str]) -> str:
    """The table as a regular expression over words each followed by one space; long phrases are tried first.

    `others` gives the expressions of the tables it names. Raises KeyError for a table that is not among them.
    """
    return "(?:" + "|".join(_phrase(phrase, others) for phrase in _phrases(table)) + ")"


def each_compiled(table: str, others: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    """The table as an expression for each phrase, to find the longest that fits. Raises as `compiled`."""
    return tuple(re.compile(_phrase(phrase, others)) for phrase in _phrases(table))


def _phrases(table: str) -> list[str]:
    return sorted(filter(None, map(str.strip, table.splitlines())), key=lambda phrase: -len(phrase.split()))


def _phrase(phrase: str, others: Mapping[str, str]) -> str:
    return "".join(_piece(piece, others) for piece in _PIECE.findall(phrase))


def _piece(piece: str, others: Mapping[str, str]) -> str:
    if piece == "[":
        return "(?:"
    if piece == "]":
        return ")?"
    if piece.startswith("<"):
        return others[piece[1:-1]]
    return "(?:" + "|".join(_word(word) for word in piece.split("/")) + ") "


def _word(word: str) -> str:
    return re.escape(word).replace("@", "[oa]s?").replace(r"\(", "(?:").replace(r"\)", ")?").replace(r"\*", r"[^ ]*")


def words_of(*tables: str) -> frozenset[str]:
    """The words of tables, each with its endings."""
    found: set[str] = set()
    for piece in _PIECE.findall(" ".join(tables)):
        for word in piece.split("/") if piece[0] not in "[]<" else ():
            stem, gendered, _ = word.partition("@")
            stem, optional, ending = stem.partition("(")
            endings = ("", ending.rstrip(")")) if optional else ("o", "a", "os", "as") if gendered else ("",)
            found.update(stem + each for each in endings)
    return frozenset(found)


def end_of(patterns: tuple[re.Pattern[str], ...], words: str, start: int) -> int:
    """Where the longest phrase that begins at a place ends; the place itself when none begins there."""
    return max((found.end() for each in patterns if (found := each.match(words, start)) is not None), default=start)


def ends_of(patterns: tuple[re.Pattern[str], ...], words: str, start: int = 0) -> list[int]:
    """Where phrases that follow one another from `start` on end, `start` itself first.

    It takes the longest phrase each time and never goes back, so that it is linear.
    """
    ends = [start]
    while (end := end_of(patterns, words, ends[-1])) > ends[-1]:
        ends.append(end)
    return ends
