"""No closing while a step before it is open (R-091); no answer at all without its authorisation (R-045, R-125)."""

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import routes as rules
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import RequestType
from helpdesk.domain.closing import Delivery
from helpdesk.domain.desk import DeskSettings
from helpdesk.domain.errors import IllegalMove, Invalid
from helpdesk.domain.papers import NOTHING_SAID, Review
from helpdesk.models.institutions import Institution, Mailbox
from helpdesk.models.messages import Message
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.services import documents, merging, routes, splitting, tickets, writing
from helpdesk.services.people import meet
from tests.cast import TUESDAY, load
from tests.domain.shipped import shipped

INSTITUTIONS = ("sigec-cl", "mef-ec", "seps-ec", "conectamef-pe")
TYPES = [(key, each.key) for key in INSTITUTIONS for each in shipped(key).request_types]
ENDING = ("notify", "close", "survey")
ON_PAPER = Review(reason="Están en papel.")
ANSWER = "Aquí tiene la respuesta."


@dataclass
class Case:
    """A ticket of one type, with its agent."""

    session: Session
    ticket: Ticket
    agent: Actor
    spec: RequestType

    def at(self, key: str) -> None:
        """The route has come to that step: all before are done."""
        rows = routes.present(self.session, self.ticket)
        for row in rows.values():
            row.state = "to_come"
        self.session.flush()
        for row in rows.values():
            if row.position < rows[key].position:
                row.state, row.decided_at = "done", TUESDAY
        rows[key].state = "active"
        self.session.flush()

    def reply(self, close: bool, review: Review = ON_PAPER) -> None:
        """The agent answers the requester."""
        with clock.fixed(TUESDAY):
            writing.reply(self.session, self.agent, self.ticket.id, None, ANSWER, close=close, review=review)


def ticket_of(
    session: Session, institution_id: int, requester_id: int, spec: RequestType, number: int, request_type: str | None
) -> Ticket:
    """A ticket that came by mail, without its route."""
    box = session.query(Mailbox.id).filter_by(institution_id=institution_id).order_by(Mailbox.id).limit(1).scalar()
    return Ticket(
        institution_id=institution_id,
        number=number,
        catalogue_version_id=session.get_one(Institution, institution_id).catalogue_version_id or 0,
        request_type=request_type,
        candidates=[],
        status="new",
        channel="email",
        subject="Mi solicitud",
        mailbox_id=box,
        requester_id=requester_id,
        team=spec.responsible_team,
        fields={},
        received_at=TUESDAY,
        filed_at=TUESDAY,
        updated_at=TUESDAY,
    )


def case(session: Session, institution: str, request_type: str | None, candidates: tuple[str, ...] = ()) -> Case:
    """A ticket of that type of a shipped catalogue; nothing of its route is done."""
    session.info["desk"] = DeskSettings(b"c" * 32, "http://desk.test", None)
    with clock.fixed(TUESDAY):
        owner: Institution = load(session, shipped(institution))
        requester = meet(session, owner.id, "Ana", "ana@entidad.example.com")
        agent = meet(session, owner.id, "Luis", "luis@institucion.example.org")
    catalogue = shipped(institution)
    spec = catalogue.request_type(request_type or catalogue.request_types[0].key)
    ticket = ticket_of(session, owner.id, requester.id, spec, 1, request_type)
    ticket.candidates = list(candidates)
    session.add(ticket)
    session.flush()
    if request_type is not None:
        session.add_all(
            Step(ticket_id=ticket.id, position=place, key=each.key, kind=each.kind, name=each.name, state="to_come",
                 team=each.actor.team, role=each.actor.role)
            for place, each in enumerate(rules.walked(spec))
        )  # fmt: skip
        session.flush()
    return Case(session, ticket, Actor("person", agent.id, owner.id, "Luis"), spec)


def test_these_are_all_the_types() -> None:
    assert len(TYPES) == 37


@pytest.mark.parametrize(("institution", "request_type"), TYPES)
def test_no_type_is_closed_while_a_step_before_its_closing_is_open(
    session: Session, institution: str, request_type: str
) -> None:
    found = case(session, institution, request_type)
    steps = [step for step in rules.walked(found.spec) if step.kind not in ENDING]
    assert any(step.kind in ("execute", "approve") for step in steps)
    for step in steps:
        found.at(step.key)
        with pytest.raises(IllegalMove, match="falta"):
            found.reply(close=True)
        with pytest.raises(IllegalMove, match="falta"), clock.fixed(TUESDAY):
            tickets.close(session, found.agent, found.ticket.id, None, "Por teléfono.", Delivery("phone"))
    found.at(next(step.key for step in rules.walked(found.spec) if step.kind == "close"))
    found.reply(close=True)
    assert found.ticket.status == "closed"


def test_a_type_without_work_is_not_answered_for_good_without_its_documents(session: Session) -> None:
    found = case(session, "conectamef-pe", "conformidad_servicio")
    assert not any(step.kind == "execute" for step in rules.walked(found.spec))
    found.at("cerrar")
    with pytest.raises(Invalid, match="no ha llegado"):
        found.reply(close=True, review=NOTHING_SAID)
    assert found.ticket.closed_at is None
    found.reply(close=True)
    assert found.ticket.status == "closed"


def test_information_is_not_delivered_before_the_authority_approves(session: Session) -> None:
    found = case(session, "mef-ec", "solicitud_informacion")
    found.at("aprobar_respuesta")
    with pytest.raises(IllegalMove):
        found.reply(close=True)
    found.at("entregar")
    found.reply(close=True)
    assert found.ticket.status == "closed"


@pytest.mark.parametrize("close", [True, False])
def test_no_answer_goes_to_a_journalist_before_the_authorisation(session: Session, close: bool) -> None:
    found = case(session, "conectamef-pe", "pedido_medios")
    for key in ("registrar", "autorizar_difusion"):
        found.at(key)
        with pytest.raises(IllegalMove, match="Autorización previa"):
            found.reply(close=close)
    found.at("responder_cerrar")
    found.reply(close=close)


def test_a_return_with_words_is_an_answer_too(session: Session) -> None:
    found = case(session, "conectamef-pe", "pedido_medios")
    found.at("registrar")
    with pytest.raises(IllegalMove, match="Autorización previa"), clock.fixed(TUESDAY):
        documents.return_incomplete(session, found.agent, found.ticket.id, None, (), "Le adelanto que sí.")


def test_what_may_be_a_journalists_request_is_sorted_before_it_is_answered(session: Session) -> None:
    found = case(session, "conectamef-pe", None, ("consulta", "pedido_medios"))
    with pytest.raises(IllegalMove, match="clasifíquelo"):
        found.reply(close=False)


def test_other_types_are_answered_while_they_are_worked_on(session: Session) -> None:
    found = case(session, "mef-ec", "solicitud_informacion")
    found.at("aprobar_respuesta")
    found.reply(close=False)
    assert found.ticket.first_answer_at == TUESDAY


@pytest.mark.parametrize("key", ["registrar", "autorizar_difusion"])
def test_a_journalists_request_is_not_answered_under_another_name(session: Session, key: str) -> None:
    found = case(session, "conectamef-pe", "pedido_medios")
    found.at(key)
    with pytest.raises(IllegalMove, match="Oficina de Comunicaciones"), clock.fixed(TUESDAY):
        tickets.classify(session, found.agent, found.ticket.id, None, "consulta")
    assert found.ticket.request_type == "pedido_medios"
    with pytest.raises(IllegalMove, match="Autorización previa"):
        found.reply(close=False)


def test_who_authorises_may_say_that_it_is_no_journalists_request(session: Session) -> None:
    found = case(session, "conectamef-pe", "pedido_medios")
    found.at("registrar")
    office = "autorizaciones.comunicaciones@conectamef-pe.example.org"
    with clock.fixed(TUESDAY):
        person = meet(session, found.ticket.institution_id, "Olga Difusión", office)
        by = Actor("person", person.id, found.ticket.institution_id, person.name)
        tickets.classify(session, by, found.ticket.id, None, "consulta")
    found.reply(close=False)
    assert found.ticket.first_answer_at == TUESDAY


def test_what_becomes_a_journalists_request_waits_for_the_authorisation(session: Session) -> None:
    found = case(session, "conectamef-pe", "consulta")
    found.at("absolver")
    found.reply(close=False)
    with clock.fixed(TUESDAY):
        tickets.classify(session, found.agent, found.ticket.id, None, "pedido_medios")
    with pytest.raises(IllegalMove, match="Autorización previa"):
        found.reply(close=False)


def test_a_journalists_request_does_not_go_on_in_a_ticket_that_may_be_answered(session: Session) -> None:
    found = case(session, "conectamef-pe", "pedido_medios")
    found.at("registrar")
    other = ticket_of(session, found.ticket.institution_id, found.ticket.requester_id, found.spec, 2, "consulta")
    session.add(other)
    person = session.get_one(Person, found.agent.person_id)
    person.is_staff = person.is_admin = True
    session.flush()
    with pytest.raises(IllegalMove, match="Oficina de Comunicaciones"), clock.fixed(TUESDAY):
        merging.merge(session, found.agent, found.ticket.id, None, 2)
    assert found.ticket.merged_into_id is None


def test_no_part_of_a_journalists_request_is_answered_apart(session: Session) -> None:
    found = case(session, "conectamef-pe", "pedido_medios")
    found.at("registrar")
    message = Message(
        ticket_id=found.ticket.id, direction="inbound", kind="letter", author_id=found.ticket.requester_id,
        from_name="Ana", from_address="ana@entidad.example.com", subject="Dos cosas", text="Dos cosas.",
        new_text="Dos cosas.", trust="T2", at=TUESDAY,
    )  # fmt: skip
    session.add(message)
    session.flush()
    with pytest.raises(IllegalMove, match="Oficina de Comunicaciones"), clock.fixed(TUESDAY):
        splitting.split(session, found.agent, found.ticket.id, None, message.id, (), "consulta")
