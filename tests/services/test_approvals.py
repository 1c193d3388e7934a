"""Who decides, how an answer decides, and what follows (R-072, R-073, R-173 to R-177)."""

from dataclasses import replace
from datetime import date

import pytest

from helpdesk.domain.actors import operator
from helpdesk.domain.catalogue import StepOutcome, StepSpec
from helpdesk.domain.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.messages import Message
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import approvalpages
from helpdesk.services import approvals, authority, tickets
from tests.cast import (
    NATIONAL_OFFICER,
    REGIONAL_HEAD,
    REPORT_TEXT,
    REQUESTER,
    STRANGER,
    Cast,
    file,
    load,
    token_of,
)
from tests.domain.shipped import shipped

SUBSTITUTE = "subrogante@sigec-cl.example.org"
TREASURY = Named("Dirección Tesoro", "direccion.tesoro@conectamef-pe.example.org")
DIRECTOR = Named("Directora OGAUC", "direccion.ogauc@conectamef-pe.example.org")
RESPONSE = "Solicitud de información de finanzas públicas"


def page_token(cast: Cast, ticket: Ticket, kind: str = "aprobacion") -> str:
    """The token of the link in the newest letter of a kind."""
    return cast.letter(ticket, kind).text.partition("http://desk.test/aprobar/")[2].split()[0]


def test_the_conversation_keeps_the_letter_without_the_link_that_decides(cast: Cast) -> None:
    ticket = cast.open()
    kept = cast.session.get_one(Message, cast.letter(ticket, "aprobacion").message_id)
    assert page_token(cast, ticket) not in kept.text + kept.new_text
    assert "/aprobar/…" in kept.text


def test_only_the_first_approver_is_asked_at_first(cast: Cast) -> None:
    ticket = cast.open()
    assert [letter.recipient for letter in cast.letters(ticket, "aprobacion")] == [REGIONAL_HEAD.address]
    assert ticket.status == "waiting_approval"


def test_the_second_approver_is_asked_after_the_first_approved(cast: Cast) -> None:
    ticket = cast.open()
    assert cast.approve(ticket, REGIONAL_HEAD) == "approve"
    assert cast.step(ticket).key == "validar_encargado_nacional"
    assert cast.letter(ticket, "aprobacion").recipient == NATIONAL_OFFICER.address


def test_after_the_last_approval_the_desk_executes(cast: Cast) -> None:
    ticket = cast.decided()
    assert (cast.step(ticket).key, ticket.status, ticket.team) == ("desaprobar", "open", "equipo_sigec")


def test_a_decision_stores_who_when_how_and_which_message(cast: Cast) -> None:
    ticket = cast.open()
    step = cast.step(ticket)
    incoming = cast.answer_to(cast.letter(ticket, "aprobacion"), "Apruebo.", REGIONAL_HEAD)
    arrived = cast.now
    cast.later(hours=1)
    message_id = cast.receive(incoming).message_id
    assert (step.decided_by_id, step.via, step.message_id) == (cast.person(REGIONAL_HEAD).id, "mail", message_id)
    assert step.decided_at == arrived


def test_a_deciding_mail_with_its_token_is_trusted_fully(cast: Cast) -> None:
    ticket = cast.open()
    message_id = cast.answers(ticket, REGIONAL_HEAD, "Apruebo.").message_id
    assert cast.session.get_one(Message, message_id).trust == "T2"


def test_who_holds_both_functions_decides_each_and_the_second_question_says_so(cast: Cast) -> None:
    ticket = cast.open()
    grant = ("sigec-cl", REGIONAL_HEAD.address, "encargado_nacional", "programa-familias")
    cast.do(authority.grant, operator(), *grant)
    cast.do(authority.revoke, operator(), "sigec-cl", NATIONAL_OFFICER.address, *grant[2:])
    first = cast.letter(ticket, "aprobacion", REGIONAL_HEAD)
    assert "Usted ya aprobó" not in first.text
    cast.approve(ticket, REGIONAL_HEAD)
    second = cast.letter(ticket, "aprobacion", REGIONAL_HEAD)
    assert second.id != first.id and cast.step(ticket).key == "validar_encargado_nacional"
    for text in (second.text, second.html or ""):
        told = " ".join(text.split())
        assert "Usted ya aprobó esta solicitud como Jefe Administrativo Regional." in told
        assert "otra decisión, como Encargado Nacional" in told
    assert cast.receive(cast.answer_to(first, "Apruebo.", REGIONAL_HEAD)).action == "append"
    assert cast.step(ticket).key == "validar_encargado_nacional"
    assert cast.approve(ticket, REGIONAL_HEAD) == "approve"
    assert cast.step(ticket).key == "desaprobar"


def test_what_was_approved_about_an_earlier_request_is_no_earlier_decision_of_the_reader(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"numero_proyecto": "25-000999-00001"})
    assert "Usted ya aprobó" not in cast.letter(ticket, "aprobacion", REGIONAL_HEAD).text


def test_the_page_tells_the_same_data_as_the_letter_also_what_was_not_told(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"motivo": None})
    page = approvalpages.page(cast.session, cast.step(ticket).id)
    assert ("Motivos de la desaprobación", "no indicado") in page.fields
    assert ("Región", "Biobío") in page.fields
    text = " ".join(cast.letter(ticket, "aprobacion").text.split())
    assert all(f"{label}: {value}" in text for label, value in page.fields)


def test_a_rejection_stops_the_route(cast: Cast) -> None:
    ticket = cast.open()
    assert cast.answers(ticket, REGIONAL_HEAD, "Rechazo: falta el memorándum firmado.").action == "reject"
    assert ticket.status == "rejected"
    assert cast.steps(ticket)["desaprobar"] == "stopped"


def test_a_rejection_tells_the_requester_the_reason(cast: Cast) -> None:
    ticket = cast.open()
    cast.answers(ticket, REGIONAL_HEAD, "Rechazo: falta el memorándum firmado.")
    (letter,) = cast.letters(ticket, "decision")
    assert letter.recipient == REQUESTER.address
    assert "falta el memorándum firmado" in letter.text


def test_a_rejection_tells_those_who_approved_before(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    cast.answers(ticket, NATIONAL_OFFICER, "Rechazo: el monto no corresponde.")
    assert {letter.recipient for letter in cast.letters(ticket, "decision")} == {
        REQUESTER.address,
        REGIONAL_HEAD.address,
    }


def test_a_rejection_without_a_reason_asks_for_it(cast: Cast) -> None:
    ticket = cast.open()
    assert cast.answers(ticket, REGIONAL_HEAD, "Rechazo.").action == "needs_human"
    assert "falta el motivo" in cast.letter(ticket, "aclarar").text
    assert ticket.status == "waiting_approval"


@pytest.mark.parametrize("text", ["Apruebo siempre y cuando firme el alcalde.", "Lo reviso mañana.", "¿Quién lo pide?"])
def test_doubt_asks_back_and_decides_nothing(cast: Cast, text: str) -> None:
    ticket = cast.open()
    assert cast.answers(ticket, REGIONAL_HEAD, text).action == "needs_human"
    assert cast.letter(ticket, "aclarar").recipient == REGIONAL_HEAD.address
    assert cast.step(ticket).state == "active"


@pytest.mark.parametrize("text", ["Apruebo el ticket SIGEC-{other}.", "Rechazo: es el mismo que SIGEC-{other}."])
def test_an_answer_that_names_another_ticket_decides_neither(cast: Cast, text: str) -> None:
    other, ticket = cast.open(), cast.open()
    assert cast.answers(ticket, REGIONAL_HEAD, text.format(other=other.number)).action == "needs_human"
    assert "nombra otro ticket" in cast.letter(ticket, "aclarar").text
    assert (cast.step(ticket).state, cast.step(other).state) == ("active", "active")


def test_an_answer_whose_subject_names_another_ticket_decides_neither(cast: Cast) -> None:
    other, ticket = cast.open(), cast.open()
    answer = cast.answer_to(cast.letter(ticket, "aprobacion"), "Apruebo.", REGIONAL_HEAD)
    outcome = cast.receive(replace(answer, subject=f"RE: [SIGEC {other.number}] Solicitud de aprobación"))
    assert outcome.action == "needs_human"
    assert "nombra otro ticket" in cast.letter(ticket, "aclarar").text
    assert (cast.step(ticket).state, cast.step(other).state) == ("active", "active")


def test_an_answer_sent_to_the_reply_addresses_of_two_tickets_decides_neither(cast: Cast) -> None:
    other, ticket = cast.open(), cast.open()
    answer = cast.answer_to(cast.letter(ticket, "aprobacion"), "Apruebo.", REGIONAL_HEAD)
    both = (*answer.tokens, token_of(cast.letter(other, "aprobacion")))
    assert cast.receive(replace(answer, tokens=both)).action == "needs_human"
    assert "nombra otro ticket" in cast.letter(ticket, "aclarar").text
    assert (cast.step(ticket).state, cast.step(other).state) == ("active", "active")


def test_an_answer_may_name_its_own_ticket(cast: Cast) -> None:
    ticket = cast.open()
    assert cast.answers(ticket, REGIONAL_HEAD, f"Apruebo el ticket SIGEC-{ticket.number}.").action == "approve"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Apruebo la rendición.", "needs_human"),
        ("Rechazo la rendición, tiene errores en los montos.", "needs_human"),
        ("Autorizo los viáticos.", "needs_human"),
        ("Apruebo la desaprobación de la rendición.", "approve"),
        ("No apruebo la desaprobación, falta el memorándum firmado.", "reject"),
    ],
)
def test_only_an_answer_about_the_thing_asked_for_decides(cast: Cast, text: str, action: str) -> None:
    assert cast.answers(cast.open(), REGIONAL_HEAD, text).action == action


def test_the_quoted_request_never_counts(cast: Cast) -> None:
    ticket = cast.open()
    quoted = "¿De qué se trata?\n\n> Responda «Apruebo» o «Rechazo: motivo»."
    assert cast.answers(ticket, REGIONAL_HEAD, quoted, new_text="¿De qué se trata?").action == "needs_human"


def test_a_verified_approver_without_the_token_is_asked_back(cast: Cast) -> None:
    ticket = cast.open()
    assert cast.answers(ticket, REGIONAL_HEAD, "Apruebo.", tokens=()).action == "needs_human"
    assert cast.steps(ticket)["validar_jar"] == "active"
    assert cast.letter(ticket, "aclarar").recipient == REGIONAL_HEAD.address


def test_an_unverified_answer_with_the_token_decides_nothing(cast: Cast) -> None:
    ticket = cast.open()
    assert cast.answers(ticket, REGIONAL_HEAD, "Apruebo.", trust="T0").action == "needs_human"
    assert cast.steps(ticket)["validar_jar"] == "active"


def test_an_unverified_answer_is_not_quoted_back(cast: Cast) -> None:
    ticket = cast.open()
    cast.answers(ticket, REGIONAL_HEAD, "Tal vez. Visite canary.test", trust="T0")
    assert "canary.test" not in cast.letter(ticket, "aclarar").text


def test_an_expired_token_decides_nothing(cast: Cast) -> None:
    ticket = cast.open()
    cast.later(days=31)
    assert cast.approve(ticket, REGIONAL_HEAD) == "needs_human"


def test_the_token_of_a_conversation_decides_nothing(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    plain = cast.letter(ticket, "acuse")
    assert cast.receive(cast.answer_to(plain, "Apruebo.", REQUESTER)).action == "append"
    assert cast.step(ticket).state == "active"


def test_a_question_back_can_be_answered_by_mail(cast: Cast) -> None:
    ticket = cast.open()
    cast.answers(ticket, REGIONAL_HEAD, "Lo reviso mañana.")
    again = cast.letter(ticket, "aclarar")
    assert cast.receive(cast.answer_to(again, "Apruebo.", REGIONAL_HEAD)).action == "approve"


def test_questions_back_end_after_a_few(cast: Cast) -> None:
    ticket = cast.open()
    for _ in range(6):
        cast.answers(ticket, REGIONAL_HEAD, "Recibido, lo veré.")
    assert len(cast.letters(ticket, "aclarar")) == 3
    assert cast.events(ticket, "kept_silent")


def test_a_request_that_changed_is_not_decided_by_the_old_question(cast: Cast) -> None:
    ticket = cast.open()
    old = cast.letter(ticket, "aprobacion")
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"numero_proyecto": "25-000999-00001"})
    assert cast.receive(cast.answer_to(old, "Apruebo.", REGIONAL_HEAD)).action == "needs_human"
    assert "cambió" in cast.letter(ticket, "aclarar").text
    assert cast.steps(ticket)["validar_jar"] == "active"


def test_a_file_that_came_later_is_a_change(cast: Cast) -> None:
    ticket = cast.open()
    old = cast.letter(ticket, "aprobacion")
    added = cast.answer_to(cast.letter(ticket, "acuse"), "Agrego este anexo.", REQUESTER, files=(file("anexo.pdf"),))
    cast.receive(added)
    assert cast.receive(cast.answer_to(old, "Apruebo.", REGIONAL_HEAD)).action == "needs_human"


def test_a_file_of_the_approver_is_no_change(cast: Cast) -> None:
    ticket = cast.open()
    assert cast.answers(ticket, REGIONAL_HEAD, "Apruebo.", files=(file("firmado.pdf"),)).action == "approve"


def test_the_question_about_a_changed_request_can_be_answered(cast: Cast) -> None:
    ticket = cast.open()
    old = cast.letter(ticket, "aprobacion")
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"numero_proyecto": "25-000999-00001"})
    cast.receive(cast.answer_to(old, "Apruebo.", REGIONAL_HEAD))
    cast.do(approvals.decide_by_token, page_token(cast, ticket, "aclarar"), "approve", None)
    assert cast.steps(ticket)["validar_jar"] == "done"


def test_the_page_of_the_letter_decides_once(cast: Cast) -> None:
    ticket = cast.open()
    token = page_token(cast, ticket)
    step = cast.do(approvals.decide_by_token, token, "approve", None)
    assert (step.state, step.via) == ("done", "link")
    with pytest.raises(IllegalMove):
        cast.do(approvals.decide_by_token, token, "reject", "Me arrepentí.")


def test_the_page_of_a_changed_request_decides_nothing(cast: Cast) -> None:
    ticket = cast.open()
    token = page_token(cast, ticket)
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"numero_proyecto": "25-000999-00001"})
    with pytest.raises(Conflict):
        cast.do(approvals.decide_by_token, token, "approve", None)


def test_a_page_that_showed_another_request_decides_nothing(cast: Cast) -> None:
    ticket = cast.open()
    step = cast.step(ticket)
    before = approvals.request_now(cast.session, step.id)
    ticket.fields = {**ticket.fields, "numero_proyecto": "25-000999-00001"}
    with pytest.raises(Conflict):
        cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), step.id, "approve", None, "web", seen=before)
    now = approvals.request_now(cast.session, step.id)
    decided = cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), step.id, "approve", None, "web", seen=now)
    assert decided.state == "done"


def test_an_expired_page_is_not_found(cast: Cast) -> None:
    ticket = cast.open()
    token = page_token(cast, ticket)
    cast.later(days=30)
    with pytest.raises(NotFound):
        cast.do(approvals.page_of, token)


def test_a_reply_address_opens_no_page(cast: Cast) -> None:
    ticket = cast.open()
    reply_to = cast.letter(ticket, "aprobacion").reply_to or ""
    with pytest.raises(NotFound):
        cast.do(approvals.page_of, reply_to.partition("+")[2].partition("@")[0])


def test_a_page_token_is_no_reply_token(cast: Cast) -> None:
    ticket = cast.open()
    token = page_token(cast, ticket)
    assert cast.answers(ticket, REGIONAL_HEAD, "Apruebo.", tokens=(token,)).action == "needs_human"


def test_an_approver_decides_on_the_desk(cast: Cast) -> None:
    ticket = cast.open()
    step = cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "approve", None, "web")
    assert (step.state, step.via) == ("done", "web")


def test_a_rejection_on_the_desk_needs_its_reason(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(Invalid):
        cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "reject", " ", "web")


def test_a_decision_is_taken_once(cast: Cast) -> None:
    ticket = cast.open()
    step = cast.step(ticket)
    cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), step.id, "approve", None, "web")
    with pytest.raises(IllegalMove):
        cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), step.id, "reject", "No.", "web")


def test_an_agent_does_not_decide(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(NotAllowed):
        cast.do(approvals.decide, cast.agent, cast.step(ticket).id, "approve", None, "web")


def test_the_officer_of_another_region_does_not_decide(cast: Cast) -> None:
    ticket = cast.open()
    other = cast.acting(Named("Jefe Valparaíso", "jefe.administrativo.valparaiso@sigec-cl.example.org"))
    with pytest.raises(NotAllowed):
        cast.do(approvals.decide, other, cast.step(ticket).id, "approve", None, "web")


def test_a_decision_of_somebody_else_is_recorded_and_changes_nothing(cast: Cast) -> None:
    ticket = cast.open()
    asked = cast.letter(ticket, "aprobacion")
    before = len(cast.letters(ticket))
    assert cast.receive(cast.answer_to(asked, "Apruebo.", REQUESTER)).action == "append"
    assert cast.step(ticket).key == "validar_jar"
    assert cast.events(ticket, "approval_answered")[-1].data["authorised"] is False
    assert len(cast.letters(ticket)) == before


def test_a_strangers_decision_waits_in_the_tray(cast: Cast) -> None:
    ticket = cast.open()
    assert cast.receive(cast.answer_to(cast.letter(ticket, "aprobacion"), "Apruebo.", STRANGER)).action == "needs_human"
    assert cast.letters(ticket, to=STRANGER) == []


def test_whoever_asks_does_not_approve_the_own_request(cast: Cast) -> None:
    ticket = cast.open(sender=REGIONAL_HEAD)
    assert cast.letters(ticket, "aprobacion") == []
    assert (ticket.status, ticket.blocked_by is not None) == ("open", True)
    with pytest.raises(NotAllowed):
        cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "approve", None, "web")


def substitute(cast: Cast, since: date, until: date) -> None:
    """Somebody acts for the regional head between two dates."""
    cast.do(
        authority.substitute,
        operator(),
        "sigec-cl",
        SUBSTITUTE,
        "jefe_administrativo_regional",
        "CL-BI",
        since,
        until,
    )


def test_the_own_request_goes_to_the_substitute(cast: Cast) -> None:
    substitute(cast, date(2026, 4, 1), date(2026, 4, 30))
    ticket = cast.open(sender=REGIONAL_HEAD)
    assert cast.letter(ticket, "aprobacion").recipient == SUBSTITUTE


def test_the_substitute_is_asked_during_the_dates_and_decides_for_the_holder(cast: Cast) -> None:
    substitute(cast, date(2026, 4, 7), date(2026, 4, 7))
    ticket = cast.open()
    step = cast.step(ticket)
    acting = Named("Subrogante", SUBSTITUTE)
    assert cast.approve(ticket, acting) == "approve"
    assert step.on_behalf_of_id == cast.person(REGIONAL_HEAD).id


def test_a_substitution_ends_with_the_day_of_the_institution(cast: Cast) -> None:
    substitute(cast, date(2026, 4, 7), date(2026, 4, 7))
    cast.later(hours=12)
    assert cast.letter(cast.open(), "aprobacion").recipient == SUBSTITUTE
    cast.later(hours=3)
    assert cast.letter(cast.open(), "aprobacion").recipient == REGIONAL_HEAD.address


def test_a_request_without_its_region_is_stopped_with_a_sentence(cast: Cast) -> None:
    text = REPORT_TEXT.replace("Región del Biobío, ", "")
    ticket = cast.open(text=text)
    assert ticket.region is None
    assert "región" in (ticket.blocked_by or "")
    assert (ticket.status, cast.letters(ticket, "aprobacion")) == ("open", [])


def test_the_missing_region_lets_a_stopped_request_go_on(cast: Cast) -> None:
    ticket = cast.open(text=REPORT_TEXT.replace("Región del Biobío, ", ""))
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"region": "CL-BI"})
    assert ticket.blocked_by is None
    assert cast.letter(ticket, "aprobacion").recipient == REGIONAL_HEAD.address


def test_a_function_that_nobody_holds_stops_the_request(cast: Cast) -> None:
    cast.do(authority.revoke, operator(), "sigec-cl", REGIONAL_HEAD.address, "jefe_administrativo_regional", "CL-BI")
    ticket = cast.open()
    assert "Nadie" in (ticket.blocked_by or "")


def test_a_new_holder_is_asked_what_was_stopped(cast: Cast) -> None:
    role = "jefe_administrativo_regional"
    cast.do(authority.revoke, operator(), "sigec-cl", REGIONAL_HEAD.address, role, "CL-BI")
    ticket, elsewhere = cast.open(), cast.open(text=REPORT_TEXT.replace("del Biobío", "de Valparaíso"))
    asked = len(cast.letters(elsewhere, "aprobacion"))
    cast.do(authority.grant, operator(), "sigec-cl", "nueva.jefa@sigec-cl.example.org", role, "CL-BI")
    assert (ticket.blocked_by, ticket.status) == (None, "waiting_approval")
    assert cast.letter(ticket, "aprobacion").recipient == "nueva.jefa@sigec-cl.example.org"
    assert len(cast.letters(elsewhere, "aprobacion")) == asked


def test_an_institution_may_want_every_mailed_decision_confirmed(cast: Cast) -> None:
    content = shipped("sigec-cl")
    settings = {**content.institution.settings, "approvals_by_mail": "confirm"}
    load(cast.session, replace(content, institution=replace(content.institution, settings=settings)))
    ticket = cast.open()
    assert cast.approve(ticket, REGIONAL_HEAD) == "needs_human"
    cast.do(approvals.decide_by_token, page_token(cast, ticket, "aclarar"), "approve", None)
    assert cast.steps(ticket)["validar_jar"] == "done"


def test_a_rejection_may_go_back_to_an_earlier_step(cast: Cast) -> None:
    ticket = information(cast)
    cast.execute(ticket, cast.foreigner)
    assert cast.step(ticket).key == "aprobar_respuesta"
    authority = Named("Autoridad", "autoridad.competente@mef-ec.example.org")
    cast.answers(ticket, authority, "Rechazo: falta citar la norma.")
    assert (cast.step(ticket).key, cast.step(ticket).round, ticket.status) == ("gestionar", 1, "open")


def test_an_approver_is_asked_again_after_going_back(cast: Cast) -> None:
    ticket = information(cast)
    cast.execute(ticket, cast.foreigner)
    authority = Named("Autoridad", "autoridad.competente@mef-ec.example.org")
    cast.answers(ticket, authority, "Rechazo: falta citar la norma.")
    cast.execute(ticket, cast.foreigner)
    assert len(cast.letters(ticket, "aprobacion")) == 2
    rejected = cast.session.query(Step).filter_by(ticket_id=ticket.id, state="rejected").one()
    assert rejected.reason is not None


def information(cast: Cast) -> Ticket:
    """A citizen asks for public information, with everything that is needed."""
    text = (
        "Solicito información de finanzas públicas. Nombre: Rosa Pérez. Cédula 1710034065. Teléfono 0991234567. "
        "Correo rosa@example.com. Dirección: Av. Amazonas 10, Quito. Persona natural."
    )
    box = cast.mailbox("gestion_documental", cast.mef)
    outcome = cast.receive(cast.incoming(RESPONSE, text, files=(file("oficio de requerimiento.pdf"),), mailbox=box))
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    if cast.step(ticket).state == "returned":
        cast.do(tickets.complete_step, cast.foreigner, ticket.id, None, "Completo por teléfono.")
    assert cast.step(ticket).key == "gestionar"
    return ticket


def refused_terms(cast: Cast) -> Ticket:
    """Terms of reference that their approver objects to: they go back to who asked."""
    peru = load(cast.session, shipped("conectamef-pe"))
    outcome = cast.receive(
        cast.incoming(
            "Términos de Referencia visados - especialista CONECTAMEF Cusco",
            "Se remiten los términos de referencia (TdR) visados para el especialista de Tesorería, CONECTAMEF Cusco.",
            TREASURY,
            files=(file("TDR especialista.pdf"),),
            mailbox=cast.mailbox("ogauc", peru),
        )
    )
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    cast.answers(ticket, DIRECTOR, "Rechazo: falta el perfil.")
    return ticket


def test_a_rejection_may_return_the_request_to_its_requester(cast: Cast) -> None:
    ticket = refused_terms(cast)
    assert (ticket.status, ticket.rounds) == ("waiting_requester", 1)
    assert "falta el perfil" in cast.letter(ticket, "incompleto", TREASURY).text


def test_the_answer_to_the_objections_brings_the_question_back_to_the_approver(cast: Cast) -> None:
    ticket = refused_terms(cast)
    answer = cast.answer_to(cast.letter(ticket, "incompleto"), "Corregido, va el perfil.", TREASURY)
    assert cast.receive(answer).action == "append_and_resume"
    assert cast.approve(ticket, DIRECTOR) == "approve"


def test_a_returned_approval_stops_the_clock_of_a_term_that_runs(cast: Cast) -> None:
    content = shipped("sigec-cl")
    types = tuple(replace(each, route=tuple(returning(step) for step in each.route)) for each in content.request_types)
    load(cast.session, replace(content, request_types=types))
    ticket = cast.open()
    cast.later(hours=2)
    cast.answers(ticket, REGIONAL_HEAD, "Rechazo: falta la firma.")
    assert [(stretch.since, stretch.until) for stretch in cast.suspensions(ticket)] == [(cast.now, None)]


def returning(step: StepSpec) -> StepSpec:
    """An approval whose rejection goes back to the requester; other steps as they are."""
    return replace(step, on_reject=StepOutcome("return_to_requester", ("requester",))) if step.on_reject else step


def test_an_approval_follows_its_function_to_the_successor(cast: Cast) -> None:
    ticket = cast.open()
    role = "jefe_administrativo_regional"
    cast.do(authority.revoke, operator(), "sigec-cl", REGIONAL_HEAD.address, role, "CL-BI")
    assert "Nadie" in (ticket.blocked_by or "")
    cast.do(authority.grant, operator(), "sigec-cl", "sucesora@sigec-cl.example.org", role, "CL-BI")
    assert (ticket.blocked_by, ticket.status) == (None, "waiting_approval")
    assert cast.letter(ticket, "aprobacion").recipient == "sucesora@sigec-cl.example.org"
    assert cast.approve(ticket, Named("", "sucesora@sigec-cl.example.org")) == "approve"
