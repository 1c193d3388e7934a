"""Text made comparable: lower case, no accents, white space folded, and word-wise search in it."""

import re
import unicodedata
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as text."""
    return frozenset(text.split())


SAME_MEANING = {
    "’": "'", "‘": "'", "´": "'", "`": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-",
    "º": "°", "\u00a0": " ",
}  # fmt: skip
LAST_EUROPEAN = 0x2BFF
FREE_ENDING = 5
STOP_WORDS = word_set(
    """a al ante con de del e el en la las le les lo los me mi mis o para por que se sobre su sus u un una unas unos
    y ya"""
)
SUFFIXES = sorted(
    word_set("""aciones iciones amientos imientos acion icion amiento imiento ciones cion siones sion adas ados idas
    idos ada ado ida ido ando iendo arse arla arlo arle arlas arlos erla erlo irla irlo aron ieron amos emos imos
    arias arios aria ario ar er ir es as os a e o s"""),
    key=lambda suffix: (len(suffix), suffix),
    reverse=True,
)
# Words that only look like a derived form: «información» is no «informe», «usuario» no verb.
UNCUT = {"informacion": "informacion", "informaciones": "informacion", "usuario": "usuari", "usuaria": "usuari",
         "usuarios": "usuari", "usuarias": "usuari",
         "solicitud": "solicit", "solicitudes": "solicit"}  # fmt: skip
SHORTEST_STEM = 3
LABEL_LENGTH = 160
WORD = re.compile(r"[a-z0-9]+(?:[.'°/-][a-z0-9]+)*")


def composed(text: str) -> str:
    """The text in Unicode form NFC, so that positions in it and in `plain` of it agree."""
    return unicodedata.normalize("NFC", text)


class PlainCharacters(dict[int, str]):
    """Code points as `plain` writes them, those of European scripts found out once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        character = SAME_MEANING.get(character, character)
        first = unicodedata.normalize("NFD", character)[0].lower()
        found = first if len(first) == 1 else character
        if code <= LAST_EUROPEAN:
            self[code] = found
        return found


PLAIN = PlainCharacters()


def plain(text: str) -> str:
    """Lower case without accents (ñ becomes n), one character for each of `composed(text)`."""
    return composed(text).translate(PLAIN)


def fold(text: str) -> str:
    """The comparable form: `plain` with runs of white space as one blank and none at the ends."""
    return _folded_label(text) if len(text) <= LABEL_LENGTH else _folded_letter(text)


@lru_cache(maxsize=8192)
def _folded_label(text: str) -> str:
    return " ".join(plain(text).split())


# The text of one letter is compared with every type, field and place; letters before it do not come again.
@lru_cache(maxsize=8)
def _folded_letter(text: str) -> str:
    return " ".join(plain(text).split())


def contains(folded_text: str, fragment: str) -> bool:
    """Whether the fragment stands in the text at the beginning of a word.

    A last word of five letters or more may go on («enlace caduc» is in «enlace caducado»); a shorter one only takes a
    plural («gad» is in «los GADs», never in «gadget»).
    """
    return fragment_pattern(fold(fragment)).search(folded_text) is not None


@lru_cache(maxsize=4096)
def fragment_pattern(folded_fragment: str) -> re.Pattern[str]:
    """The expression by which `contains` looks for a fragment that is already folded."""
    if not folded_fragment:
        return re.compile(r"(?!)")
    begin = r"(?<![a-z0-9])" if folded_fragment[0].isalnum() else ""
    last = re.split(r"[^a-z0-9]+", folded_fragment)[-1]
    free = len(last) >= FREE_ENDING and not last.isdigit()
    end = "" if free or not last else r"(?:e?s)?(?![a-z0-9])"
    return re.compile(begin + re.escape(folded_fragment).replace(r"\ ", r"\s+") + end)


def words(text: str) -> list[str]:
    """The folded words of a text; a code such as `25-000123-00045` or `f.si.as.01` is one word."""
    return WORD.findall(fold(text))


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A rough Spanish stem of a folded word: «desactivar», «desactivación» and «desactivada» share one."""
    if word in UNCUT:
        return UNCUT[word]
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= SHORTEST_STEM:
            return word[: -len(suffix)].replace("zc", "c")
    return word


def stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return list(_label_stems(text) if len(text) <= LABEL_LENGTH else _letter_stems(text))


@lru_cache(maxsize=8192)
def _label_stems(text: str) -> tuple[str, ...]:
    return tuple(_stems(text))


@lru_cache(maxsize=8)
def _letter_stems(text: str) -> tuple[str, ...]:
    return tuple(_stems(text))


def _stems(text: str) -> list[str]:
    return [stem(word) for part in words(text) for word in re.split(r"[/-]", part) if word and word not in STOP_WORDS]


def stems_in_order(text_stems: list[str], fragment: str, gap: int = 1) -> bool:
    """Whether the fragment's stems stand in the text in that order with at most `gap` other words between two."""
    wanted = stems(fragment)
    if not wanted:
        return False
    return any(_follows(text_stems, start, wanted, gap) for start, word in enumerate(text_stems) if word == wanted[0])


def _follows(text_stems: list[str], start: int, wanted: list[str], gap: int) -> bool:
    position = start
    for word in wanted[1:]:
        window = text_stems[position + 1 : position + 2 + gap]
        if word not in window:
            return False
        position += 1 + window.index(word)
    return True
