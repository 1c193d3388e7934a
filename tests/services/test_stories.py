"""Whole cases from the first message to the last, over everything that the desk does with them together (R-190).

Each ends with a history that vouches for all that is stored, due dates that follow from the facts, and an evidence
folder that its own verifier finds whole.
"""

import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import operator
from helpdesk.domain.catalogue import Extension as Rule
from helpdesk.domain.closing import Delivery
from helpdesk.domain.errors import Conflict, IllegalMove, NotAllowed, NotFound
from helpdesk.domain.incoming import Incoming, IncomingFile
from helpdesk.domain.incoming import Person as Named
from helpdesk.evidence import folder
from helpdesk.files import Files
from helpdesk.models.alarms import Alarm
from helpdesk.models.messages import Attachment
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket, TicketLink
from helpdesk.queries import chains
from helpdesk.queries import deadlines as terms
from helpdesk.queries.consultations import Addressee
from helpdesk.services import (
    accounts,
    alarms,
    approvals,
    authority,
    consultations,
    conversation,
    deadlines,
    documents,
    history,
    merging,
    originals,
    reopening,
    ringing,
    scheduling,
    splitting,
    tickets,
)
from helpdesk.services import links as links_service
from helpdesk.services.opening_by_hand import ByHand, open_by_hand
from tests.cast import (
    ATTACHED_MEMO,
    NATIONAL_OFFICER,
    REGIONAL_HEAD,
    REPORT_TEXT,
    REQUESTER,
    STRANGER,
    Cast,
    assemble,
    load,
)
from tests.cast import file as named_file
from tests.commands.story import Keeping
from tests.domain.shipped import shipped
from tests.services.test_opening_by_hand import everything_about

HEAD = Addressee("jefe_administrativo_regional", None, "CL-BI")
ROLE = ("jefe_administrativo_regional", "CL-BI")
DEPUTY = Named("Subrogante", "subrogante@sigec-cl.example.org")
OTHER_TYPE = "otra_solicitud_formal"
EVA = "eva@mef-ec.example.org"
ROSA = Named("Rosa Guamán", "rosa.guaman@gad-ejemplo.example.com")


@dataclass
class Desk:
    """The cast with a store of files, and what every story must leave behind."""

    cast: Cast
    store: Files
    place: Path

    def file(self, name: str = ATTACHED_MEMO) -> IncomingFile:
        """A file whose bytes are kept."""
        self.store.put(name.encode())
        return named_file(name)

    def merge(self, ticket: Ticket, into: Ticket) -> TicketLink:
        """The matter of one ticket goes on in the other."""
        return self.cast.do(merging.merge, self.cast.agent, ticket.id, None, into.number)

    def split(self, ticket: Ticket, request_type: str = OTHER_TYPE, place: int = 0) -> Ticket:
        """A message with all its files becomes another ticket."""
        message = self.cast.messages(ticket)[place]
        files = self.cast.session.scalars(select(Attachment.id).where(Attachment.message_id == message.id)).all()
        return self.cast.do(splitting.split, self.cast.agent, ticket.id, None, message.id, tuple(files), request_type)

    def ring(self) -> int:
        """The clock rings what is due now; gives how much rang."""
        with clock.fixed(self.cast.now):
            due = alarms.due(self.cast.session, self.cast.now, 100)
            return sum(ringing.ring(self.cast.session, each) for each in due)

    def found(self) -> list[str]:
        """What an audit finds of everything that is stored, as it is once it is committed."""
        with clock.fixed(self.cast.now):
            history.tell_rest(self.cast.session)
        self.cast.session.flush()
        findings = (each for many in chains.altered(self.cast.session, self.store) for each in many)
        return [f"{each.place}: {each.what} {each.which} {each.parts}" for each in findings]

    def check(self) -> None:
        """The audit is quiet; due dates, suspensions and alarms agree; every ticket leaves the house whole."""
        assert self.found() == []
        for ticket in self.cast.session.scalars(select(Ticket).order_by(Ticket.id)):
            self.check_term(ticket)
            self.check_folder(ticket)

    def check_term(self, ticket: Ticket) -> None:
        """The due date is what a recount gives, and nothing rings or stands still behind an ended ticket."""
        session = self.cast.session
        with clock.fixed(self.cast.now):
            due = terms.due_of(session, ticket)
        assert ticket.due_at == (due.at if due is not None else None)
        stretches = self.cast.suspensions(ticket)
        assert all(a.until is not None and a.until <= b.since for a, b in pairwise(stretches))
        set_now = session.scalars(select(Alarm).where(Alarm.ticket_id == ticket.id, Alarm.rung_at.is_(None))).all()
        kinds = {each.kind for each in set_now}
        if ticket.merged_into_id is not None:
            return
        if ticket.closed_at is not None:
            assert kinds <= {"scheduled"}
            assert all(each.until is not None for each in stretches)
        if any(each.until is None for each in stretches):
            assert kinds.isdisjoint(deadlines.ALARMS)
        for each in set_now:
            step = session.get(Step, each.step_id) if each.step_id is not None else None
            assert step is None or step.state in ("active", "returned", "to_come"), (each.kind, step.key, step.state)

    def check_folder(self, ticket: Ticket) -> None:
        """The exported folder is whole by its own verifier."""
        target = self.place / uuid4().hex
        with clock.fixed(self.cast.now):
            folder.write(self.cast.session, ticket, self.store, target)
        command = [sys.executable, "-I", "verificar.py"]
        done = subprocess.run(command, cwd=target, capture_output=True, text=True, check=False, timeout=60)
        assert done.stdout == "Todo coincide: la carpeta está íntegra.\n", (ticket.number, done.stdout)


@pytest.fixture
def cast(session: Session) -> Cast:
    """The cast, whose mails are kept as they came."""
    return Keeping(**vars(assemble(session)))


@pytest.fixture
def desk(cast: Cast, at_work: None, tmp_path: Path) -> Desk:
    """Ana at work, on a Tuesday."""
    made = Desk(cast, Files(tmp_path / "files"), tmp_path / "folders")
    made.place.mkdir()
    made.file()
    return made


def executed(cast: Cast, ticket: Ticket) -> None:
    """The approved act is done and answered."""
    cast.execute(ticket)
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Rendición desaprobada.", close=True)
    assert ticket.status == "closed"


def both_approve(cast: Cast, ticket: Ticket) -> None:
    """Head and officer approve by mail."""
    assert cast.approve(ticket, REGIONAL_HEAD) == "approve"
    assert cast.approve(ticket, NATIONAL_OFFICER) == "approve"


def link_of(cast: Cast, ticket: Ticket, by: Named = REGIONAL_HEAD) -> str:
    """The secret of the newest letter that asked for a decision."""
    return cast.letter(ticket, "aprobacion", by).text.partition("http://desk.test/aprobar/")[2].split()[0]


def counter(desk: Desk, request_type: str, **more: Any) -> Ticket:
    """The ministry's clerk opens Rosa's request."""
    content = shipped("mef-ec")
    values: dict[str, Any] = {
        "name": ROSA.name, "address": ROSA.address, "subject": "Solicitud en ventanilla",
        "text": "Pide lo que dice el formulario.",
    }  # fmt: skip
    given = everything_about(content, content.request_type(request_type))
    more = {**more, "fields": {**given, **more.get("fields", {})}}
    return desk.cast.do(open_by_hand, desk.cast.foreigner, ByHand("in_person", request_type, **{**values, **more}))


def test_opened_at_the_counter_with_papers_executed_and_closed_on_paper(desk: Desk) -> None:
    cast, clerk = desk.cast, desk.cast.foreigner
    papers = {each.key: False for each in shipped("mef-ec").request_type("crear_usuario_gad_ep").required_documents}
    first = next(iter(papers))
    missing = {key: kept for key, kept in papers.items() if key != first}
    ticket = counter(desk, "crear_usuario_gad_ep", originals=missing, files=(desk.file("Foto.pdf"),))
    assert ticket.status == "waiting_requester"
    cast.later(hours=3)
    cast.do(originals.see, clerk, ticket.id, None, first, "paper", True, "Carpeta 4")
    assert ticket.status != "waiting_requester"
    to_the_closing(cast, clerk, ticket)
    today = cast.now.date()
    cast.do(
        tickets.close, clerk, ticket.id, None, "Se entregó la clave.",
        Delivery("paper", "Lo retiró en persona: no usa correo.", ROSA.name, today),
    )  # fmt: skip
    assert ticket.status == "closed"
    desk.check()


def test_merged_and_left_so_everything_ends_in_the_other(desk: Desk) -> None:
    cast = desk.cast
    into, ticket = cast.open(), cast.open()
    desk.merge(ticket, into)
    cast.receive(cast.answer_to(cast.letter(ticket, "acuse"), "Agrego un dato.", REQUESTER))
    cast.answers(ticket, REGIONAL_HEAD, "Apruebo.")
    both_approve(cast, into)
    executed(cast, into)
    desk.check()


def test_a_question_withdrawn_leaves_a_whole_history(desk: Desk) -> None:
    cast = desk.cast
    ticket = cast.open()
    asked = cast.do(consultations.ask, cast.agent, ticket.id, None, HEAD, "¿Corresponde?", ())
    cast.do(consultations.withdraw, cast.agent, asked.id, None, "Se resolvió con el manual.")
    both_approve(cast, ticket)
    executed(cast, ticket)
    desk.check()


def test_clarified_approved_by_the_substitute_changed_and_approved_afresh(desk: Desk) -> None:
    cast = desk.cast
    ticket = cast.open()
    cast.do(approvals.clarify, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "¿Qué mes?")
    cast.later(hours=2)
    cast.receive(cast.answer_to(cast.letter(ticket, "aclaracion"), "Es la de marzo.", REQUESTER))
    days = (date(2026, 4, 7), date(2026, 4, 30))
    cast.do(authority.substitute, operator(), "sigec-cl", DEPUTY.address, *ROLE, *days)
    assert cast.approve(ticket, DEPUTY) == "approve"
    cast.later(hours=1)
    more = cast.answer_to(cast.letter(ticket, "acuse"), "Agrego esto.", REQUESTER, files=(desk.file("anexo.pdf"),))
    cast.receive(more)
    assert cast.step(ticket).key == "validar_jar"
    assert cast.approve(ticket, DEPUTY) == "approve"
    assert cast.approve(ticket, NATIONAL_OFFICER) == "approve"
    executed(cast, ticket)
    (stretch,) = cast.suspensions(ticket)
    assert stretch.until is not None
    desk.check()


def test_rejected_reopened_and_approved(desk: Desk) -> None:
    cast = desk.cast
    ticket = cast.open()
    assert cast.answers(ticket, REGIONAL_HEAD, "Rechazo: falta la firma.").action == "reject"
    assert ticket.status == "rejected"
    desk.check()
    cast.do(reopening.reopen, cast.agent, ticket)
    both_approve(cast, ticket)
    executed(cast, ticket)
    desk.check()


def extendable(cast: Cast) -> None:
    """From now on the Chilean terms may be prolonged."""
    rule = Rule(amount=None, unit="business_days", reason_required=True, notify_requester=True, max_times=2)
    content = shipped("sigec-cl")
    types = tuple(
        replace(each, deadline=replace(each.deadline, extendable=True, extension=rule)) if each.deadline else each
        for each in content.request_types
    )
    with clock.fixed(cast.now):
        load(cast.session, replace(content, request_types=types))


def test_prolonged_while_it_stands_still_and_merged_meanwhile(desk: Desk) -> None:
    cast = desk.cast
    extendable(cast)
    into, ticket = cast.open(), cast.open()
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, (), "Aclare qué mes es.")
    cast.later(hours=3)
    cast.do(deadlines.extend, cast.agent, ticket.id, None, 2, "Faltan informes.")
    desk.check()
    link = desk.merge(ticket, into)
    cast.later(days=2)
    desk.ring()
    cast.do(merging.undo, cast.agent, link.id)
    desk.check()
    cast.receive(cast.answer_to(cast.letter(ticket, "incompleto"), "Es marzo.", REQUESTER))
    both_approve(cast, ticket)
    executed(cast, ticket)
    desk.check()


def peruvian(desk: Desk, name: str | None = None) -> Ticket:
    """A writing at the Peruvian reception of documents, without its document unless named."""
    cast = desk.cast
    institution = load(cast.session, shipped("conectamef-pe"))
    box = cast.mailbox("mesadepartes_piura", institution)
    text = "Presento a mesa de partes el expediente de mi representada. Nombres: Rosa Quispe Mamani."
    files = () if name is None else (desk.file(name),)
    outcome = cast.receive(cast.incoming("Mesa de partes", text, mailbox=box, files=files))
    return cast.ticket(outcome.ticket_id or 0)


def receptionist(cast: Cast, ticket: Ticket) -> Any:
    """Who works there."""
    person = cast.session.merge(cast.person(Named("Mesa", "mesa@conectamef-pe.example.org")))
    person.institution_id, person.is_staff = ticket.institution_id, True
    cast.session.flush()
    cast.do(accounts.join_team, operator(), "conectamef-pe", person.address, ticket.team, ticket.team_scope)
    return replace(cast.agent, person_id=person.id, institution_id=ticket.institution_id, label="Mesa")


def test_the_window_expires_and_an_agent_lets_the_late_correction_in(desk: Desk) -> None:
    cast = desk.cast
    ticket = peruvian(desk)
    agent = receptionist(cast, ticket)
    due = cast.step(ticket).due_at
    assert due is not None
    cast.now = due
    assert desk.ring() >= 1
    assert ticket.status == "not_filed"
    desk.check()
    cast.later(days=1)
    late = cast.answer_to(cast.letter(ticket, "incompleto"), "Adjunto.", REQUESTER, files=(desk.file("Oficio 1.pdf"),))
    outcome = cast.receive(late)
    cast.do(conversation.confirm_message, agent, outcome.message_id)
    assert (ticket.status, ticket.closed_at) == ("open", None)
    desk.check()


def test_a_correction_in_time_counts_although_it_came_while_merged(desk: Desk) -> None:
    cast = desk.cast
    ticket, into = peruvian(desk), peruvian(desk, "Oficio 2.pdf")
    agent = receptionist(cast, ticket)
    link = cast.do(merging.merge, agent, ticket.id, None, into.number)
    cast.later(hours=1)
    answer = cast.answer_to(cast.letter(ticket, "incompleto"), "Va.", REQUESTER, files=(desk.file("Oficio 3.pdf"),))
    cast.receive(answer)
    cast.later(days=5)
    cast.receive(cast.answer_to(cast.letter(ticket, "incompleto"), "Muchas gracias.", REQUESTER))
    cast.do(merging.undo, agent, link.id)
    desk.ring()
    assert ticket.status == "open"
    assert [each.until for each in cast.suspensions(ticket)] == []


def test_a_temporary_absence_from_the_counter_is_closed_and_its_task_is_done_on_its_day(desk: Desk) -> None:
    cast, clerk = desk.cast, desk.cast.foreigner
    cast.do(accounts.join_team, clerk, "mef-ec", EVA, "biometria", None)
    kind = shipped("mef-ec").request_type("ausencia_temporal")
    papers = {each.key: True for each in kind.required_documents}
    ticket = counter(desk, kind.key, originals=papers, fields={"desde": "2026-04-13", "hasta": "2026-04-17"})
    to_the_closing(cast, clerk, ticket)
    cast.do(conversation.reply, clerk, ticket.id, None, "Configurado.", close=True, reason="Lo pidió por correo.")
    desk.check()
    alarm = cast.session.scalars(select(Alarm).where(Alarm.ticket_id == ticket.id, Alarm.kind == "scheduled")).one()
    cast.now = alarm.at
    assert desk.ring() == 1
    task = cast.session.get_one(Step, alarm.step_id)
    cast.do(scheduling.done, clerk, ticket.id, None, task.id, "Titular activo.")
    desk.check()
    cast.do(reopening.reopen, clerk, ticket)
    desk.check()
    to_the_closing(cast, clerk, ticket)
    cast.do(conversation.reply, clerk, ticket.id, None, "Corregido.", close=True, reason="Lo pidió por correo.")
    assert (ticket.status, ticket.reopened) == ("closed", True)
    desk.check()


def to_the_closing(cast: Cast, agent: Any, ticket: Ticket) -> None:
    """Everything before the answer is done by hand."""
    for _ in range(20):
        if cast.step(ticket).kind in ("close", "notify"):
            return
        cast.execute(ticket, agent, "Hecho.")
    raise AssertionError(cast.step(ticket).key)


def test_a_ticket_is_reopened_after_a_merge_was_undone(desk: Desk) -> None:
    cast = desk.cast
    into, ticket = cast.open(), cast.open()
    link = desk.merge(ticket, into)
    cast.do(merging.undo, cast.agent, link.id)
    both_approve(cast, ticket)
    executed(cast, ticket)
    cast.later(days=1)
    again = cast.answer_to(cast.letters(ticket, to=REQUESTER)[-1], "Sigue fallando: no se desaprobó.", REQUESTER)
    assert cast.receive(again).action == "reopen"
    desk.check()
    executed(cast, ticket)
    desk.check()


def test_nothing_of_one_institution_is_reached_from_the_other(desk: Desk) -> None:
    cast = desk.cast
    into, ticket = cast.open(), cast.open()
    asked = cast.do(consultations.ask, cast.agent, ticket.id, None, HEAD, "¿Corresponde?", ())
    link = desk.merge(ticket, into)
    theirs = counter(desk, "soporte_presencial")
    before = [(each.last_hash, each.status) for each in (into, ticket, asked, theirs)]
    attempts = (
        lambda: cast.do(merging.undo, cast.foreigner, link.id),
        lambda: cast.do(merging.merge, cast.agent, theirs.id, None, into.number),
        lambda: cast.do(links_service.link, cast.foreigner, into.id, None, theirs.number),
        lambda: cast.do(consultations.ask, cast.foreigner, ticket.id, None, HEAD, "¿?", ()),
        lambda: cast.do(
            splitting.split, cast.foreigner, into.id, None, cast.messages(into)[0].id, (), "soporte_presencial"
        ),
        lambda: cast.do(splitting.split, cast.agent, into.id, None, cast.messages(theirs)[0].id, (), OTHER_TYPE),
    )  # fmt: skip
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    for mailbox in (cast.mailbox("soporte", cast.mef), cast.mailbox("biometria", cast.mef)):
        reply = cast.answer_to(cast.letter(asked, "consulta"), "Sí.", REGIONAL_HEAD, mailbox=mailbox)
        outcome = cast.receive(reply)
        assert outcome.ticket_id not in (into.id, ticket.id, asked.id)
    assert [(each.last_hash, each.status) for each in (into, ticket, asked, theirs)] == before


def mails_that_try(cast: Cast, ticket: Ticket, letter: Any, sender: Named) -> list[Incoming]:
    """An approval in the words of somebody who has no part, by every sign that leads to a ticket."""
    reply = cast.answer_to(letter, "Apruebo.", sender)
    again = cast.answer_to(letter, "Apruebo.", sender)
    third = cast.answer_to(letter, "Apruebo.", sender)
    return [
        reply,
        replace(again, tokens=()),
        replace(third, tokens=(), in_reply_to=None, references=(), subject=f"Re: [SIGEC {ticket.number}]"),
    ]


def test_a_strangers_mails_act_on_no_consultation_and_no_merged_ticket(desk: Desk) -> None:
    cast = desk.cast
    into, ticket = cast.open(), cast.open()
    asked = cast.do(consultations.ask, cast.agent, ticket.id, None, HEAD, "¿Corresponde?", ())
    desk.merge(ticket, into)
    for target, kind in ((asked, "consulta"), (ticket, "aprobacion"), (ticket, "acuse")):
        for mail in mails_that_try(cast, target, cast.letter(target, kind), STRANGER):
            assert cast.receive(mail).action == "needs_human"
    assert asked.closed_at is None
    assert (cast.steps(into)["validar_jar"], cast.steps(ticket)["validar_jar"]) == ("active", "active")
    desk.check()


def test_a_strangers_words_let_in_by_an_agent_decide_nothing_either(desk: Desk) -> None:
    cast = desk.cast
    into, ticket = cast.open(), cast.open()
    desk.merge(ticket, into)
    for mail in mails_that_try(cast, ticket, cast.letter(ticket, "aprobacion"), STRANGER):
        outcome = cast.receive(mail)
        cast.do(conversation.confirm_message, cast.agent, outcome.message_id)
    assert cast.steps(into)["validar_jar"] == "active"
    desk.check()


def test_the_requester_approves_nothing_by_any_letter(desk: Desk) -> None:
    cast = desk.cast
    into, ticket = cast.open(), cast.open()
    cast.do(approvals.clarify, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "¿Qué mes?")
    question = cast.letter(ticket, "aclaracion")
    for letter in (question, cast.letter(ticket, "acuse"), cast.letter(ticket, "aprobacion")):
        cast.receive(cast.answer_to(letter, "Apruebo.", REQUESTER))
    assert cast.steps(ticket)["validar_jar"] == "active"
    desk.merge(ticket, into)
    for letter in (question, cast.letter(ticket, "aprobacion"), cast.letter(into, "aprobacion")):
        cast.receive(cast.answer_to(letter, "Apruebo.", REQUESTER))
    assert cast.steps(into)["validar_jar"] == "active"
    with pytest.raises(NotAllowed):
        cast.do(approvals.decide, cast.acting(REQUESTER), cast.step(into).id, "approve", None, "web")
    desk.check()


def test_the_requester_who_becomes_the_substitute_meanwhile_decides_nothing(desk: Desk) -> None:
    cast = desk.cast
    ticket = cast.open()
    days = (date(2026, 4, 7), date(2026, 4, 30))
    cast.do(authority.substitute, operator(), "sigec-cl", REQUESTER.address, *ROLE, *days)
    with pytest.raises(NotAllowed):
        cast.do(approvals.decide, cast.acting(REQUESTER), cast.step(ticket).id, "approve", None, "web")
    with pytest.raises(NotAllowed):
        cast.do(approvals.clarify, cast.acting(REQUESTER), cast.step(ticket).id, "¿Sí?")
    assert cast.letters(ticket, "aprobacion", REQUESTER) == []
    made = desk.split(ticket, ticket.request_type or "")
    assert cast.letters(made, "aprobacion", REQUESTER) == []
    with pytest.raises(NotAllowed):
        cast.do(approvals.decide, cast.acting(REQUESTER), cast.step(made).id, "approve", None, "web")


@pytest.mark.parametrize("way", ["merged", "closed", "rejected", "clarified", "undone and changed", "reopened"])
def test_an_old_link_decides_nothing(desk: Desk, way: str) -> None:
    cast = desk.cast
    into, ticket = cast.open(), cast.open()
    old = link_of(cast, ticket)
    if way == "merged":
        desk.merge(ticket, into)
    elif way in ("closed", "reopened"):
        both_approve(cast, ticket)
        executed(cast, ticket)
        if way == "reopened":
            cast.do(reopening.reopen, cast.agent, ticket)
    elif way == "rejected":
        cast.answers(ticket, REGIONAL_HEAD, "Rechazo: no corresponde.")
        if ticket.closed_at is not None:
            cast.do(reopening.reopen, cast.agent, ticket)
    elif way == "clarified":
        cast.do(approvals.clarify, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "¿Qué mes?")
        cast.receive(cast.answer_to(cast.letter(ticket, "aclaracion"), "Marzo.", REQUESTER))
    else:
        link = desk.merge(ticket, into)
        mail = cast.answer_to(cast.letter(ticket, "acuse"), "Va.", REQUESTER, files=(desk.file("Otro.pdf"),))
        cast.receive(mail)
        cast.do(merging.undo, cast.agent, link.id)
    hashes = ticket.last_hash
    with pytest.raises((IllegalMove, Conflict)):
        cast.do(approvals.decide_by_token, old, "approve", None)
    assert ticket.last_hash == hashes


def test_nobody_decides_the_own_request_through_a_merge(desk: Desk) -> None:
    cast = desk.cast
    into = cast.open(cc=(REGIONAL_HEAD,))
    own = cast.open(sender=REGIONAL_HEAD)
    with pytest.raises(IllegalMove, match="nadie decide lo que pide"):
        desk.merge(own, into)


def test_nobody_decides_what_was_split_off_from_the_own_mail(desk: Desk) -> None:
    cast = desk.cast
    ticket = cast.open(cc=(REGIONAL_HEAD,))
    mail = cast.answer_to(
        cast.letters(ticket, to=REQUESTER)[-1],
        f"Además solicito lo mismo para mi proyecto. {REPORT_TEXT}",
        REGIONAL_HEAD,
        files=(desk.file("Memorandum 99.pdf"),),
    )
    cast.receive(mail)
    written = [m.direction == "inbound" and m.from_address == REGIONAL_HEAD.address for m in cast.messages(ticket)]
    made = desk.split(ticket, str(ticket.request_type), written.index(True))
    for step in cast.session.scalars(select(Step).where(Step.ticket_id == made.id, Step.kind == "approve")):
        assert not approvals.may_decide(cast.session, made, step, cast.person(REGIONAL_HEAD).id)


def test_a_party_to_the_request_does_not_answer_its_consultation(desk: Desk) -> None:
    cast = desk.cast
    luis, other = Named("Luis Colega", "luis@sigec-cl.example.org"), Named("Otra", "otra@sigec-cl.example.org")
    cast.person(other).is_staff = True
    for each in (luis, other):
        cast.do(accounts.join_team, cast.agent, "sigec-cl", each.address, "ugpip", None)
    ticket = cast.open(sender=luis)
    asked = cast.do(consultations.ask, cast.agent, ticket.id, None, Addressee(None, "ugpip", None), "¿Procede?", ())
    assert not consultations.may_answer(cast.session, asked, cast.person(luis).id)
    assert consultations.may_answer(cast.session, asked, cast.person(other).id)
