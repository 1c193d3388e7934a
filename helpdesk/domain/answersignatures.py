"""Names in an answer, and whether what stands below its closing formula is only a signature (R-173)."""

import re

from helpdesk.domain import answerdoubts as doubts
from helpdesk.domain import answerobjects as objects
from helpdesk.domain import answerwords as words
from helpdesk.domain.firstnames import FIRST_NAMES
from helpdesk.domain.phrases import words_of
from helpdesk.domain.wording import folded

MOST_WORDS = 14
MOST_LINES = 12
# Every word that means something to the reader is no name, even with a capital.
MEANT = words_of(
    *(
        table
        for module in (words, objects)
        for name, table in vars(module).items()
        if isinstance(table, str) and name.isupper()
    ),
    *objects.THINGS.values(),
)
OFFICIAL = words_of(words.TITLES, words.PEOPLE, words.OFFICES, objects.RANKS, objects.BODIES)
TITLED = words_of(words.TITLES)
CLOSING = OFFICIAL | FIRST_NAMES | words_of(words.COURTESY, words.FAVORS, words.DAYS, words.DEVICES, words.FINES)
LINE_WORDS = frozenset(
    """
    de del la las los y e en el para da do dos das tel telf telefono fono fax cel celular movil ext extension anexo piso
    correo email mail av avda calle edificio of depto dpto gobierno ministerio programa
    programas proyectos finanzas administracion planificacion presupuesto gestion talento humano recursos humanos
    tecnologia www http https casilla rut ruc cc s
    """.split()
)
WORD = re.compile(r"\w+")


def with_names(said: list[str]) -> str:
    """The words folded and each followed by one space; `F` for a first name, `N` for another word with a capital.

    Where everything is in capitals they tell nothing, except after a title.
    """
    shouted = all(word == word.upper() for word in said) and not any(folded(word) in TITLED for word in said[:1])
    return "".join(f"{_marked(word, shouted)} " for word in said)


def _marked(word: str, shouted: bool) -> str:
    low = folded(word).replace(" ", "?")
    if low in FIRST_NAMES:
        return "F"
    return "N" if word.isalpha() and word[0].isupper() and not shouted and low not in MEANT else low


def says_more(text: str, start: int) -> bool:
    """Whether a closing that begins at a place of the text holds more than courtesy, a name and an office."""
    closing = text[start:]
    low = folded(closing)
    lines = [line for line in closing.split("\n") if line.strip()]
    return (
        bool(doubts.PROBLEM.search(low.replace("...", "")))
        or any(each.search(low) for each in doubts.SAYS_MORE)
        or len(lines) > MOST_LINES
        or text[:start].rstrip().endswith(":")
        or not all(map(_signature_line, lines))
        or sum(_person_line(line) for line in lines) > 1
    )


def _signature_line(line: str) -> bool:
    """Names, offices, addresses and telephones; no sentence of prose looks so."""
    said = WORD.findall(line)
    if not said:
        return True
    if len(said) > MOST_WORDS or "?" in line:
        return False
    if "@" in line or "www" in line.lower():
        return len(said) <= MOST_WORDS
    if line == line.upper() and not any(word[0].isdigit() for word in said):
        return folded(said[0]) in CLOSING or len(said) == 1
    return all(_of_a_signature(word) for word in said)


def _of_a_signature(word: str) -> bool:
    return word[0].isupper() or word[0].isdigit() or folded(word) in CLOSING or folded(word) in LINE_WORDS


def _person_line(line: str) -> bool:
    said = WORD.findall(line)
    return len(said) > 1 and line == line.strip() and folded(said[0]) in FIRST_NAMES and said[1][0].isupper()
