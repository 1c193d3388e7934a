"""The tasks of every month: laid out, asked, called to mind, settled by what the holders send (R-130)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from helpdesk.domain.actors import machine
from helpdesk.domain.catalogue import PeriodicTaskSpec
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.audit import Event
from helpdesk.models.institutions import Institution
from helpdesk.models.outbox import Letter
from helpdesk.models.people import RoleHolding
from helpdesk.models.tasks import Task
from helpdesk.models.tickets import Ticket
from helpdesk.services import authority, catalogue, monthly, taskletters
from tests.cast import STRANGER, Cast, load
from tests.domain.shipped import shipped

LIMA = ZoneInfo("America/Lima")
PIURA = Named("Coordinadora Piura", "coordinador.piura@conectamef-pe.example.org")
CUSCO = Named("Coordinador Cusco", "coordinador.cusco@conectamef-pe.example.org")
TEXT = "Mes: mayo de 2026\n\nDestino: Boletín informativo mensual\n\nInformación relevante: Se capacitó a 40 personas."


@dataclass
class Office:
    """The Peruvian institution and its clock."""

    cast: Cast
    institution: Institution

    def at(self, month: int, day: int, hour: int = 9) -> "Office":
        """It is that hour in Lima."""
        self.cast.now = datetime(2026, month, day, hour, tzinfo=LIMA)
        return self

    def turn(self) -> None:
        """The desk's clock looks once."""
        actor, key = machine(self.institution.id), self.institution.id
        self.cast.do(monthly.lay_out, actor, key)
        self.cast.do(monthly.settle, actor, key)
        for task_id in self.cast.do(taskletters.to_write, key):
            self.cast.do(taskletters.write_about, actor, task_id)

    def tasks(self, key: str = "boletin_mensual") -> list[Task]:
        """What was laid out, by place."""
        query = select(Task).where(Task.institution_id == self.institution.id, Task.key == key)
        return list(self.cast.session.scalars(query.order_by(Task.period, Task.scope.desc())))

    def task(self, scope: str, key: str = "boletin_mensual") -> Task:
        """The task of a centre."""
        (found,) = (each for each in self.tasks(key) if each.scope == scope)
        return found

    def letters(self, to: Named | None = None) -> list[Letter]:
        """What was written about tasks, oldest first."""
        found = self.cast.session.scalars(select(Letter).where(Letter.letter == "tarea").order_by(Letter.id))
        return [each for each in found if to is None or each.recipient == to.address]

    def send(self, sender: Named = PIURA, text: str = TEXT) -> Ticket:
        """Somebody sends information by mail."""
        box = self.cast.mailbox("comunicaciones", self.institution)
        outcome = self.cast.receive(self.cast.incoming("Información para el boletín", text, sender, mailbox=box))
        return self.cast.ticket(outcome.ticket_id or 0)

    def events(self, kind: str) -> list[Event]:
        """What the institution's history tells of that kind."""
        query = select(Event).where(Event.institution_id == self.institution.id, Event.kind == kind)
        return list(self.cast.session.scalars(query.order_by(Event.id)))


@pytest.fixture
def office(cast: Cast) -> Office:
    """Monday 4 May 2026 in Lima."""
    cast.now = datetime(2026, 5, 4, 9, tzinfo=LIMA)
    return Office(cast, cast.do(load, shipped("conectamef-pe")))


def changed(office: Office, key: str, **values: object) -> None:
    """The institution publishes its catalogue with another periodic task."""
    content = shipped("conectamef-pe")

    def edited(task: PeriodicTaskSpec) -> PeriodicTaskSpec:
        return replace(task, **values) if task.key == key else task  # type: ignore[arg-type]  # fields of the task

    tasks = tuple(edited(task) for task in content.periodic_tasks)
    office.cast.do(catalogue.load, machine(None), replace(content, periodic_tasks=tasks))


def test_each_coordinator_gets_a_task_for_the_month(office: Office) -> None:
    office.turn()
    assert [(task.role, task.scope, task.period, task.state) for task in office.tasks()] == [
        ("coordinador_centro", "piura", date(2026, 5, 1), "open"),
        ("coordinador_centro", "cusco", date(2026, 5, 1), "open"),
    ]
    assert [task.due_on for task in office.tasks()] == [date(2026, 5, 29)] * 2
    assert len(office.tasks("conformidad_mensual")) == 2
    assert office.tasks("encuesta_percepcion") == []


def test_laying_out_twice_does_nothing_and_the_next_month_brings_new_ones(office: Office) -> None:
    office.turn()
    office.turn()
    assert len(office.tasks()) == 2
    assert len(office.events("tasks_laid_out")) == 1
    office.at(6, 1).turn()
    assert [task.period for task in office.tasks()] == [date(2026, 5, 1)] * 2 + [date(2026, 6, 1)] * 2


def test_the_month_begins_with_the_day_of_the_institution(office: Office) -> None:
    office.at(5, 31, 23).turn()
    assert office.tasks() == []
    office.at(6, 1, 0).turn()
    assert {task.period for task in office.tasks()} == {date(2026, 6, 1)}


def test_nothing_is_laid_out_that_would_be_overdue_at_once(office: Office) -> None:
    office.at(5, 30).turn()
    assert office.tasks() == []


def test_another_institution_has_none_of_it(office: Office) -> None:
    office.turn()
    assert office.cast.do(monthly.lay_out, machine(office.cast.sigec.id), office.cast.sigec.id) == 0
    rows = office.cast.session.scalars(select(Task.institution_id)).all()
    assert set(rows) == {office.institution.id}


def test_the_day_on_which_it_is_due_may_be_chosen(office: Office) -> None:
    changed(office, "boletin_mensual", due_day=16)
    office.turn()
    assert {task.due_on for task in office.tasks()} == {date(2026, 5, 15)}


def test_a_task_without_inputs_is_asked_of_its_owner(office: Office) -> None:
    changed(office, "boletin_mensual", inputs_from=())
    office.turn()
    assert [(task.role, task.scope) for task in office.tasks()] == [("oficina_comunicaciones", None)]


def test_the_holder_is_asked_once_by_a_letter_that_a_reply_can_answer(office: Office) -> None:
    office.turn()
    office.turn()
    letters = [letter for letter in office.letters(PIURA) if "Boletín" in letter.subject]
    assert [letter.subject for letter in letters] == ["[CMEF] Boletín informativo mensual, mayo de 2026"]
    (letter,) = letters
    assert "Se le pide enviar la información del mes de mayo de 2026." in letter.text
    assert "Mes: mayo de 2026" in letter.text and "Destino: Boletín informativo mensual" in letter.text
    assert "29/05/2026" in letter.text
    assert (letter.ticket_id, letter.automatic) == (None, True)
    assert letter.sender == "comunicaciones@conectamef-pe.example.org"


def test_a_substitute_is_asked_in_the_holders_place(office: Office) -> None:
    cast, other = office.cast, Named("Reemplazo", "reemplazo@conectamef-pe.example.org")
    cast.person(other, office.institution)
    key, pair = office.institution.key, ("coordinador_centro", "piura")
    until = date(2026, 5, 31)
    cast.do(authority.absent, machine(None), key, PIURA.address, date(2026, 5, 1), until, "", other.address)
    office.turn()
    assert office.letters(PIURA) == []
    assert [letter for letter in office.letters(other) if "Boletín" in letter.subject]
    assert office.task(pair[1]).asked_at is not None


def test_whoever_gets_the_function_later_is_asked_then(office: Office) -> None:
    session = office.cast.session
    for row in session.scalars(select(RoleHolding).where(RoleHolding.role == "coordinador_centro")):
        row.until = date(2026, 4, 30)
    session.flush()
    office.turn()
    assert office.letters() == [] and office.task("piura").asked_at is None
    new = Named("Nueva Coordinadora", "nueva@conectamef-pe.example.org")
    office.cast.do(
        authority.grant, machine(None), office.institution.key, new.address, "coordinador_centro", "piura", None
    )
    office.turn()
    assert office.letters(new)


def test_nobody_is_written_to_at_an_address_that_bounced(office: Office) -> None:
    office.cast.person(PIURA, office.institution).undeliverable_since = office.cast.now
    office.turn()
    assert office.letters(PIURA) == [] and office.task("piura").asked_at is None
    assert office.letters(CUSCO)


def test_what_is_open_is_called_to_mind_once_before_it_is_due(office: Office) -> None:
    office.turn()
    before = len(office.letters(PIURA))
    office.at(5, 25).turn()
    assert len(office.letters(PIURA)) == before
    office.at(5, 26).turn()
    office.at(5, 27).turn()
    reminders = [letter for letter in office.letters(PIURA) if "Recordatorio" in letter.subject]
    assert len([letter for letter in reminders if "Boletín" in letter.subject]) == 1


def test_nobody_is_reminded_on_the_day_of_the_asking_nor_after_the_due_day(office: Office) -> None:
    office.at(5, 29).turn()
    office.turn()
    office.at(6, 1).turn()
    assert not [letter for letter in office.letters() if "Recordatorio" in letter.subject]


def test_a_request_of_the_coordinator_settles_the_task_and_no_other(office: Office) -> None:
    office.turn()
    ticket = office.send()
    assert ticket.request_type == "insumo_boletin"
    office.turn()
    task = office.task("piura")
    assert (task.state, task.ticket_id) == ("done", ticket.id)
    assert office.task("cusco").state == "open"
    assert office.task("piura", "conformidad_mensual").state == "open"
    assert [event.data["number"] for event in office.events("task_answered")] == [ticket.number]


def test_a_reply_to_the_letter_is_the_request_that_answers_it(office: Office) -> None:
    office.turn()
    (letter,) = [each for each in office.letters(PIURA) if "Boletín" in each.subject]
    text = TEXT + "\n\nEl 4 de mayo, Oficina de Comunicaciones escribió:\n> " + letter.text.replace("\n", "\n> ")
    incoming = office.cast.incoming(
        f"RE: {letter.subject}",
        text,
        PIURA,
        mailbox=office.cast.mailbox("comunicaciones", office.institution),
        new_text=TEXT,
        in_reply_to=letter.rfc_message_id,
        references=(letter.rfc_message_id,),
    )
    ticket = office.cast.ticket(office.cast.receive(incoming).ticket_id or 0)
    assert (ticket.request_type, ticket.centre) == ("insumo_boletin", "piura")
    assert ticket.fields["contenido"].startswith("Se capacitó a 40 personas")
    office.turn()
    assert office.task("piura").ticket_id == ticket.id


def test_a_task_outlives_the_function_and_the_entry_that_it_came_from(office: Office) -> None:
    office.turn()
    content = shipped("conectamef-pe")
    kept = tuple(task for task in content.periodic_tasks if task.key != "conformidad_mensual")
    office.cast.do(catalogue.load, machine(None), replace(content, periodic_tasks=kept))
    for task in office.tasks("conformidad_mensual"):
        task.role = "funcion_de_antes"
    office.cast.session.flush()
    office.at(5, 27).turn()
    assert {task.state for task in office.tasks("conformidad_mensual")} == {"open"}


def test_who_has_sent_is_not_reminded(office: Office) -> None:
    office.turn()
    office.send()
    office.at(5, 27).turn()
    reminders = [letter for letter in office.letters() if "Recordatorio: Boletín" in letter.subject]
    assert [letter.recipient for letter in reminders] == [CUSCO.address]


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("Boletín informativo mensual", "Página web"),
        TEXT.replace("mayo", "abril"),
    ],
)
def test_information_for_another_purpose_or_month_settles_nothing(office: Office, text: str) -> None:
    office.turn()
    office.send(text=text)
    office.turn()
    assert office.task("piura").state == "open"


def test_what_a_stranger_sends_settles_nothing(office: Office) -> None:
    office.turn()
    ticket = office.send(STRANGER, TEXT + "\n\nCONECTAMEF: Piura")
    ticket.request_type, ticket.centre = "insumo_boletin", "piura"
    office.cast.session.flush()
    office.turn()
    assert office.task("piura").state == "open"


def test_what_names_no_month_is_for_the_month_in_which_it_was_sent(office: Office) -> None:
    office.turn()
    ticket = office.send()
    ticket.fields = {**ticket.fields, "periodo": "el que corre"}
    office.cast.session.flush()
    office.turn()
    assert office.task("piura").ticket_id == ticket.id


def test_a_request_that_was_refused_opens_the_task_again_and_the_next_one_settles_it(office: Office) -> None:
    office.turn()
    ticket = office.send()
    office.turn()
    ticket.status, ticket.closed_at = "rejected", office.cast.now
    office.cast.session.flush()
    office.turn()
    assert (office.task("piura").state, office.task("piura").ticket_id) == ("open", None)
    second = office.send()
    office.turn()
    assert office.task("piura").ticket_id == second.id


def test_a_settled_task_stays_settled_when_the_holder_leaves(office: Office) -> None:
    office.turn()
    ticket = office.send()
    office.turn()
    office.at(5, 20)
    office.cast.do(
        authority.depart, machine(None), office.institution.key, PIURA.address, date(2026, 5, 20), "Renunció"
    )
    office.at(5, 25).turn()
    assert office.task("piura").ticket_id == ticket.id


def test_requests_of_which_several_make_the_month_do_not_settle_it(office: Office) -> None:
    office.turn()
    ticket = office.send()
    ticket.request_type = "conformidad_servicio"
    office.cast.session.flush()
    office.turn()
    assert office.task("piura", "conformidad_mensual").state == "open"
