"""A document presented at the document desk passes to its organ and is followed there until it ends (R-117)."""

import pytest

from helpdesk.domain.actors import Actor, operator
from helpdesk.domain.errors import NotFound
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import tickets as queue
from helpdesk.queries import timeline, viewers
from helpdesk.queries.viewers import Viewer
from helpdesk.services import accounts, authority, conversation, tickets
from tests.cast import Cast, file
from tests.factories import peru
from tests.factories.peru import KEY, holder_of

PASSWORD = "una-clave-larga-1"  # of people who exist in tests only
ORGAN_COORDINATOR = f"coordinador.documentos.tesoro@{KEY}.example.org"
TREASURY = "Órgano de línea de Tesorería"
ROSA = Named("Rosa Quispe Mamani", "rosa.quispe@entidad.example.com")
TEXT = "Presento a mesa de partes el expediente de mi representada. Nombres: Rosa Quispe Mamani."


@pytest.fixture
def desk(cast: Cast) -> Institution:
    """The institution with a clerk of the document desk, coordinators of a centre and an organ, and strangers."""
    institution = peru.published(cast)
    people = {
        ORGAN_COORDINATOR: (),
        peru.COORDINATOR: (),
        f"mesa@{KEY}.example.org": (("operador_mesa_partes", "piura"),),
        f"otra.mesa@{KEY}.example.org": (("operador_mesa_partes", "cusco"),),
        f"otro.organo@{KEY}.example.org": (("coordinador_organo", "contabilidad"),),
    }
    for address, roles in people.items():
        cast.do(accounts.add_user, operator(), KEY, address, address.partition("@")[0], PASSWORD, roles=roles)
    return institution


def presented(cast: Cast, desk: Institution, text: str = TEXT) -> Ticket:
    """Rosa's writing with its document."""
    box = cast.mailbox("mesadepartes_piura", desk)
    letter = cast.incoming("Mesa de partes", text, ROSA, mailbox=box, files=(file("Oficio 12.pdf"),))
    return cast.ticket(cast.receive(letter).ticket_id or 0)


def somebody(cast: Cast, address: str) -> Viewer:
    """Somebody of the institution, signed in."""
    person = cast.session.query(Person).filter_by(address=address).one()
    found = cast.do(viewers.viewer, person.id)
    assert found is not None
    return found


def acting(cast: Cast, name: str) -> Actor:
    """The same, who does something."""
    return somebody(cast, f"{name}@{KEY}.example.org").actor


def passed_on(cast: Cast, desk: Institution) -> Ticket:
    """The desk completed the organ of a document."""
    ticket = presented(cast, desk)
    cast.do(tickets.set_fields, acting(cast, "mesa"), ticket.id, None, {"organo": "tesoro"})
    return ticket


def test_a_document_without_its_organ_stops_and_says_so(cast: Cast, desk: Institution) -> None:
    ticket = presented(cast, desk)
    assert "Falta órgano" in (ticket.blocked_by or "")
    assert cast.letters(ticket, "derivacion") == []
    assert "Pasó a" not in cast.letter(ticket, "acuse").text


def test_the_presenter_is_told_to_which_organ_it_passed(cast: Cast, desk: Institution) -> None:
    ticket = passed_on(cast, desk)
    assert (holder_of(cast, ticket), ticket.blocked_by) == (ORGAN_COORDINATOR, None)
    (letter,) = cast.letters(ticket, "derivacion")
    assert letter.recipient == ROSA.address
    assert TREASURY in " ".join(letter.text.split())
    assert [each.recipient for each in cast.letters(ticket, "derivado")] == [ORGAN_COORDINATOR]


def test_a_document_that_names_its_organ_passes_at_once_and_the_receipt_says_it(cast: Cast, desk: Institution) -> None:
    ticket = presented(cast, desk, f"{TEXT} Órgano de destino: Órgano de línea de Tesorería.")
    assert holder_of(cast, ticket) == ORGAN_COORDINATOR
    assert f"Pasó a: {TREASURY}" in " ".join(cast.letter(ticket, "acuse").text.split())
    assert cast.letters(ticket, "derivacion") == []


def test_the_presenter_is_told_when_it_passes_to_another_organ(cast: Cast, desk: Institution) -> None:
    ticket = passed_on(cast, desk)
    cast.do(tickets.set_fields, acting(cast, "mesa"), ticket.id, None, {"organo": "contabilidad"})
    assert holder_of(cast, ticket) == f"otro.organo@{KEY}.example.org"
    assert "Contabilidad" in cast.letters(ticket, "derivacion")[-1].text


def test_an_organ_without_coordinator_stops_it_until_there_is_one(cast: Cast, desk: Institution) -> None:
    ticket = presented(cast, desk)
    cast.do(tickets.set_fields, acting(cast, "mesa"), ticket.id, None, {"organo": "presupuesto"})
    assert "Presupuesto" in (ticket.blocked_by or "")
    assert cast.letters(ticket, "derivacion") == []
    named = f"nueva@{KEY}.example.org"
    cast.do(authority.grant, operator(), KEY, named, "coordinador_organo", "presupuesto")
    assert (holder_of(cast, ticket), len(cast.letters(ticket, "derivacion"))) == (named, 1)


def test_its_state_is_seen_by_organ_centre_and_desk_and_by_no_other(cast: Cast, desk: Institution) -> None:
    ticket = passed_on(cast, desk)
    cast.do(conversation.note, somebody(cast, ORGAN_COORDINATOR).actor, ticket.id, "El informe está en firma.")
    for address in (ORGAN_COORDINATOR, peru.COORDINATOR, f"mesa@{KEY}.example.org"):
        who = somebody(cast, address)
        page = cast.do(timeline.ticket_page, who, queue.find(cast.session, who, ticket.number))
        assert [line.step.key for line in page.route if line.step.state == "active"] == ["seguimiento"]
        assert "El informe está en firma." in [
            talk.message.text for talk in timeline.conversation(cast.session, ticket)
        ]
    for name in ("otra.mesa", "otro.organo"):
        with pytest.raises(NotFound):
            queue.find(cast.session, somebody(cast, f"{name}@{KEY}.example.org"), ticket.number)


def test_the_document_is_followed_until_its_presenter_hears_of_the_end(cast: Cast, desk: Institution) -> None:
    ticket = passed_on(cast, desk)
    coordinator = somebody(cast, ORGAN_COORDINATOR).actor
    asks = cast.answer_to(cast.letter(ticket, "derivacion"), "¿En qué quedó mi oficio?", ROSA)
    assert cast.receive(asks).ticket_id == ticket.id
    cast.do(conversation.reply, coordinator, ticket.id, None, "Su oficio espera el informe técnico.")
    assert cast.letter(ticket, "respuesta").recipient == ROSA.address
    assert cast.step(ticket).key == "seguimiento"
    cast.do(tickets.complete_step, coordinator, ticket.id, None, "Atendido con el oficio 45.")
    assert (cast.step(ticket).key, ticket.team, ticket.team_scope) == ("cerrar", "mesa_partes", "piura")
    cast.do(conversation.reply, acting(cast, "mesa"), ticket.id, None, "Se atendió con el oficio 45.", close=True)
    assert (ticket.status, cast.letter(ticket, "cierre").recipient) == ("closed", ROSA.address)
