"""A notation for tables of phrases that a reader who knows no programming can follow, and its matching.

A table is a text with a phrase a line, of words in lower case without accents:

`si/ok`          one word or the other
`aprobad@`       any ending: -o, -a, -os, -as
`solicitud(es)`  with the ending or without it
`[mi]`           what stands in brackets may be missing
`<cosa>`         a phrase of the table of that name
`N`, `F`         a proper name: a word that the text writes with a capital, a known first name
"""

import re
from collections.abc import Iterator, Mapping

MOST_WORDS = 40
_TOKEN = re.compile(r"[\[\]]|<\w+>|[^\s\[\]<>]+")


def compiled(table: str, others: Mapping[str, str]) -> str:
    """The table as a regular expression over words each followed by one space; the longest phrases are tried first.

    `others` gives the expressions of the tables it names. Raises KeyError for a table that is not among them.
    """
    phrases = [line for line in (line.strip() for line in table.splitlines()) if line]
    phrases.sort(key=lambda phrase: -len(phrase.split()))
    return "(?:" + "|".join(_phrase(phrase, others) for phrase in phrases) + ")"


def _phrase(phrase: str, others: Mapping[str, str]) -> str:
    return "".join(_token(token, others) for token in _TOKEN.findall(phrase))


def _token(token: str, others: Mapping[str, str]) -> str:
    if token == "[":
        return "(?:"
    if token == "]":
        return ")?"
    if token.startswith("<"):
        return others[token[1:-1]]
    return "(?:" + "|".join(_word(word) for word in token.split("/")) + ") "


def _word(word: str) -> str:
    return re.escape(word).replace("@", "[oa]s?").replace(r"\(", "(?:").replace(r"\)", ")?")


def words_of(table: str) -> frozenset[str]:
    """Every word of a table in its plain form, each ending of it counted."""
    found: set[str] = set()
    for token in _TOKEN.findall(table):
        if token[0] not in "[]<":
            for word in token.split("/"):
                found |= set(_forms(word))
    return frozenset(found)


def _forms(word: str) -> Iterator[str]:
    stem, at, _ = word.partition("@")
    if at:
        yield from (stem + ending for ending in ("o", "a", "os", "as"))
        return
    stem, bracket, rest = word.partition("(")
    yield stem
    if bracket:
        yield stem + rest.rstrip(")")


def ends_of(repeated: re.Pattern[str], text: str, start: int = 0) -> list[int]:
    """Where phrases that follow one another from `start` on end, `start` itself first. Never goes back, so it is linear."""
    ends = [start]
    while (found := repeated.match(text, ends[-1])) is not None and found.end() > ends[-1]:
        ends.append(found.end())
    return ends
