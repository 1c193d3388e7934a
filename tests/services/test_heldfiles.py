"""A dangerous file is set apart when it is taken in; an administrator may let it through (R-170)."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.domain.incoming import IncomingFile
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.tickets import Ticket
from helpdesk.queries import chains
from helpdesk.queries.consultations import Addressee
from helpdesk.services import consultations, documents, heldfiles
from tests.cast import Cast, file

MEMO = "Memorandum 12.docm"


def macro(name: str = MEMO) -> IncomingFile:
    """The memorandum as a document with macros."""
    return replace(file(name), held="macros")


def stored(cast: Cast, ticket: Ticket, name: str = MEMO) -> Attachment:
    """The file as the ticket has it."""
    query = select(Attachment).join(Message, Message.id == Attachment.message_id)
    return cast.session.scalars(query.where(Message.ticket_id == ticket.id, Attachment.filename == name)).one()


def text_of(cast: Cast, ticket: Ticket, letter: str) -> str:
    return " ".join(cast.letter(ticket, letter).text.split())


def test_a_held_file_is_no_document_and_the_request_is_returned(cast: Cast) -> None:
    ticket = cast.open(files=(macro(),))
    assert (ticket.status, ticket.missing_documents) == ("waiting_requester", ["memorandum"])
    assert cast.events(ticket, "documents_proposed") == []


def test_the_return_says_which_file_was_not_accepted_and_how_to_send_it(cast: Cast) -> None:
    told = text_of(cast, cast.open(files=(macro(),)), "incompleto")
    assert f"No pudimos aceptar el archivo «{MEMO}»: es un documento con macros." in told
    assert "Guárdelo sin macros (DOCX, XLSX o PDF) y envíelo de nuevo." in told


def test_the_acknowledgement_says_it_too_and_does_not_count_the_file_as_received(cast: Cast) -> None:
    ticket = cast.open(files=(file(), replace(file("factura.exe"), held="program")))
    told = text_of(cast, ticket, "acuse")
    assert "No pudimos aceptar el archivo «factura.exe»: es un programa." in told
    assert told.count("factura.exe") == 1


def test_who_is_not_vouched_for_is_told_without_the_name_of_the_file(cast: Cast) -> None:
    ticket = cast.open(files=(macro("Compre ya.docm"),), trust="T0")
    told = text_of(cast, ticket, "incompleto")
    assert "No pudimos aceptar un archivo: es un documento con macros." in told
    assert "Compre ya" not in told


def test_the_event_that_records_the_message_says_what_was_held(cast: Cast) -> None:
    (event,) = cast.events(cast.open(files=(macro(),)), "opened")
    assert event.data["held"] == [{"filename": MEMO, "danger": "macros"}]


def test_an_approver_is_not_shown_a_held_file(cast: Cast) -> None:
    ticket = cast.open(files=(file(), macro("Otro.docm")))
    assert "Otro.docm" not in cast.letter(ticket, "aprobacion").text


def test_nobody_makes_a_held_file_a_document_by_hand(cast: Cast) -> None:
    ticket = cast.open(files=(macro(),))
    with pytest.raises(IllegalMove, match="retenido"):
        cast.do(documents.assign_file, cast.agent, ticket.id, stored(cast, ticket).id, "memorandum")


def test_a_held_file_leaves_with_no_consultation(cast: Cast) -> None:
    ticket = cast.open(files=(file(), macro("Otro.docm")))
    whom = Addressee("encargado_nacional", None, "programa-familias")
    held = stored(cast, ticket, "Otro.docm").id
    with pytest.raises(Invalid, match=r"«Otro\.docm» está retenido"):
        cast.do(consultations.ask, cast.agent, ticket.id, None, whom, "¿Procede?", (held,))


def test_a_released_file_counts_as_any_other_and_the_request_goes_on(cast: Cast) -> None:
    ticket = cast.open(files=(macro(),))
    cast.do(heldfiles.release, cast.agent, ticket.id, None, stored(cast, ticket).id, "Se revisó con el área técnica.")
    assert stored(cast, ticket).held == ""
    assert (ticket.status, ticket.missing_documents) == ("waiting_approval", [])
    (event,) = cast.events(ticket, "file_released")
    assert (event.data["file"], event.data["danger"]) == (MEMO, "macros")
    assert event.data["reason"] == "Se revisó con el área técnica."


def test_a_file_released_while_a_decision_is_asked_renews_the_question(cast: Cast) -> None:
    ticket = cast.open(files=(file(), macro("Otro.docm")))
    held = stored(cast, ticket, "Otro.docm").id
    cast.do(heldfiles.release, cast.agent, ticket.id, None, held, "Se revisó.")
    assert cast.events(ticket, "approval_renewed")
    assert "Otro.docm" in cast.letter(ticket, "aprobacion").text


def test_a_file_is_released_with_a_reason_alone(cast: Cast) -> None:
    ticket = cast.open(files=(macro(),))
    with pytest.raises(Invalid, match="escriba el motivo"):
        cast.do(heldfiles.release, cast.agent, ticket.id, None, stored(cast, ticket).id, "  ")


def test_what_is_not_held_cannot_be_released(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(IllegalMove, match="no está retenido"):
        cast.do(heldfiles.release, cast.agent, ticket.id, None, stored(cast, ticket, file().filename).id, "Porque sí.")


def test_the_file_of_another_ticket_is_not_found(cast: Cast) -> None:
    ticket, other = cast.open(), cast.open(files=(macro(),))
    with pytest.raises(NotFound):
        cast.do(heldfiles.release, cast.agent, ticket.id, None, stored(cast, other).id, "Me interesa.")


def test_another_institution_releases_nothing(cast: Cast) -> None:
    ticket = cast.open(files=(macro(),))
    with pytest.raises(NotFound):
        cast.do(heldfiles.release, cast.foreigner, ticket.id, None, stored(cast, ticket).id, "Me interesa.")


def test_a_file_of_a_closed_ticket_is_released_and_nothing_else_happens(cast: Cast) -> None:
    ticket = cast.closed()
    cast.session.add(
        Attachment(
            message_id=cast.messages(ticket)[0].id,
            filename=MEMO,
            content_type="application/octet-stream",
            size=1,
            sha256="0" * 64,
            inline=False,
            held="macros",
        )
    )
    cast.session.flush()
    before = ticket.status
    cast.do(heldfiles.release, cast.agent, ticket.id, None, stored(cast, ticket).id, "Lo pide la auditoría.")
    assert (ticket.status, stored(cast, ticket).held) == (before, "")


def test_the_history_of_a_released_file_holds_together(cast: Cast) -> None:
    ticket = cast.open(files=(macro(),))
    cast.do(heldfiles.release, cast.agent, ticket.id, None, stored(cast, ticket).id, "Se revisó.")
    cast.session.flush()
    assert [found for found in chains.of_tickets(cast.session) if found] == []
