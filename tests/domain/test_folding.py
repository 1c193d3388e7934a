import pytest

from helpdesk.domain.folding import contains, fold, plain, stem, stems, stems_in_order


def test_folding_lowers_drops_accents_and_folds_white_space() -> None:
    assert fold("  Desaprobación\n de  RENDICIÓN ñandú ") == "desaprobacion de rendicion nandu"


def test_plain_text_keeps_every_position() -> None:
    text = "Año «2025» – Ñuble\u00a0Nº 3"
    assert len(plain(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("el gad parroquial", "gad"),
        ("los gads del pais", "gad"),
        ("mi enlace caduco ayer", "enlace caduc"),
        ("linea 1800.", "1800"),
        ("formulario f.si.as.01-gad", "f.si.as.01"),
    ],
)
def test_a_fragment_is_found_at_the_beginning_of_a_word(text: str, fragment: str) -> None:
    assert contains(text, fragment)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("un gadget", "gad"),
        ("la brigada", "gad"),
        ("un recurso", "curso"),
        ("estructura", "ruc"),
        ("18001 usd", "1800"),
    ],
)
def test_a_fragment_inside_another_word_is_not_found(text: str, fragment: str) -> None:
    assert not contains(text, fragment)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("desactivar", "desactivacion"),
        ("rendiciones", "rendicion"),
        ("enrolar", "enrolamiento"),
        ("restablezco", "restablecer"),
        ("solicito", "solicitud"),
    ],
)
def test_forms_of_one_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_a_report_is_not_information() -> None:
    assert stem("informe") != stem("informacion")


def test_stems_are_found_in_order_with_words_between() -> None:
    assert stems_in_order(stems("desaprobar la última rendición"), "desaprobacion de rendicion")
    assert not stems_in_order(stems("rendición por desaprobar"), "desaprobar rendicion")
