"""By which channels a type of request may be presented (R-012 to R-014)."""

from dataclasses import replace

import pytest

from helpdesk.domain import channels
from helpdesk.domain.catalogue import ChannelSpec
from helpdesk.domain.errors import Invalid, NotFound
from helpdesk.services.opening_by_hand import admitted
from tests.domain.shipped import shipped

KEYS = ("mef-ec", "sigec-cl", "conectamef-pe", "seps-ec")
MEF = shipped("mef-ec")
ACTIVATION = MEF.request_type("activacion_revision_usuario")
EVERY_WAY = [
    (key, request_type.key, channel)
    for key in KEYS
    for request_type in shipped(key).request_types
    for channel in (*channels.LABELS, "chat")
]


@pytest.mark.parametrize(("key", "request_type", "channel"), EVERY_WAY)
def test_a_type_is_taken_by_hand_through_its_own_channels_alone(key: str, request_type: str, channel: str) -> None:
    catalogue = shipped(key)
    own = {each.key for each in catalogue.request_type(request_type).channels} - {"email", "self_service"}
    try:
        taken = admitted(catalogue, request_type, channel) is not None
    except Invalid as refused:
        taken = False
        assert "channel" in refused.fields
    assert taken == (channel in own)


def test_an_exclusive_channel_leaves_the_others_out() -> None:
    both = (ChannelSpec("in_person"), ChannelSpec("email", exclusive=True))
    assert not channels.admits(replace(ACTIVATION, channels=both), "in_person")


def test_the_refusal_names_the_only_authorised_channel() -> None:
    assert channels.refusal(ACTIVATION, "in_person").endswith(
        "no se atiende por el canal Presencial: su único canal autorizado es Correo electrónico."
    )


def test_the_refusal_names_every_channel_of_the_type() -> None:
    request_type = MEF.request_type("ausencia_temporal")
    assert channels.refusal(request_type, "phone").endswith("se recibe por Presencial, Correo electrónico.")


def test_where_to_go_names_the_mailbox() -> None:
    (way,) = channels.ways(MEF, ACTIVATION)
    assert MEF.mailbox("centro_servicios").address in way
    assert "Único canal autorizado" in way


def test_an_office_is_named_only_where_its_address_is_sure() -> None:
    unsure = [office.address for office in MEF.offices if not office.verified]
    told = " ".join(way for request_type in MEF.request_types for way in channels.ways(MEF, request_type))
    assert not [address for address in unsure if address in told]


def test_a_channel_that_only_the_catalogue_knows_may_be_registered() -> None:
    request_type = replace(ACTIVATION, channels=(ChannelSpec("chat"),))
    catalogue = replace(MEF, request_types=(request_type,))
    assert admitted(catalogue, request_type.key, "chat") == request_type
    assert channels.label("chat") == "Chat"


def test_a_request_may_wait_for_its_type() -> None:
    assert admitted(MEF, None, "in_person") is None


def test_an_unknown_type_is_not_found() -> None:
    with pytest.raises(NotFound):
        admitted(MEF, "pasaporte", "in_person")
