"""The Peruvian service centres for tests of events and goals: two centres, an organ, and a municipality that asks."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpdesk import clock
from helpdesk.domain.actors import Actor, operator
from helpdesk.domain.events import Plan
from helpdesk.models.audit import Event
from helpdesk.models.events import TrainingEvent
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import events as queries
from helpdesk.queries import viewers
from helpdesk.queries.viewers import Viewer
from helpdesk.services import accounts, events
from helpdesk.services.people import meet
from tests.cast import Cast, load
from tests.domain.shipped import shipped

KEY = "conectamef-pe"
LIMA = ZoneInfo("America/Lima")
NEXT_TUESDAY = datetime(2026, 4, 14, 10, 0, tzinfo=LIMA)


@dataclass
class Peru:
    """The centres of Piura and Cusco, the organ of the treasury, and a municipality that asks for a training."""

    cast: Cast
    institution: Institution
    agent: Actor
    cusco: Actor
    organ: Actor
    other_organ: Actor
    admin: Actor

    def asked(self, **more: Any) -> Ticket:
        """A municipality asks for a training by mail, and the centre of Piura gets it."""
        box = self.cast.mailbox("conectamef_piura", self.institution)
        text = "Solicito una capacitación. Tema: conciliación bancaria. Sistema administrativo: Tesorería."
        outcome = self.cast.receive(self.cast.incoming("Capacitación", text, mailbox=box, **more))
        ticket = self.cast.ticket(outcome.ticket_id or 0)
        assert ticket.request_type == "capacitacion"
        return ticket

    def plan(self, **more: Any) -> Plan:
        """Next Tuesday at ten, two hours, given by the agent."""
        planned = Plan(
            "Conciliación bancaria",
            "tesoro",
            "piura",
            NEXT_TUESDAY,
            NEXT_TUESDAY + timedelta(hours=2),
            "Auditorio",
            "tesoreria",
            self.agent.person_id,
        )
        return replace(planned, **more)

    def planned(self, ticket: Ticket | None = None, **more: Any) -> TrainingEvent:
        """An event, planned by the agent."""
        if ticket is None:
            return self.cast.do(events.plan, self.agent, "training", self.plan(**more))
        return self.cast.do(events.plan_for_ticket, self.agent, ticket.id, None, self.plan(**more))

    def begun(self, ticket: Ticket | None = None) -> TrainingEvent:
        """An event that the organ agreed to and that has begun."""
        event = self.planned(ticket)
        self.cast.do(events.agree, self.organ, event.id, None)
        self.cast.now = NEXT_TUESDAY
        return event

    def for_staff(self, **more: Any) -> TrainingEvent:
        """A training that the organ of the treasury gives to specialists."""
        return self.cast.do(
            events.plan, self.organ, "staff_training", self.plan(centre=None, specialist_id=None, **more)
        )

    def viewer(self, actor: Actor) -> Viewer:
        """Somebody as pages see them."""
        with clock.fixed(self.cast.now):
            who = viewers.viewer(self.cast.session, actor.person_id or 0)
        assert who is not None
        return who

    def list_of(self, event: TrainingEvent) -> dict[str, bool | None]:
        """Who is on the list, and whether they came."""
        return {row.name: row.attended for row in queries.attendances(self.cast.session, event)}

    def institution_events(self, kind: str) -> list[Event]:
        """The institution's own history."""
        found = select(Event).where(Event.institution_id == self.institution.id, Event.ticket_id.is_(None))
        return [each for each in self.cast.session.scalars(found.order_by(Event.id)) if each.kind == kind]


def peruvian(cast: Cast) -> Peru:
    """The Peruvian institution with its people, at ten on a Tuesday in Chile."""
    institution = load(cast.session, shipped(KEY))

    def somebody(name: str, address: str, *, centre: str | None = None) -> Actor:
        person = meet(cast.session, institution.id, name, address)
        person.name, person.is_staff = name, True
        cast.session.flush()
        if centre:
            cast.do(accounts.join_team, operator(), KEY, address, "centro", centre)
        return Actor("person", person.id, institution.id, name)

    admin = somebody("Ada", "ada@conectamef-pe.example.org")
    cast.session.get_one(Person, admin.person_id).is_admin = True
    return Peru(
        cast,
        institution,
        somebody("Elena Especialista", "elena@conectamef-pe.example.org", centre="piura"),
        somebody("César Cusco", "cesar@conectamef-pe.example.org", centre="cusco"),
        somebody("Rita Responsable", "responsable.tecnico.tesoro@conectamef-pe.example.org"),
        somebody("Dora Directora", "direccion.contabilidad@conectamef-pe.example.org"),
        admin,
    )
