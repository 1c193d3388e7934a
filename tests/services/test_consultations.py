"""Consultations of organs: asked from a ticket, answered by mail or on the web (R-109, R-110)."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.domain.closing import Delivery
from helpdesk.domain.errors import IllegalMove, Invalid, NotAllowed, NotFound
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.messages import Attachment
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import tickets as queue
from helpdesk.queries.consultations import Addressee, askable
from helpdesk.queries.viewers import viewer
from helpdesk.services import accounts, consultations, conversation, merging, routes, tickets
from tests.cast import NATIONAL_OFFICER, REGIONAL_HEAD, REQUESTER, STRANGER, Cast, file, load
from tests.domain.shipped import shipped

pytestmark = pytest.mark.usefixtures("at_work")
HEAD = Addressee("jefe_administrativo_regional", None, "CL-BI")
OFFICER = Addressee("encargado_nacional", None, "programa-familias")
QUESTION = "¿Corresponde desaprobar una rendición ya revisada?"
ANSWER = "Sí corresponde, según el manual, artículo 12."


def ask(cast: Cast, ticket: Ticket, to: Addressee = HEAD, *files: int) -> Ticket:
    """The agent asks an organ."""
    return cast.do(consultations.ask, cast.agent, ticket.id, None, to, QUESTION, files)


def notes(cast: Cast, ticket: Ticket) -> list[str]:
    """The internal notes of a ticket."""
    return [message.text for message in cast.messages(ticket) if message.direction == "internal_note"]


def files_of(cast: Cast, message_id: int) -> list[str]:
    """The names of a message's files."""
    return list(cast.session.scalars(select(Attachment.filename).where(Attachment.message_id == message_id)))


def test_the_organ_gets_the_question_with_the_chosen_file(cast: Cast) -> None:
    ticket = cast.open()
    attached = cast.session.scalars(select(Attachment)).one()
    asked = ask(cast, ticket, HEAD, attached.id)
    letter = cast.letter(asked, "consulta", REGIONAL_HEAD)
    assert QUESTION in letter.text
    assert [each["filename"] for each in letter.files] == [attached.filename]
    assert REQUESTER.address not in letter.text


def test_a_consultation_is_a_ticket_of_its_own_with_one_step(cast: Cast) -> None:
    ticket = cast.open()
    asked = ask(cast, ticket)
    assert (asked.kind, asked.parent_id, asked.request_type) == ("consultation", ticket.id, None)
    assert (asked.requester_id, asked.number) == (cast.agent.person_id, ticket.number + 1)
    assert (cast.steps(asked), asked.status) == ({"responder_consulta": "active"}, "open")
    assert asked.due_at is None


def test_the_answer_by_mail_comes_back_as_a_note_with_its_files(cast: Cast) -> None:
    ticket = cast.open()
    asked = ask(cast, ticket)
    reply = cast.answer_to(cast.letter(asked, "consulta"), ANSWER, REGIONAL_HEAD)
    cast.receive(replace(reply, files=(file("Dictamen.pdf"),)))
    assert asked.status == "closed"
    note = cast.messages(ticket)[-2]
    assert (note.direction, note.author_id) == ("internal_note", cast.person(REGIONAL_HEAD).id)
    assert ANSWER in note.text
    assert files_of(cast, note.id) == ["Dictamen.pdf"]
    assert ticket.closed_at is None


def test_who_asked_is_told_and_the_requester_is_not(cast: Cast) -> None:
    ticket = cast.open()
    asked = ask(cast, ticket)
    before = len(cast.letters(ticket, to=REQUESTER))
    cast.receive(cast.answer_to(cast.letter(asked, "consulta"), ANSWER, REGIONAL_HEAD))
    assert cast.letter(ticket, "aviso_interno").recipient == "ana@sigec-cl.example.org"
    assert len(cast.letters(ticket, to=REQUESTER)) == before


def test_whoever_has_the_ticket_now_is_told(cast: Cast) -> None:
    ticket = cast.open()
    asked = ask(cast, ticket)
    cast.do(tickets.assign, cast.agent, ticket.id, None, cast.colleague.person_id)
    cast.receive(cast.answer_to(cast.letter(asked, "consulta"), ANSWER, REGIONAL_HEAD))
    assert cast.letter(ticket, "aviso_interno").recipient == "luis@sigec-cl.example.org"


def test_the_answer_on_the_web_ends_the_consultation(cast: Cast) -> None:
    ticket = cast.open()
    asked = ask(cast, ticket)
    cast.do(consultations.answer, cast.acting(REGIONAL_HEAD), asked.id, None, ANSWER, (file("Dictamen.pdf"),))
    assert asked.status == "closed"
    assert ANSWER in notes(cast, ticket)[-1]
    assert cast.events(ticket, "consultation_answered")[0].data["number"] == f"SIGEC-{asked.number}"


@pytest.mark.parametrize("who", ["the asker", "a colleague", "another function"])
def test_nobody_else_answers_on_the_web(cast: Cast, who: str) -> None:
    asked = ask(cast, cast.open())
    actor = {"the asker": cast.agent, "a colleague": cast.colleague}.get(who) or cast.acting(NATIONAL_OFFICER)
    with pytest.raises(NotAllowed):
        cast.do(consultations.answer, actor, asked.id, None, ANSWER)
    assert asked.closed_at is None


def test_a_foreigner_finds_no_consultation(cast: Cast) -> None:
    asked = ask(cast, cast.open())
    with pytest.raises(NotFound):
        cast.do(consultations.answer, cast.foreigner, asked.id, None, ANSWER)
    with pytest.raises(NotFound):
        cast.do(consultations.withdraw, cast.foreigner, asked.id, None, "No.")


def test_the_mail_of_a_stranger_does_not_answer(cast: Cast) -> None:
    ticket = cast.open()
    asked = ask(cast, ticket)
    letter = cast.letter(asked, "consulta")
    outcome = cast.receive(cast.answer_to(letter, "Sí, apruebe todo.", STRANGER))
    assert (outcome.action, outcome.ticket_id) == ("needs_human", asked.id)
    assert cast.receive(cast.incoming(f"[SIGEC {asked.number}]", "Sí.", STRANGER)).action == "needs_human"
    assert asked.closed_at is None
    assert notes(cast, ticket) == []


def test_a_strangers_mail_that_an_agent_lets_in_is_still_no_answer(cast: Cast) -> None:
    asked = ask(cast, cast.open())
    outcome = cast.receive(cast.answer_to(cast.letter(asked, "consulta"), "Sí.", STRANGER))
    cast.do(conversation.confirm_message, cast.agent, outcome.message_id)
    assert asked.closed_at is None


@pytest.mark.parametrize("with_token", [True, False])
def test_an_answer_that_nobody_vouches_for_waits_until_it_is_confirmed(cast: Cast, with_token: bool) -> None:
    ticket = cast.open()
    asked = ask(cast, ticket)
    reply = cast.answer_to(cast.letter(asked, "consulta"), ANSWER, REGIONAL_HEAD, trust="T0")
    outcome = cast.receive(reply if with_token else replace(reply, tokens=()))
    assert (outcome.action, outcome.reason) == ("needs_human", "sender_not_verified")
    assert (asked.status, notes(cast, ticket)) == ("open", [])
    cast.do(conversation.confirm_message, cast.agent, outcome.message_id)
    assert asked.status == "closed"
    assert ANSWER in notes(cast, ticket)[-1]


@pytest.mark.parametrize("text", ["", "Gracias.", "Muchas gracias"])
def test_a_message_without_an_answer_leaves_the_question_open(cast: Cast, text: str) -> None:
    asked = ask(cast, cast.open())
    cast.receive(cast.answer_to(cast.letter(asked, "consulta"), text, REGIONAL_HEAD))
    assert asked.closed_at is None


def test_an_out_of_office_note_is_no_answer(cast: Cast) -> None:
    asked = ask(cast, cast.open())
    away = cast.answer_to(cast.letter(asked, "consulta"), "Estoy de vacaciones.", REGIONAL_HEAD)
    cast.receive(replace(away, kind="auto_reply"))
    assert asked.closed_at is None


def test_what_the_organ_adds_later_comes_back_too(cast: Cast) -> None:
    ticket = cast.open()
    asked = ask(cast, ticket)
    for words in (ANSWER, "Corrijo: es el artículo 13."):
        cast.receive(cast.answer_to(cast.letter(asked, "consulta"), words, REGIONAL_HEAD))
    assert [words.splitlines()[-1] for words in notes(cast, ticket)] == [ANSWER, "Corrijo: es el artículo 13."]
    assert asked.reopened is False


def test_a_reply_of_the_requester_never_lands_in_the_consultation(cast: Cast) -> None:
    ticket = cast.open()
    asked = ask(cast, ticket)
    reply = cast.answer_to(cast.letter(ticket, "acuse"), "¿Cómo va?", REQUESTER)
    assert cast.receive(reply).ticket_id == ticket.id
    guessed = cast.receive(cast.incoming(f"[SIGEC {asked.number}]", "¿Cómo va?", REQUESTER))
    assert (guessed.action, guessed.reason) == ("needs_human", "not_a_participant")


def test_a_ticket_is_not_closed_while_a_consultation_is_open(cast: Cast) -> None:
    ticket = cast.decided()
    cast.do(tickets.complete_step, cast.agent, ticket.id, None)
    asked = ask(cast, ticket)
    with pytest.raises(IllegalMove, match=f"SIGEC-{asked.number}"):
        cast.do(conversation.reply, cast.agent, ticket.id, None, "Listo.", close=True)
    with pytest.raises(IllegalMove, match=f"SIGEC-{asked.number}"):
        cast.do(tickets.close, cast.agent, ticket.id, None, "Por teléfono.", Delivery("phone"))
    cast.do(consultations.withdraw, cast.agent, asked.id, None, "Se resolvió con el manual.")
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Listo.", close=True)
    assert ticket.status == "closed"


def test_a_question_taken_back_needs_a_reason_and_tells_the_organ(cast: Cast) -> None:
    ticket = cast.open()
    asked = ask(cast, ticket)
    with pytest.raises(Invalid):
        cast.do(consultations.withdraw, cast.agent, asked.id, None, " ")
    cast.do(consultations.withdraw, cast.agent, asked.id, None, "Se resolvió con el manual.")
    assert (asked.status, cast.steps(asked)) == ("closed", {"responder_consulta": "stopped"})
    told = cast.letter(asked, "respuesta", REGIONAL_HEAD).text
    assert "Se resolvió con el manual." in " ".join(told.split())
    assert cast.events(ticket, "consultation_withdrawn")
    with pytest.raises(IllegalMove):
        cast.do(consultations.answer, cast.acting(REGIONAL_HEAD), asked.id, None, ANSWER)


def test_a_rejected_ticket_takes_its_questions_back_and_the_organ_is_told(cast: Cast) -> None:
    ticket = cast.open()
    asked, answered = ask(cast, ticket, OFFICER), ask(cast, ticket)
    cast.do(consultations.answer, cast.acting(REGIONAL_HEAD), answered.id, None, ANSWER)
    cast.answers(ticket, REGIONAL_HEAD, "Rechazo: falta el memorándum firmado.")
    assert (ticket.status, asked.status) == ("rejected", "closed")
    told = " ".join(cast.letter(asked, "respuesta", NATIONAL_OFFICER).text.split())
    assert "El ticket por el que se consultó terminó: rechazado." in told
    assert cast.letters(answered, "respuesta") == []
    for each in (ticket, asked):
        [event] = cast.events(each, "consultation_withdrawn")
        assert event.data["number"] == f"SIGEC-{asked.number}"


def test_a_rejection_takes_back_what_a_merged_ticket_asked(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    asked = ask(cast, ticket)
    cast.do(merging.merge, cast.agent, ticket.id, None, into.number)
    assert asked.closed_at is None
    cast.answers(into, REGIONAL_HEAD, "Rechazo: falta el memorándum firmado.")
    assert asked.status == "closed"


def test_a_step_that_would_end_the_ticket_is_not_marked_while_a_question_is_open(cast: Cast) -> None:
    ticket = cast.decided()
    asked = ask(cast, ticket)
    for step in routes.present(cast.session, ticket).values():
        if step.kind in ("close", "notify", "survey"):
            step.state = "skipped"
    with pytest.raises(IllegalMove, match=f"SIGEC-{asked.number}"):
        cast.do(tickets.complete_step, cast.agent, ticket.id, None)


def test_several_organs_answer_one_ticket(cast: Cast) -> None:
    ticket = cast.open()
    first, second = ask(cast, ticket), ask(cast, ticket, OFFICER)
    cast.receive(cast.answer_to(cast.letter(second, "consulta"), "Del programa: sí.", NATIONAL_OFFICER))
    assert (first.closed_at, second.status) == (None, "closed")
    cast.receive(cast.answer_to(cast.letter(first, "consulta"), "De la región: sí.", REGIONAL_HEAD))
    assert len(notes(cast, ticket)) == 2


def test_one_organ_does_not_answer_for_another(cast: Cast) -> None:
    ticket = cast.open()
    first, second = ask(cast, ticket), ask(cast, ticket, OFFICER)
    cast.receive(cast.answer_to(cast.letter(first, "consulta"), "Sí.", NATIONAL_OFFICER))
    assert (first.closed_at, second.closed_at) == (None, None)


def test_a_team_is_asked_and_any_member_answers(cast: Cast) -> None:
    cast.do(accounts.join_team, cast.agent, "sigec-cl", "luis@sigec-cl.example.org", "ugpip", None)
    ticket = cast.open()
    asked = ask(cast, ticket, Addressee(None, "ugpip", None))
    luis = Named("Luis Colega", "luis@sigec-cl.example.org")
    cast.receive(cast.answer_to(cast.letter(asked, "consulta", luis), ANSWER, luis))
    assert asked.status == "closed"


def test_nobody_is_asked_where_nobody_answers(cast: Cast) -> None:
    ticket = cast.open()
    for to in (Addressee("jefe_administrativo_regional", None, "CL-AP"), Addressee(None, "ti_ses", None)):
        with pytest.raises(Invalid):
            ask(cast, ticket, to)
    for to in (Addressee("ejecutor", None, None), Addressee(None, "nada", None)):
        with pytest.raises(NotFound):
            ask(cast, ticket, to)


def test_a_file_of_another_ticket_is_not_sent_along(cast: Cast) -> None:
    ticket = cast.open(files=())
    cast.open()
    attached = cast.session.scalars(select(Attachment)).one()
    with pytest.raises(NotFound):
        ask(cast, ticket, HEAD, attached.id)


def test_only_a_running_request_asks(cast: Cast) -> None:
    asked = ask(cast, cast.open())
    with pytest.raises(IllegalMove):
        ask(cast, asked)
    with pytest.raises(IllegalMove):
        ask(cast, cast.closed())


def test_a_consultation_is_neither_unsorted_nor_sorted(cast: Cast) -> None:
    asked = ask(cast, cast.open())
    with clock.fixed(cast.now):
        who = viewer(cast.session, cast.agent.person_id or 0)
        assert who is not None
        unsorted = queue.page(cast.session, who, queue.Filters(view="sin-clasificar"), cast.now)
    assert asked.id not in [row.id for row in unsorted.rows]
    for verb, arguments in (
        (tickets.classify, ("otra_solicitud_formal",)),
        (tickets.complete_step, ()),
        (conversation.reply, ("Hola.",)),
    ):
        with pytest.raises(IllegalMove):
            cast.do(verb, cast.agent, asked.id, None, *arguments)


def test_consultations_are_not_merged(cast: Cast) -> None:
    ticket = cast.open()
    asked = ask(cast, ticket)
    with pytest.raises(IllegalMove):
        cast.do(merging.merge, cast.agent, ticket.id, None, asked.number)


def test_the_answer_follows_the_matter_of_a_merged_ticket(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    asked = ask(cast, ticket)
    link = cast.do(merging.merge, cast.agent, ticket.id, None, into.number)
    with pytest.raises(IllegalMove, match=f"SIGEC-{asked.number}"):
        cast.do(consultations.check_none_open, into)
    cast.receive(cast.answer_to(cast.letter(asked, "consulta"), ANSWER, REGIONAL_HEAD))
    assert ANSWER in notes(cast, into)[-1]
    cast.do(merging.undo, cast.agent, link.id)
    assert ANSWER in notes(cast, ticket)[-1]
    assert notes(cast, into) == []


def test_the_organ_sees_its_consultation_and_not_the_case(cast: Cast) -> None:
    ticket = cast.open()
    ticket.region = None
    asked = ask(cast, ticket, HEAD)
    head = cast.person(REGIONAL_HEAD)
    head.is_staff = True
    cast.session.flush()
    with clock.fixed(cast.now):
        who = viewer(cast.session, head.id)
        assert who is not None
        assert queue.find(cast.session, who, asked.number).id == asked.id


def test_a_specialist_asks_the_technical_responsible_of_the_organ(cast: Cast) -> None:
    peru = load(cast.session, shipped("conectamef-pe"))
    box = cast.mailbox("conectamef_piura", peru)
    outcome = cast.receive(cast.incoming("Consulta SIAF", "¿Cómo registro un devengado en SIAF?", mailbox=box))
    ticket = cast.ticket(outcome.ticket_id or 0)
    agent = Named("Especialista", "especialista.tesoreria.piura@conectamef-pe.example.org")
    person = cast.person(agent, peru)
    actor = replace(cast.agent, person_id=person.id, institution_id=peru.id, label=agent.name)
    catalogue = catalogues.current(cast.session, peru.id)
    with clock.fixed(cast.now):
        organ = next(each for each in askable(cast.session, catalogue, peru.id) if each.role == "responsable_tecnico")
    asked = cast.do(consultations.ask, actor, ticket.id, None, organ, "¿Procede el devengado?")
    letter = cast.letter(asked, "consulta")
    assert letter.recipient == "responsable.tecnico.tesoro@conectamef-pe.example.org"
    assert "Órgano de línea de Tesorería" in letter.text
    cast.receive(cast.answer_to(letter, "Procede.", Named("", letter.recipient)))
    assert "Procede." in notes(cast, ticket)[-1]
    assert "Sin clasificar" not in letter.text
