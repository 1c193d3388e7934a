"""By which way the answer that ends a request may leave (R-015, R-046)."""

from datetime import date

import pytest

from helpdesk.domain.channels import LABELS
from helpdesk.domain.closing import WAY_LABELS, WAYS_BACK, Delivery, Way, needs_reason, objections, told
from tests.domain.shipped import shipped

MEF = shipped("mef-ec")
INFORMATION = MEF.request_type("solicitud_informacion")
RECEIVED, TODAY = date(2026, 4, 7), date(2026, 4, 10)


def paper(by: str = "Rosa Guamán", on: date | None = date(2026, 4, 9)) -> Delivery:
    """An answer on paper that somebody collected."""
    return Delivery("paper", collected_by=by, collected_on=on)


@pytest.mark.parametrize(
    ("channel", "way", "needed"),
    [
        ("email", "mail", False), ("email", "phone", True), ("email", "paper", True),
        ("physical_document", "paper", False), ("physical_document", "in_person", False),
        ("physical_document", "mail", True), ("in_person", "in_person", False), ("in_person", "mail", True),
        ("document_portal", "portal", False), ("document_portal", "mail", True), ("phone", "phone", False),
        ("phone", "mail", True), ("web_form", "mail", False), ("suggestion_box", "mail", False),
    ],
)  # fmt: skip
def test_an_answer_by_another_channel_says_why(channel: str, way: Way, needed: bool) -> None:
    assert needs_reason(INFORMATION, channel, way) is needed


@pytest.mark.parametrize("request_type", ["activacion_revision_usuario", "solicitud_informacion"])
def test_activation_and_information_answer_by_the_channel_of_the_request(request_type: str) -> None:
    assert needs_reason(MEF.request_type(request_type), "email", "phone")


def test_other_types_answer_by_any_way() -> None:
    free = [each for each in MEF.request_types if each.closure.method != "same_channel" and not each.closure.content]
    assert len(free) == 5
    assert not any(needs_reason(each, channel, way) for each in free for channel in LABELS for way in ALL_WAYS)


@pytest.mark.parametrize("way", ["in_person", "phone", "paper", "portal", "internal"])
def test_a_service_that_ends_with_a_mail_says_why_there_is_none(way: Way) -> None:
    created = [each for each in MEF.request_types if each.closure.content]
    assert [each.order for each in created] == [1, 2, 3]
    assert all(needs_reason(each, channel, way) for each in created for channel in LABELS)
    assert not any(needs_reason(each, channel, "mail") for each in created for channel in LABELS)


ALL_WAYS: tuple[Way, ...] = ("mail", "in_person", "phone", "paper", "portal", "internal")


def test_a_request_without_type_is_not_bound() -> None:
    assert not needs_reason(None, "email", "phone")


def test_every_way_back_is_one_that_can_be_chosen() -> None:
    assert set().union(*WAYS_BACK.values()) <= {*WAY_LABELS, "mail"}
    assert WAYS_BACK.keys() <= LABELS.keys()


def test_a_paper_names_who_collected_it_and_when() -> None:
    assert objections(paper(), RECEIVED, TODAY) == {}
    assert objections(paper(by=" ", on=None), RECEIVED, TODAY).keys() == {"collected_by", "collected_on"}


@pytest.mark.parametrize(("day", "right"), [(6, False), (7, True), (10, True), (11, False)])
def test_a_paper_is_collected_between_reception_and_today(day: int, right: bool) -> None:
    assert (objections(paper(on=date(2026, 4, day)), RECEIVED, TODAY) == {}) is right


def test_other_ways_name_nobody() -> None:
    assert objections(Delivery("phone"), RECEIVED, TODAY) == {}


def test_the_route_tells_how_it_was_answered() -> None:
    assert told(" Informe entregado. ", paper()) == (
        "En papel: Informe entregado. Lo retiró Rosa Guamán el 09/04/2026."
    )
    assert told("Se leyó.", Delivery("phone", reason="No tiene correo.")) == (
        "Por teléfono: Se leyó. Por otro canal porque: No tiene correo."
    )
