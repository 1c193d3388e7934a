"""The notation of phrase tables."""

import re

import pytest

from helpdesk.domain.phrases import compiled, each_compiled, end_of, ends_of, words_of

TABLE = """
doy/damos [mi/nuestr@] visto bueno
aprobad@ [<cosa>]
falt* firma
"""
OTHERS = {"cosa": compiled("la solicitud(es)\nel pedido", {})}


@pytest.mark.parametrize(
    "said",
    [
        "doy visto bueno",
        "damos nuestro visto bueno",
        "aprobadas",
        "aprobado el pedido",
        "faltando firma",
        "falta firma",
    ],
)
def test_a_phrase_fits_what_it_stands_for(said: str) -> None:
    assert re.fullmatch(compiled(TABLE, OTHERS), f"{said} ")


@pytest.mark.parametrize("said", ["doy bueno", "aprobad", "aprobado la", "falta", "doy mi nuestro visto bueno"])
def test_a_phrase_fits_nothing_else(said: str) -> None:
    assert re.fullmatch(compiled(TABLE, OTHERS), f"{said} ") is None


def test_the_longest_phrase_counts() -> None:
    patterns = each_compiled("gracias\ngracias por todo", {})
    assert end_of(patterns, "gracias por todo ", 0) == len("gracias por todo ")


def test_phrases_that_follow_one_another_are_peeled_off() -> None:
    patterns = each_compiled("hola\nbuenos dias", {})
    assert ends_of(patterns, "hola buenos dias apruebo ") == [0, len("hola "), len("hola buenos dias ")]


def test_the_words_of_a_table_come_with_their_endings() -> None:
    assert words_of("nuestr@ solicitud(es) [de/del] <cosa>") == {
        *("nuestro", "nuestra", "nuestros", "nuestras"),
        *("solicitud", "solicitudes", "de", "del"),
    }


def test_a_table_that_names_an_unknown_one_is_refused() -> None:
    with pytest.raises(KeyError):
        compiled("<cosa>", {})
