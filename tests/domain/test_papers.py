"""Which mandatory documents nobody vouches for (R-066, R-067)."""

import pytest

from helpdesk.domain.papers import pending, refusal
from tests.domain.shipped import shipped

MEMO = tuple(
    each
    for each in shipped("sigec-cl").request_type("desaprobacion_rendicion_estandar").required_documents
    if each.key == "memorandum"
)


@pytest.mark.parametrize(
    ("states", "seen", "state"),
    [
        ((), {}, "missing"),
        (("proposed",), {}, "proposed"),
        (("rejected",), {}, "rejected"),
        (("rejected", "proposed"), {}, "proposed"),
        ((), {"memorandum": "electronic_signature"}, "missing"),
        (("rejected",), {"memorandum": "electronic_signature"}, "rejected"),
    ],
)
def test_a_document_that_nobody_vouches_for_is_named_with_its_state(
    states: tuple[str, ...], seen: dict[str, str], state: str
) -> None:
    (found,) = pending(MEMO, {"memorandum": states}, seen)
    assert (found.key, found.state) == ("memorandum", state)


@pytest.mark.parametrize(
    ("states", "seen"),
    [
        (("confirmed",), {}),
        (("rejected", "confirmed"), {}),
        ((), {"memorandum": "paper"}),
        (("proposed",), {"memorandum": "electronic_signature"}),
    ],
)
def test_a_confirmed_file_or_an_original_that_was_seen_counts(states: tuple[str, ...], seen: dict[str, str]) -> None:
    assert pending(MEMO, {"memorandum": states}, seen) == ()


def test_the_refusal_says_what_where_and_what_to_do() -> None:
    sentence = refusal("Desaprobar", pending(MEMO, {}, {}))
    assert sentence.startswith("Antes de «Desaprobar» revise en «Documentos»: «Memorándum")
    assert "(no ha llegado)" in sentence and "escriba el motivo para seguir sin ellos" in sentence
