"""An organisation is registered once (R-081)."""

from helpdesk.models.tickets import Ticket
from helpdesk.services import conversation
from tests.cast import SUPERVISOR, Cast, file

FORM = file("Formulario de creación de organizaciones firmado.pdf")


def asks(cast: Cast, rut: str) -> Ticket:
    """The supervisor of the region asks to create an organisation."""
    text = (
        f"Solicito crear la organización Fundación Ejemplo, RUT de la organización: {rut}, naturaleza privada sin "
        "fines de lucro, Región del Biobío. Es primera vez."
    )
    letter = cast.incoming("Creación de organización", text, SUPERVISOR, files=(FORM,))
    outcome = cast.receive(letter)
    assert outcome.ticket_id is not None
    return cast.ticket(outcome.ticket_id)


def registered(cast: Cast, rut: str) -> Ticket:
    """An organisation that was created and answered."""
    ticket = asks(cast, rut)
    cast.execute(ticket)
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Organización creada.", close=True)
    return ticket


def test_an_organisation_that_is_registered_is_refused_with_the_ticket_that_did(cast: Cast) -> None:
    first = registered(cast, "76.123.456-0")
    again = asks(cast, "76123456-0")
    assert again.status == "waiting_requester"
    assert f"ya está registrado (ticket SIGEC-{first.number})" in again.invalid_fields["organizacion_rut"]
    assert "ya está registrado" in " ".join(cast.letter(again, "incompleto").text.split())


def test_another_organisation_is_not(cast: Cast) -> None:
    registered(cast, "76.123.456-0")
    assert asks(cast, "77.777.777-7").invalid_fields == {}


def test_a_request_that_came_to_nothing_registered_nobody(cast: Cast) -> None:
    first = asks(cast, "76.123.456-0")
    assert first.closed_at is None
    assert asks(cast, "76.123.456-0").invalid_fields == {}
