"""Files as required documents, and the originals that a clerk saw (R-016, R-029, R-036, R-120, R-163)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Condition
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.domain.incoming import Person as Named
from helpdesk.domain.papers import Review
from helpdesk.models.alarms import Alarm
from helpdesk.models.documents import Document, Original
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.tickets import Ticket
from helpdesk.services import documents, originals, tickets
from tests.cast import REQUESTER, Cast, file, load
from tests.domain.shipped import shipped

CONSULTATION = "crear_usuario_consulta"
FILES = {
    "oficio_solicitud": "Oficio 12.pdf",
    "formulario_consulta": "F.SI.AS.01-CONSULTA.pdf",
    "acuerdo_responsabilidad_consulta": "Acuerdo de responsabilidad.pdf",
    "accion_personal_autoridad": "Accion de personal autoridad.pdf",
}


def marks(cast: Cast, ticket: Ticket) -> dict[str, str]:
    """The state of each document of a ticket, by key."""
    rows = cast.session.scalars(select(Document).where(Document.ticket_id == ticket.id).order_by(Document.id))
    return {row.key: row.state for row in rows}


def mark(cast: Cast, ticket: Ticket, key: str = "memorandum") -> Document:
    """The only mark of a document."""
    return cast.session.scalars(select(Document).where(Document.ticket_id == ticket.id, Document.key == key)).one()


def attachment(cast: Cast, ticket: Ticket, name: str) -> int:
    """A file of a ticket."""
    return cast.session.scalars(
        select(Attachment.id)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.ticket_id == ticket.id, Attachment.filename == name)
    ).one()


def consultation(cast: Cast, *keys: str, more: tuple[str, ...] = ()) -> Ticket:
    """A ministry asks for a user of the consultation module, with the files of these documents, or of all, and more."""
    wanted = tuple(file(name) for name in (*(FILES[key] for key in keys or FILES), *more))
    text = (
        "Solicito crear un usuario de consulta. Entidad: Ministerio de Ejemplo. Entidades adscritas a visualizar: "
        "Instituto de Ejemplo. Razón: acceso a entidades adscritas."
    )
    box = cast.mailbox("centro_servicios", cast.mef)
    outcome = cast.receive(cast.incoming("Creación de usuario de consulta", text, mailbox=box, files=wanted))
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    assert ticket.request_type == CONSULTATION
    return ticket


def clerk(cast: Cast) -> Actor:
    """Who works at the ministry's counter."""
    return cast.foreigner


def test_the_text_of_a_scan_tells_which_document_it_is(cast: Cast) -> None:
    scan = file("scan0012.pdf")
    words = "MINISTERIO DE FINANZAS\nACUERDO DE RESPONSABILIDAD DE SEGURIDAD DE LA INFORMACIÓN"
    text = "Solicito crear un usuario de consulta para ver entidades adscritas."
    box = cast.mailbox("centro_servicios", cast.mef)
    known = type(scan)(scan.filename, scan.content_type, scan.size, scan.sha256, scan.inline, None, words)
    outcome = cast.receive(cast.incoming("Creación de usuario de consulta", text, mailbox=box, files=(known,)))
    assert outcome.ticket_id is not None
    assert marks(cast, cast.ticket(outcome.ticket_id)) == {"acuerdo_responsabilidad_consulta": "proposed"}


@pytest.mark.parametrize("objection", ["unreadable", "corrections", "unsigned", "wrong_form"])
def test_a_file_is_rejected_with_an_objection_of_the_list(cast: Cast, objection: str) -> None:
    ticket = cast.open()
    row = cast.do(documents.reject, cast.agent, mark(cast, ticket).id, objection)
    assert (row.state, row.objection, row.reason) == ("rejected", objection, None)
    assert ticket.missing_documents == ["memorandum"]


@pytest.mark.parametrize(("objection", "reason"), [("other", " "), ("ugly", "Es feo."), ("missing", "")])
def test_an_objection_that_says_nothing_is_refused(cast: Cast, objection: str, reason: str) -> None:
    ticket = cast.open()
    with pytest.raises(Invalid):
        cast.do(documents.reject, cast.agent, mark(cast, ticket).id, objection, reason)
    assert marks(cast, ticket) == {"memorandum": "proposed"}


def test_a_wrong_rejection_is_taken_back(cast: Cast) -> None:
    ticket = cast.open()
    row = cast.do(documents.reject, cast.agent, mark(cast, ticket).id, "unreadable")
    cast.do(documents.take_back, cast.agent, row.id)
    assert (row.state, row.objection, row.decided_by_id) == ("proposed", None, None)
    assert ticket.missing_documents == []


def test_a_file_is_moved_to_another_document(cast: Cast) -> None:
    ticket = consultation(cast, "oficio_solicitud", "formulario_consulta")
    row = mark(cast, ticket, "oficio_solicitud")
    moved = cast.do(documents.move, clerk(cast), row.id, "accion_personal_autoridad")
    assert (moved.key, moved.state) == ("accion_personal_autoridad", "confirmed")
    assert "oficio_solicitud" in ticket.missing_documents
    assert "accion_personal_autoridad" not in ticket.missing_documents
    assert cast.events(ticket, "document_moved")[0].data["from"] == "oficio_solicitud"


def test_a_file_moved_to_a_document_that_it_stands_for_already_leaves_one_mark(cast: Cast) -> None:
    ticket = consultation(cast, "oficio_solicitud")
    row = mark(cast, ticket, "oficio_solicitud")
    cast.do(documents.assign_file, clerk(cast), ticket.id, row.attachment_id, "formulario_consulta")
    cast.do(documents.move, clerk(cast), row.id, "formulario_consulta")
    assert marks(cast, ticket) == {"formulario_consulta": "confirmed"}


def test_a_file_serves_a_second_document_and_the_mark_can_be_removed(cast: Cast) -> None:
    ticket = consultation(cast, "oficio_solicitud")
    first = mark(cast, ticket, "oficio_solicitud")
    second = cast.do(documents.assign_file, clerk(cast), ticket.id, first.attachment_id, "formulario_consulta")
    assert marks(cast, ticket) == {"oficio_solicitud": "proposed", "formulario_consulta": "confirmed"}
    cast.do(documents.take_back, clerk(cast), second.id)
    assert cast.do(documents.take_back, clerk(cast), second.id) is None
    assert marks(cast, ticket) == {"oficio_solicitud": "proposed"}


def test_the_only_mark_of_a_file_is_not_removed(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(IllegalMove):
        cast.do(documents.take_back, cast.agent, mark(cast, ticket).id)


def test_a_file_is_not_moved_to_a_document_that_nobody_asks_for(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(NotFound):
        cast.do(documents.move, cast.agent, mark(cast, ticket).id, "copia_ruc")


def test_the_documents_of_an_ended_ticket_do_not_change(cast: Cast) -> None:
    ticket = cast.closed()
    row = mark(cast, ticket)
    for verb, more in (
        (documents.confirm, ()),
        (documents.reject, ("unreadable",)),
        (documents.take_back, ()),
        (documents.move, ("memorandum",)),
        (documents.certify, ("Secretaria", date(2026, 4, 1))),
    ):
        with pytest.raises(IllegalMove):
            cast.do(verb, cast.agent, row.id, *more)
    assert row.state == "confirmed"


def test_an_agent_who_recognises_a_file_lets_a_returned_request_go_on_from_its_arrival(cast: Cast) -> None:
    ticket = cast.open(files=(file("nota.pdf"), file("otra nota.pdf")))
    assert ticket.status == "waiting_requester"
    cast.later(days=1)
    cast.do(documents.assign_file, cast.agent, ticket.id, attachment(cast, ticket, "nota.pdf"), "memorandum")
    assert (ticket.status, cast.step(ticket).key) == ("waiting_approval", "validar_jar")
    assert cast.suspensions(ticket)[0].until == ticket.received_at


def test_a_judgement_does_not_end_a_return_that_was_about_something_else(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, (), "Aclare qué mes es.")
    cast.do(documents.confirm, cast.agent, mark(cast, ticket).id)
    assert ticket.status == "waiting_requester"


def test_the_letter_says_of_each_document_what_is_wrong_with_it(cast: Cast) -> None:
    ticket = consultation(cast, "oficio_solicitud", "formulario_consulta", "accion_personal_autoridad")
    cast.do(documents.reject, clerk(cast), mark(cast, ticket, "formulario_consulta").id, "corrections", "La fecha.")
    cast.do(documents.return_incomplete, clerk(cast), ticket.id, None, ("formulario_consulta",), "")
    letter = cast.letter(ticket, "incompleto")
    text = " ".join(letter.text.split())
    assert "Lo que llegó no sirve: con correcciones o enmendaduras: La fecha." in text
    assert text.count("Lo que llegó no sirve") == 1
    assert "Acuerdo de Responsabilidad" in text
    assert "Formulario en blanco: «Formulario de Creación de Usuarios de Consulta" in text
    assert "Cómo obtenerlo: http://desk.test/servicios/mef-ec/crear_usuario_consulta" in text
    assert "con correcciones o enmendaduras: La fecha." in (letter.html or "")


def test_what_is_ticked_for_return_is_rejected_with_the_objection_chosen(cast: Cast) -> None:
    ticket = cast.open()
    chosen = {"memorandum": "unsigned"}
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, ("memorandum",), "Falta la firma.", chosen)
    row = mark(cast, ticket)
    assert (row.state, row.objection) == ("rejected", "unsigned")
    assert "Lo que llegó no sirve: sin firma o sello" in cast.letter(ticket, "incompleto").text


def test_the_same_words_are_not_written_twice_in_a_letter(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, ("memorandum",), "Viene sin firma.")
    assert cast.letter(ticket, "incompleto").text.count("Viene sin firma.") == 1


def test_a_copy_is_marked_as_certified_with_the_officer_and_the_day(cast: Cast) -> None:
    ticket = cast.open()
    row = mark(cast, ticket)
    cast.do(documents.certify, cast.agent, row.id, "Secretaria General", date(2026, 4, 1))
    assert (row.certified_role, row.certified_on) == ("Secretaria General", date(2026, 4, 1))
    cast.do(documents.certify, cast.agent, row.id, "", None)
    assert (row.certified_role, row.certified_on) == (None, None)


@pytest.mark.parametrize("on", [None, date(2026, 4, 8)])
def test_a_certification_has_a_day_that_has_come(cast: Cast, on: date | None) -> None:
    ticket = cast.open()
    with pytest.raises(Invalid):
        cast.do(documents.certify, cast.agent, mark(cast, ticket).id, "Secretaria General", on)


def test_the_originals_step_waits_until_every_original_was_seen(cast: Cast) -> None:
    ticket = consultation(cast)
    assert cast.step(ticket).key == "cotejar_originales"
    with pytest.raises(IllegalMove, match="Formulario de Creación de Usuarios de Consulta"):
        cast.do(tickets.complete_step, clerk(cast), ticket.id, None)
    cast.do(originals.see, clerk(cast), ticket.id, None, "formulario_consulta", "paper", True, "Carpeta 4")
    cast.do(tickets.complete_step, clerk(cast), ticket.id, None)
    assert cast.step(ticket).key != "cotejar_originales"


def test_a_mark_says_who_saw_which_original_and_when(cast: Cast) -> None:
    ticket = consultation(cast)
    cast.do(originals.see, clerk(cast), ticket.id, None, "formulario_consulta", "electronic_signature", True, "FirmaEC")
    row = cast.session.scalars(select(Original).where(Original.ticket_id == ticket.id)).one()
    assert (row.kind, row.kept, row.note) == ("electronic_signature", False, "FirmaEC")
    assert (row.seen_by_id, row.seen_at) == (clerk(cast).person_id, cast.now)
    assert cast.events(ticket, "original_seen")[0].data["kind"] == "electronic_signature"


def test_an_original_marked_by_error_is_unmarked(cast: Cast) -> None:
    ticket = consultation(cast)
    cast.do(originals.see, clerk(cast), ticket.id, None, "formulario_consulta")
    cast.do(originals.take_back, clerk(cast), ticket.id, None, "formulario_consulta")
    with pytest.raises(IllegalMove):
        cast.do(tickets.complete_step, clerk(cast), ticket.id, None)
    with pytest.raises(NotFound):
        cast.do(originals.take_back, clerk(cast), ticket.id, None, "formulario_consulta")


def test_an_original_seen_on_paper_counts_as_provided_and_the_request_goes_on(cast: Cast) -> None:
    ticket = cast.open(files=())
    at = cast.later(hours=2)
    cast.do(originals.see, cast.agent, ticket.id, None, "memorandum")
    assert (ticket.missing_documents, ticket.status) == ([], "waiting_approval")
    assert cast.suspensions(ticket)[0].until == at


def test_an_electronic_signature_without_its_file_provides_nothing(cast: Cast) -> None:
    ticket = cast.open(files=())
    cast.do(originals.see, cast.agent, ticket.id, None, "memorandum", "electronic_signature")
    assert ticket.missing_documents == ["memorandum"]


def test_an_original_of_another_type_or_kind_is_not_marked(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(NotFound):
        cast.do(originals.see, cast.agent, ticket.id, None, "copia_ruc")
    with pytest.raises(Invalid):
        cast.do(originals.see, cast.agent, ticket.id, None, "memorandum", "hearsay")


def test_a_mark_on_paper_outlives_a_rejected_scan(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(originals.see, cast.agent, ticket.id, None, "memorandum")
    cast.do(documents.reject, cast.agent, mark(cast, ticket).id, "unreadable")
    assert ticket.missing_documents == []


def test_a_file_that_comes_later_counts_from_its_arrival_when_an_agent_recognises_it(cast: Cast) -> None:
    ticket = cast.open(files=())
    at = cast.later(days=1)
    answer = cast.answer_to(cast.letter(ticket, "incompleto"), "Va.", REQUESTER,
                            files=(file("uno.pdf"), file("dos.pdf")))  # fmt: skip
    cast.receive(answer)
    cast.later(days=1)
    cast.do(documents.assign_file, cast.agent, ticket.id, attachment(cast, ticket, "uno.pdf"), "memorandum")
    assert cast.suspensions(ticket)[0].until == at
    assert cast.now - at == timedelta(days=1)


def with_scan(cast: Cast, text: str) -> Ticket:
    """A request to undo the approval of an account, with a file of which nothing says that it is the memorandum."""
    box = cast.mailbox("mesa_ayuda")
    subject = "Desaprobación de rendición"
    outcome = cast.receive(cast.incoming(subject, text, mailbox=box, files=(file("scan0001.pdf"),)))
    assert outcome.ticket_id is not None
    return cast.ticket(outcome.ticket_id)


ASKED = (
    "Solicito desaprobar la rendición de marzo del proyecto 25-000123-00045 (ejecutor: Municipalidad de Ejemplo; "
    "convocatoria: Familias 2026), Región del Biobío, Programa Familias, convenio estándar, por un documento duplicado."
)


def test_a_file_that_nothing_says_to_be_the_document_waits_for_a_person_and_is_not_asked_for_again(cast: Cast) -> None:
    ticket = with_scan(cast, ASKED)
    assert marks(cast, ticket) == {"memorandum": "proposed"}
    assert (ticket.status, ticket.missing_documents) == ("open", [])
    assert cast.step(ticket).kind == "validate_documents"
    assert "incompleto" not in [letter.letter for letter in cast.letters(ticket)]


def test_a_request_goes_on_once_a_person_has_confirmed_the_file_in_doubt(cast: Cast) -> None:
    ticket = with_scan(cast, ASKED)
    cast.do(documents.confirm, cast.agent, mark(cast, ticket).id)
    assert cast.step(ticket).kind == "approve"


def test_a_request_goes_on_once_another_file_is_the_document_in_doubt(cast: Cast) -> None:
    sure = ("oficio_solicitud", "formulario_consulta", "accion_personal_autoridad")
    ticket = consultation(cast, *sure, more=("IMG_0412.pdf",))
    assert cast.step(ticket).kind == "validate_documents"
    found = attachment(cast, ticket, FILES["oficio_solicitud"])
    cast.do(documents.assign_file, clerk(cast), ticket.id, found, "acuerdo_responsabilidad_consulta")
    assert cast.steps(ticket)["validar_documentos"] == "done"


def test_a_request_goes_on_once_the_original_of_the_document_in_doubt_was_seen(cast: Cast) -> None:
    ticket = with_scan(cast, ASKED)
    cast.do(originals.see, cast.agent, ticket.id, None, "memorandum")
    assert cast.step(ticket).kind == "approve"


def test_a_request_goes_on_once_a_datum_says_that_the_document_in_doubt_is_not_needed(cast: Cast) -> None:
    content = shipped("sigec-cl")
    needed = Condition("convocatoria_nombre", any_of=("Familias",))
    kinds = [
        replace(
            each,
            required_documents=tuple(replace(d, mandatory="conditional", when=needed) for d in each.required_documents),
        )
        for each in content.request_types
    ]
    load(cast.session, replace(content, request_types=tuple(kinds)))
    ticket = with_scan(cast, ASKED)
    assert cast.step(ticket).kind == "validate_documents"
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"convocatoria_nombre": "Mayores"})
    assert cast.step(ticket).kind == "approve"


def test_a_datum_takes_up_nothing_that_the_desk_returned_in_its_own_words(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, (), "Explique qué convenio es.")
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"convocatoria_nombre": "Mayores"})
    assert (cast.step(ticket).kind, ticket.status) == ("validate_documents", "waiting_requester")


def test_a_rejected_file_in_doubt_leaves_its_document_missing_with_the_team(cast: Cast) -> None:
    ticket = with_scan(cast, ASKED)
    cast.do(documents.reject, cast.agent, mark(cast, ticket).id, "unreadable")
    assert ticket.missing_documents == ["memorandum"]
    assert cast.step(ticket).kind == "validate_documents"


def test_a_letter_that_says_what_it_brings_leaves_no_doubt(cast: Cast) -> None:
    ticket = with_scan(cast, f"{ASKED} Se adjunta el memorándum firmado.")
    assert cast.step(ticket).kind == "approve"


def test_a_file_in_doubt_ends_the_wait_for_the_requester_and_begins_that_for_a_person(cast: Cast) -> None:
    box = cast.mailbox("mesa_ayuda")
    outcome = cast.receive(cast.incoming("Desaprobación de rendición", ASKED, mailbox=box))
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    assert ticket.status == "waiting_requester"
    answer = cast.answer_to(cast.letter(ticket, "incompleto"), "Ahí va.", REQUESTER, files=(file("IMG_0412.jpg"),))
    cast.receive(answer)
    assert ticket.status == "open"
    assert cast.step(ticket).kind == "validate_documents"


DOUBTFUL = "acuerdo_responsabilidad_consulta"


def consultation_in_doubt(cast: Cast) -> Ticket:
    """A request for a query user with all its documents, of one of which nothing says that it is one."""
    text = (
        "Solicito crear un usuario de consulta. Entidad: Ministerio de Ejemplo. Entidades adscritas a visualizar: "
        "Instituto de Ejemplo. Razón: acceso a entidades adscritas."
    )
    names = (*(name for key, name in FILES.items() if key != DOUBTFUL), "IMG_0412.pdf")
    box = cast.mailbox("centro_servicios", cast.mef)
    files = tuple(file(name) for name in names)
    outcome = cast.receive(cast.incoming("Creación de usuario de consulta", text, mailbox=box, files=files))
    assert outcome.ticket_id is not None
    return cast.ticket(outcome.ticket_id)


def test_the_term_of_a_complete_request_runs_and_warns_while_a_file_is_in_doubt(cast: Cast) -> None:
    ticket = consultation_in_doubt(cast)
    assert cast.step(ticket).kind == "validate_documents"
    assert ticket.started_at == ticket.received_at
    assert ticket.due_at is not None
    rows = cast.session.scalars(select(Alarm.kind).where(Alarm.ticket_id == ticket.id, Alarm.step_id.is_(None)))
    assert set(rows) == {"warning", "escalation"}


@pytest.mark.parametrize("button", ["confirm", "step done"])
def test_the_term_begins_at_the_arrival_by_whichever_button_the_doubt_ends(cast: Cast, button: str) -> None:
    ticket = consultation_in_doubt(cast)
    due_at = ticket.due_at
    cast.later(days=3)
    if button == "confirm":
        cast.do(documents.confirm, clerk(cast), mark(cast, ticket, DOUBTFUL).id)
    else:
        cast.do(tickets.complete_step, clerk(cast), ticket.id, None, "", Review(looked_at=True))
    assert cast.step(ticket).key == "cotejar_originales"
    assert (ticket.started_at, ticket.due_at) == (ticket.received_at, due_at)


def test_the_return_of_a_file_in_doubt_suspends_the_term_that_ran(cast: Cast) -> None:
    ticket = consultation_in_doubt(cast)
    at = cast.later(days=1)
    cast.do(documents.reject, clerk(cast), mark(cast, ticket, DOUBTFUL).id, "unreadable")
    cast.do(documents.return_incomplete, clerk(cast), ticket.id, None, (DOUBTFUL,), "")
    assert ticket.started_at == ticket.received_at
    assert [(each.since, each.until) for each in cast.suspensions(ticket)] == [(at, None)]


def test_the_term_begins_with_a_file_in_doubt_that_completes_a_returned_request(cast: Cast) -> None:
    ticket = consultation(cast, *(key for key in FILES if key != DOUBTFUL))
    assert (ticket.missing_documents, ticket.started_at) == ([DOUBTFUL], None)
    at = cast.later(days=1)
    letter = cast.letter(ticket, "incompleto")
    sender = Named(letter.recipient_name, letter.recipient)
    cast.receive(cast.answer_to(letter, "Ahí va.", sender, files=(file("IMG_0412.pdf"),)))
    assert cast.step(ticket).kind == "validate_documents"
    assert (ticket.status, ticket.started_at) == ("open", at)
