"""A message that belongs to no ticket opens one (R-158 to R-164)."""

from datetime import timedelta
from typing import Any

from helpdesk.domain.incoming import PassedOn, Person
from helpdesk.models.people import Person as Known
from helpdesk.models.tickets import Ticket, TicketParticipant
from helpdesk.services import tickets
from tests.cast import ATTACHED_MEMO, REPORT, REPORT_TEXT, REQUESTER, STRANGER, SUPERVISOR, TUESDAY, Cast, file


def test_a_request_becomes_a_ticket_of_its_type_and_team(cast: Cast) -> None:
    ticket = cast.open()
    assert (ticket.request_type, ticket.subject) == ("desaprobacion_rendicion_estandar", REPORT)


def test_region_and_programme_are_read_from_the_text(cast: Cast) -> None:
    ticket = cast.open()
    assert (ticket.region, ticket.programme) == ("CL-BI", "programa-familias")


def test_the_term_counts_from_reception(cast: Cast) -> None:
    ticket = cast.open()
    assert ticket.started_at == TUESDAY
    assert ticket.due_at == TUESDAY + timedelta(days=3)


def test_a_request_at_night_is_received_at_its_real_hour(cast: Cast) -> None:
    night = cast.later(hours=12)
    assert cast.open().received_at == night


def test_a_message_taken_in_late_counts_from_its_arrival(cast: Cast) -> None:
    incoming = cast.incoming(files=(file(),))
    cast.later(hours=5)
    outcome = cast.receive(incoming)
    assert outcome.ticket_id is not None
    assert cast.ticket(outcome.ticket_id).started_at == TUESDAY


def test_numbers_follow_each_other_within_an_institution(cast: Cast) -> None:
    assert [cast.open().number, cast.open().number] == [1, 2]


def test_the_requester_gets_one_acknowledgement_with_the_number(cast: Cast) -> None:
    ticket = cast.open()
    (letter,) = cast.letters(ticket, "acuse")
    assert letter.recipient == REQUESTER.address
    assert letter.subject.startswith("[SIGEC 1]")
    assert (letter.automatic, letter.envelope_from) == (True, "")


def test_an_unclear_request_waits_unclassified_with_the_fallback_team(cast: Cast) -> None:
    outcome = cast.receive(cast.incoming("Consulta", "Buenas tardes, necesito hablar con alguien."))
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    assert (outcome.action, ticket.request_type, ticket.team) == ("needs_human", None, "mesa_ayuda")
    assert (ticket.status, cast.steps(ticket)) == ("new", {})


def test_an_unclear_request_is_acknowledged_all_the_same(cast: Cast) -> None:
    outcome = cast.receive(cast.incoming("Consulta", "Buenas tardes, necesito hablar con alguien."))
    assert outcome.ticket_id is not None
    assert [letter.letter for letter in cast.letters(cast.ticket(outcome.ticket_id))] == ["acuse"]


def test_own_staff_without_the_right_to_ask_only_hand_a_message_on(cast: Cast) -> None:
    clerk = Person("Oficial de Partes", "partes@sigec-cl.example.org")
    passed = PassedOn(REQUESTER, REPORT, REPORT_TEXT)
    ticket = cast.open(subject=f"RV: {REPORT}", text="Para su gestión.", sender=clerk, passed_on=passed)
    assert ticket.requester_id == cast.person(REQUESTER).id
    assert ticket.forwarded_by_id == cast.person(clerk).id


def test_who_may_ask_and_forwards_is_the_requester(cast: Cast) -> None:
    passed = PassedOn(REQUESTER, REPORT, REPORT_TEXT)
    ticket = cast.open(subject=f"RV: {REPORT}", text="Se remite.", sender=SUPERVISOR, passed_on=passed)
    assert ticket.requester_id == cast.person(SUPERVISOR).id
    assert ticket.originator_id == cast.person(REQUESTER).id


def test_people_in_copy_take_part(cast: Cast) -> None:
    ticket = cast.open(cc=(STRANGER,))
    listed = cast.session.get(TicketParticipant, (ticket.id, cast.person(STRANGER).id, "cc"))
    assert listed is not None


def test_our_own_mailbox_in_copy_is_nobody(cast: Cast) -> None:
    box = cast.mailbox("regional_biobio")
    ticket = cast.open(cc=(Person("", box.address),))
    listed = cast.session.get(TicketParticipant, (ticket.id, cast.person(Person("", box.address)).id, "cc"))
    assert listed is None


def test_files_are_proposed_as_documents(cast: Cast) -> None:
    ticket = cast.open()
    (event,) = cast.events(ticket, "documents_proposed")
    assert event.data == {"documents": ["memorandum"]}
    assert ATTACHED_MEMO in {entry.filename for entry in (file(),)}


def test_the_name_of_a_person_is_learned_once(cast: Cast) -> None:
    cast.open()
    cast.open(sender=Person("Otro Nombre", REQUESTER.address))
    person = cast.session.get_one(Known, cast.person(REQUESTER).id)
    assert person.name == REQUESTER.name


def test_a_reply_address_is_not_kept_with_the_message(cast: Cast) -> None:
    ticket = cast.open()
    letter = cast.letter(ticket, "acuse")
    cast.receive(cast.answer_to(letter, "Gracias.", REQUESTER, recipients=(letter.reply_to,)))
    assert cast.messages(ticket)[-1].to == [{"name": "", "address": cast.mailbox().address}]


def test_a_request_in_the_wrong_mailbox_goes_to_its_team_without_bothering_the_sender(cast: Cast) -> None:
    box = cast.mailbox("centro_servicios", cast.mef)
    text = "Pido registrar la ausencia temporal del titular, que sale de vacaciones."
    outcome = cast.receive(cast.incoming("Ausencia temporal del titular", text, mailbox=box))
    ticket = cast.ticket(outcome.ticket_id or 0)
    assert (ticket.request_type, ticket.team) == ("ausencia_temporal", "biometria")
    assert cast.letters(ticket, "canal") == []
    assert all("buzón" not in letter.text for letter in cast.letters(ticket))


ACTIVATION = "Activación de usuario y revisión de contraseña"
ACTIVATION_TEXT = (
    "Solicito la activación del usuario y la revisión de su contraseña. Remito el formulario y los documentos."
)
ACTIVATION_FILES = (
    file("formulario.pdf"),
    file("accion_personal_solicitante.pdf"),
    file("accion_personal_autoridad.pdf"),
)


def activation(cast: Cast, mailbox: str, **more: Any) -> Ticket:
    """A request of the one type that has a single authorised mailbox, sent to some mailbox of the ministry."""
    box = cast.mailbox(mailbox, cast.mef)
    outcome = cast.receive(cast.incoming(ACTIVATION, ACTIVATION_TEXT, mailbox=box, **more))
    ticket = cast.ticket(outcome.ticket_id or 0)
    assert ticket.request_type == "activacion_revision_usuario"
    return ticket


def authorised_mailbox(cast: Cast) -> str:
    return cast.mailbox("centro_servicios", cast.mef).address


def test_who_wrote_to_another_mailbox_is_told_the_only_authorised_one(cast: Cast) -> None:
    ticket = activation(cast, "biometria", files=ACTIVATION_FILES)
    text = " ".join(cast.letter(ticket, "acuse").text.split())
    assert f"único canal autorizado (Correo electrónico: {authorised_mailbox(cast)})" in text
    assert "no hace falta que lo envíe de nuevo" in text


def test_who_wrote_to_the_authorised_mailbox_is_told_nothing_of_it(cast: Cast) -> None:
    ticket = activation(cast, "centro_servicios")
    assert all("canal autorizado" not in letter.text for letter in cast.letters(ticket))


def test_who_wrote_to_both_mailboxes_is_told_nothing_of_it(cast: Cast) -> None:
    both = (cast.mailbox("biometria", cast.mef).address, authorised_mailbox(cast))
    ticket = activation(cast, "biometria", recipients=both)
    assert all("canal autorizado" not in letter.text for letter in cast.letters(ticket))


def test_a_return_names_the_only_authorised_mailbox_too(cast: Cast) -> None:
    ticket = activation(cast, "biometria")
    assert [letter.letter for letter in cast.letters(ticket)] == ["incompleto"]
    assert authorised_mailbox(cast) in cast.letter(ticket, "incompleto").text


def test_who_asked_for_it_unclearly_is_told_when_an_agent_classifies_it(cast: Cast) -> None:
    box = cast.mailbox("gestion_documental", cast.mef)
    outcome = cast.receive(cast.incoming("Consulta", "Necesito ayuda.", mailbox=box, files=ACTIVATION_FILES))
    ticket = cast.ticket(outcome.ticket_id or 0)
    cast.do(tickets.classify, cast.foreigner, ticket.id, None, "activacion_revision_usuario")
    assert authorised_mailbox(cast) in cast.letters(ticket)[-1].text


def test_a_request_at_night_has_its_term_from_the_next_opening(cast: Cast) -> None:
    cast.now = TUESDAY.replace(hour=22)
    ticket = cast.open()
    opening = TUESDAY.replace(day=8, hour=8)
    assert (ticket.received_at, ticket.filed_at, ticket.started_at) == (cast.now, opening, opening)
    assert ticket.due_at == TUESDAY.replace(day=13, hour=9)
