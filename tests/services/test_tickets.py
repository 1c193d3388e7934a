"""What agents do with a ticket: take, assign, classify, derive, complete steps and data (R-186)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Conflict, IllegalMove, Invalid, NotFound
from helpdesk.models.documents import Document
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.tickets import Ticket
from helpdesk.services import accounts, conversation, documents, tickets
from tests.cast import NATIONAL_OFFICER, REGIONAL_HEAD, REPORT_TEXT, REQUESTER, TUESDAY, Cast, file

REPORT_TYPE = "desaprobacion_rendicion_estandar"


def mistaken(cast: Cast, **more: Any) -> Ticket:
    """The report is only called «el documento»: the machine takes the request for another one."""
    vague = REPORT_TEXT.replace("desaprobar la rendición", "anular el documento")
    outcome = cast.receive(cast.incoming("Solicitud urgente", vague, **more))
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    assert ticket.request_type != REPORT_TYPE
    return ticket


def test_an_agent_takes_a_ticket(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.take, cast.agent, ticket.id, ticket.touched)
    assert ticket.assignee_id == cast.agent.person_id


def test_of_two_who_take_the_same_ticket_the_second_is_told(cast: Cast) -> None:
    ticket = cast.open()
    seen = ticket.touched
    cast.do(tickets.take, cast.agent, ticket.id, seen)
    with pytest.raises(Conflict):
        cast.do(tickets.take, cast.colleague, ticket.id, seen)
    assert ticket.assignee_id == cast.agent.person_id


def test_a_form_that_saw_an_older_state_changes_nothing(cast: Cast) -> None:
    ticket = cast.open()
    seen = ticket.touched
    cast.receive(cast.answer_to(cast.letter(ticket, "acuse"), "Agrego un dato.", REQUESTER))
    with pytest.raises(Conflict):
        cast.do(conversation.reply, cast.agent, ticket.id, seen, "Listo.")


def test_whom_a_ticket_is_given_is_told(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.assign, cast.agent, ticket.id, None, cast.colleague.person_id)
    assert cast.letter(ticket, "derivado").recipient == "luis@sigec-cl.example.org"


def test_who_takes_a_ticket_is_told_nothing(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.take, cast.agent, ticket.id, None)
    assert cast.letters(ticket, "derivado") == []


def test_a_ticket_is_given_back_to_its_team(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.take, cast.agent, ticket.id, None)
    cast.do(tickets.assign, cast.agent, ticket.id, None, None)
    assert ticket.assignee_id is None


def test_a_requester_is_no_agent_to_give_a_ticket_to(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(NotFound):
        cast.do(tickets.assign, cast.agent, ticket.id, None, ticket.requester_id)


def test_a_closed_ticket_is_not_taken(cast: Cast) -> None:
    ticket = cast.closed()
    with pytest.raises(IllegalMove):
        cast.do(tickets.take, cast.agent, ticket.id, None)


def test_classifying_reads_the_data_of_the_message(cast: Cast) -> None:
    ticket = mistaken(cast, files=(file(),))
    cast.do(tickets.classify, cast.agent, ticket.id, None, REPORT_TYPE)
    assert ticket.fields["numero_proyecto"] == "25-000200-00010"
    assert (ticket.status, cast.step(ticket).key) == ("waiting_approval", "validar_jar")


def test_classifying_what_was_unclear_begins_its_route(cast: Cast) -> None:
    outcome = cast.receive(cast.incoming("Consulta", "Proyecto 25-000200-00010, Programa Familias."))
    ticket = cast.ticket(outcome.ticket_id or 0)
    assert ticket.request_type is None
    cast.do(tickets.classify, cast.agent, ticket.id, None, REPORT_TYPE)
    assert ticket.fields["numero_proyecto"] == "25-000200-00010"
    assert (ticket.status, ticket.missing_documents) == ("waiting_requester", ["memorandum"])


def test_what_is_missing_is_told_to_an_unverified_requester_in_fixed_words(cast: Cast) -> None:
    outcome = cast.receive(cast.incoming("Compre ya", "Proyecto 25-000200-00010, Programa Familias.", trust="T0"))
    ticket = cast.ticket(outcome.ticket_id or 0)
    cast.do(tickets.classify, cast.agent, ticket.id, None, REPORT_TYPE)
    letter = cast.letter(ticket, "incompleto")
    assert "Compre ya" not in letter.subject + letter.text


def test_classifying_counts_the_term_from_reception(cast: Cast) -> None:
    ticket = mistaken(cast, files=(file(),))
    cast.later(hours=4)
    cast.do(tickets.classify, cast.agent, ticket.id, None, REPORT_TYPE)
    assert (ticket.started_at, ticket.due_at) == (TUESDAY, TUESDAY + timedelta(days=3))


def test_another_type_has_its_own_term(cast: Cast) -> None:
    ticket = cast.open(
        subject="Creación de convocatoria estándar",
        text="Solicito crear la convocatoria estándar Familias 2026, cierre de postulación 15-05-2026 a las 12:00, "
        "Programa Familias.",
        sender=NATIONAL_OFFICER,
        files=(),
    )
    assert ticket.request_type == "crear_convocatoria_estandar"
    cast.do(tickets.classify, cast.agent, ticket.id, None, "crear_convocatoria_nacional")
    assert ticket.due_at == TUESDAY + timedelta(days=2)


def test_what_another_type_lacked_does_not_let_the_clock_stand_still(cast: Cast) -> None:
    ticket = cast.open(files=())
    cast.later(hours=1)
    cast.do(tickets.classify, cast.agent, ticket.id, None, "desaprobacion_informe_tecnico")
    assert cast.suspensions(ticket) == []
    assert cast.step(ticket).key == "autorizar"


def test_the_files_stand_for_the_documents_of_the_new_type(cast: Cast) -> None:
    box = cast.mailbox("biometria", cast.mef)
    ticket = cast.ticket(
        cast.receive(
            cast.incoming(
                "Ausencia temporal por vacaciones",
                "Solicito la ausencia temporal del funcionario de pagos.",
                mailbox=box,
                files=(file("formulario de ausencia.pdf"), file("accion de personal de la maxima autoridad.pdf")),
            )
        ).ticket_id
        or 0
    )
    assert ticket.request_type == "ausencia_temporal"
    cast.do(tickets.classify, cast.foreigner, ticket.id, None, "ausencia_permanente")
    keys = {row.key for row in cast.session.query(Document).filter_by(ticket_id=ticket.id)}
    assert "formulario_ausencia_permanente" in keys
    assert "formulario_ausencia_temporal" not in keys


def test_a_new_type_takes_the_old_route_back(cast: Cast) -> None:
    ticket = cast.open()
    asked = cast.letter(ticket, "aprobacion")
    cast.do(tickets.classify, cast.agent, ticket.id, None, "desaprobacion_rendicion_nacional")
    assert cast.step(ticket).key == "validar_encargado_nacional"
    assert cast.receive(cast.answer_to(asked, "Apruebo.", REGIONAL_HEAD)).action == "append"


def test_the_same_step_of_another_type_is_walked_anew(cast: Cast) -> None:
    ticket = cast.open(files=())
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, (), "Falta todo.")
    for wanted in ("otra_solicitud_formal", REPORT_TYPE, "desaprobacion_rendicion_nacional"):
        cast.do(tickets.classify, cast.agent, ticket.id, None, wanted)
        assert cast.steps(ticket)["validar_documentos"] == "returned"


def test_a_decided_ticket_keeps_its_type(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    with pytest.raises(IllegalMove):
        cast.do(tickets.classify, cast.agent, ticket.id, None, "otra_solicitud_formal")


def test_a_decision_of_an_earlier_round_keeps_the_type_too(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, ("memorandum",), "Sin firma.")
    with pytest.raises(IllegalMove):
        cast.do(tickets.classify, cast.agent, ticket.id, None, "otra_solicitud_formal")


def test_an_unknown_type_is_refused(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(NotFound):
        cast.do(tickets.classify, cast.agent, ticket.id, None, "no_existe")


def test_deriving_tells_the_team_and_keeps_the_reason(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(accounts.join_team, operator(), "sigec-cl", "luis@sigec-cl.example.org", "ti_ses", None)
    cast.do(tickets.derive, cast.agent, ticket.id, None, "ti_ses", None, "Es un cambio de datos.")
    assert (ticket.team, ticket.assignee_id) == ("ti_ses", None)
    letter = cast.letter(ticket, "derivado")
    assert letter.recipient == "luis@sigec-cl.example.org"
    assert "Es un cambio de datos." in letter.text


def test_a_regional_team_needs_its_region(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(Invalid):
        cast.do(tickets.derive, cast.agent, ticket.id, None, "equipo_regional", None, "")
    cast.do(tickets.derive, cast.agent, ticket.id, None, "equipo_regional", "CL-VS", "")
    assert (ticket.team, ticket.team_scope) == ("equipo_regional", "CL-VS")


def test_deriving_to_an_unknown_team_is_refused(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(NotFound):
        cast.do(tickets.derive, cast.agent, ticket.id, None, "no_existe", None, "")


def test_an_approval_is_not_marked_by_hand(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(IllegalMove):
        cast.do(tickets.complete_step, cast.agent, ticket.id, None)


def test_the_close_step_is_not_marked_by_hand(cast: Cast) -> None:
    ticket = cast.decided()
    cast.execute(ticket)
    with pytest.raises(IllegalMove):
        cast.do(tickets.complete_step, cast.agent, ticket.id, None)


def test_the_data_that_were_missing_let_the_request_go_on(cast: Cast) -> None:
    ticket = cast.open(text=REPORT_TEXT.replace("proyecto 25-000200-00010", "proyecto"))
    assert ticket.missing_fields == ["numero_proyecto"]
    cast.later(hours=1)
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"numero_proyecto": "25-000200-00010"})
    assert (ticket.status, ticket.missing_fields) == ("waiting_approval", [])
    assert cast.suspensions(ticket)[0].until == cast.now


def test_a_field_that_the_type_does_not_have_is_refused(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(Invalid):
        cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"color": "azul"})


def test_a_region_that_the_institution_does_not_have_is_refused(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(Invalid):
        cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"region": "XX-99"})


def test_the_history_of_data_names_fields_and_no_values(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"numero_proyecto": "25-000999-00001"})
    (changed,) = cast.events(ticket, "fields_changed")
    assert changed.data == {"fields": ["numero_proyecto"]}
    assert "fields" in changed.rows["tickets"][str(ticket.id)]
    assert not any("25-000999-00001" in str(event.rows) for event in cast.events(ticket))


def test_a_file_is_assigned_to_a_document_by_hand(cast: Cast) -> None:
    ticket = cast.open(files=(file("escaneo0001.pdf"), file()))
    attachment = attachments_of(cast, ticket)["escaneo0001.pdf"]
    row = cast.do(documents.assign_file, cast.agent, ticket.id, attachment, "memorandum")
    assert (row.state, row.decided_by_id) == ("confirmed", cast.agent.person_id)


def test_a_file_of_another_ticket_is_not_assigned(cast: Cast) -> None:
    ticket, other = cast.open(), cast.open()
    attachment = attachments_of(cast, other)[file().filename]
    with pytest.raises(NotFound):
        cast.do(documents.assign_file, cast.agent, ticket.id, attachment, "memorandum")


def test_a_document_is_refused_with_a_reason(cast: Cast) -> None:
    ticket = cast.open()
    row = cast.session.query(Document).filter_by(ticket_id=ticket.id).one()
    with pytest.raises(Invalid):
        cast.do(documents.reject, cast.agent, row.id, "other", " ")
    cast.do(documents.reject, cast.agent, row.id, "unreadable", "La segunda hoja.")
    assert (row.state, ticket.missing_documents) == ("rejected", ["memorandum"])


def attachments_of(cast: Cast, ticket: Ticket) -> dict[str, int]:
    """The files of a ticket, by name."""
    found = cast.session.execute(
        select(Attachment.filename, Attachment.id)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.ticket_id == ticket.id)
    )
    return {row.filename: row.id for row in found}
