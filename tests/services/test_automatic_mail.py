"""Bounces, automatic answers and forged mail (R-167, R-168)."""

from typing import Any

import pytest

from helpdesk.domain.incoming import DeliveryFailure
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.outbox import Letter
from helpdesk.models.tickets import Ticket
from helpdesk.services import conversation, tickets
from helpdesk.services.conversation import Outcome
from tests.cast import REGIONAL_HEAD, REQUESTER, Cast, token_of

DAEMON = Named("Mail Delivery System", "mailer-daemon@mx.example.net")


def bounce(cast: Cast, letter: Letter, *, status: str = "5.1.1", action: str = "failed", **more: Any) -> Outcome:
    """The report that a letter did not arrive, sent to its own return path."""
    values: dict[str, Any] = {"tokens": (token_of(letter),), "recipient": letter.recipient, **more}
    failure = DeliveryFailure(str(values.pop("recipient")), status, action, letter.rfc_message_id)
    return cast.receive(
        cast.incoming("Undelivered Mail", "No such user.", DAEMON, kind="bounce", failure=failure, **values)
    )


def absence(cast: Cast, letter: Letter, sender: Named, text: str = "Estoy de vacaciones.") -> Outcome:
    """An out-of-office answer."""
    return cast.receive(cast.answer_to(letter, text, sender, kind="auto_reply", auto_reason="auto-submitted"))


def test_a_bounce_marks_the_letter_and_the_address(cast: Cast) -> None:
    ticket = cast.open()
    letter = cast.letter(ticket, "acuse")
    assert bounce(cast, letter).action == "mark_delivery_failed"
    assert letter.delivery_failed == "5.1.1"
    assert cast.person(REQUESTER).undeliverable_since == cast.now


def test_a_bounce_shows_on_its_ticket(cast: Cast) -> None:
    ticket = cast.open()
    bounce(cast, cast.letter(ticket, "acuse"))
    assert cast.events(ticket, "delivery_failed")[0].data["recipient"] == REQUESTER.address


def test_whoever_has_the_ticket_is_told_that_the_answer_did_not_arrive(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.take, cast.colleague, ticket.id, None)
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Estamos en ello.")
    bounce(cast, cast.letter(ticket, "respuesta"))
    (note,) = cast.letters(ticket, "aviso_interno")
    assert note.recipient == "luis@sigec-cl.example.org"
    assert "no se entregó" in " ".join(note.text.split())
    assert REQUESTER.address in note.text
    bounce(cast, note)
    assert cast.letters(ticket, "aviso_interno") == [note]


def test_a_bounce_is_matched_by_the_message_it_returns(cast: Cast) -> None:
    ticket = cast.open()
    assert bounce(cast, cast.letter(ticket, "acuse"), tokens=()).ticket_id == ticket.id


def test_a_bounce_marks_the_letter_that_it_returns_and_no_later_one(cast: Cast) -> None:
    ticket = cast.closed()
    first, last = cast.letter(ticket, "acuse"), cast.letter(ticket, "cierre")
    bounce(cast, first)
    assert (first.delivery_failed, last.delivery_failed) == ("5.1.1", None)


def test_a_bounce_of_nothing_of_ours_is_put_aside(cast: Cast) -> None:
    failure = DeliveryFailure(REQUESTER.address, "5.1.1", "failed", "forged@elsewhere.example")
    outcome = cast.receive(cast.incoming("Undelivered", "x", DAEMON, kind="bounce", failure=failure))
    assert outcome.quarantine == "bounce_unmatched"
    assert cast.person(REQUESTER).undeliverable_since is None


def test_a_bounce_cannot_mark_somebody_else(cast: Cast) -> None:
    ticket = cast.open()
    bounce(cast, cast.letter(ticket, "acuse"), recipient=REGIONAL_HEAD.address)
    assert cast.person(REGIONAL_HEAD).undeliverable_since is None


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_of_success_marks_nothing_as_failed(cast: Cast, action: str) -> None:
    ticket = cast.open()
    letter = cast.letter(ticket, "acuse")
    bounce(cast, letter, status="2.0.0", action=action)
    assert letter.delivery_failed is None
    assert cast.person(REQUESTER).undeliverable_since is None
    assert cast.events(ticket, "delivery_confirmed")


def test_a_passing_failure_does_not_mark_the_address(cast: Cast) -> None:
    ticket = cast.open()
    bounce(cast, cast.letter(ticket, "acuse"), status="4.2.2")
    assert cast.person(REQUESTER).undeliverable_since is None


def test_a_delay_is_no_failure(cast: Cast) -> None:
    ticket = cast.open()
    letter = cast.letter(ticket, "acuse")
    bounce(cast, letter, status="4.4.7", action="delayed")
    assert letter.delivery_failed is None
    assert cast.events(ticket, "delivery_delayed")


def test_a_bounce_answers_nothing_and_moves_nothing(cast: Cast) -> None:
    ticket = cast.open()
    before = (len(cast.letters(ticket)), ticket.status, cast.steps(ticket))
    bounce(cast, cast.letter(ticket, "acuse"))
    assert (len(cast.letters(ticket)), ticket.status, cast.steps(ticket)) == before


def test_a_bounce_for_another_institution_is_not_matched(cast: Cast) -> None:
    ticket = cast.open()
    box = cast.mailbox("centro_servicios", cast.mef)
    assert bounce(cast, cast.letter(ticket, "acuse"), mailbox=box).quarantine == "bounce_unmatched"


def test_an_absent_approver_decides_nothing(cast: Cast) -> None:
    ticket = cast.open()
    outcome = absence(cast, cast.letter(ticket, "aprobacion"), REGIONAL_HEAD, "Aprobado mi descanso.")
    assert outcome.action == "note_only"
    assert cast.step(ticket).state == "active"
    assert cast.events(ticket, "approver_absent")


def test_an_automatic_answer_is_kept_and_changes_nothing(cast: Cast) -> None:
    ticket = cast.closed()
    absence(cast, cast.letter(ticket, "cierre"), REQUESTER, "Sigue fallando mi correo: estoy ausente.")
    assert ticket.status == "closed"
    assert cast.messages(ticket)[-1].kind == "auto_reply"


def test_an_automatic_answer_to_nothing_opens_nothing(cast: Cast) -> None:
    outcome = cast.receive(cast.incoming("Fuera de oficina", "Vuelvo el lunes.", kind="auto_reply"))
    assert (outcome.ticket_id, outcome.quarantine) == (None, "automatic_unmatched")


def test_a_receipt_is_kept_with_its_ticket(cast: Cast) -> None:
    ticket = cast.closed()
    letter = cast.letter(ticket, "cierre")
    outcome = cast.receive(cast.answer_to(letter, "Leído.", REQUESTER, kind="receipt"))
    assert outcome.action == "note_only"


def forged(cast: Cast, sender: Named) -> tuple[Ticket, Outcome]:
    """Mail in the name of somebody of ours that failed authentication."""
    ticket = cast.open()
    letter = cast.letter(ticket, "aprobacion")
    return ticket, cast.receive(cast.answer_to(letter, "Apruebo.", sender, trust="T0", authentication_failed=True))


def test_forged_mail_of_an_approver_is_put_aside(cast: Cast) -> None:
    ticket, outcome = forged(cast, REGIONAL_HEAD)
    assert outcome.quarantine == "spoof_suspect_approver"
    assert cast.step(ticket).state == "active"


def test_forged_mail_of_an_agent_is_put_aside(cast: Cast) -> None:
    _, outcome = forged(cast, Named("Ana Agente", "ana@sigec-cl.example.org"))
    assert outcome.quarantine == "spoof_suspect_agent"


def test_one_ticket_writes_at_most_three_automatic_letters_a_day_to_one_address(cast: Cast) -> None:
    box = cast.mailbox("centro_servicios", cast.mef)
    outcome = cast.receive(cast.incoming("Activación de usuario", "Usuario bloqueado.", mailbox=box))
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    texts = ("Entidad: Hospital de Ejemplo.", "Usuario: hosp01.", "Acción: activar.", "RUC 1769999930001.")
    for number, text in enumerate(texts):
        cast.receive(cast.answer_to(cast.letter(ticket, "incompleto"), f"{text} Dato {number}.", REQUESTER))
    assert len([letter for letter in cast.letters(ticket) if letter.automatic]) <= 3
