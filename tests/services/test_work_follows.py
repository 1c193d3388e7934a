"""Work follows the function it waits for: another place, another holder, or nobody yet (R-071, R-072)."""

from datetime import date

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.domain.actors import machine, operator
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.messages import Attachment
from helpdesk.models.people import Person, TeamMember
from helpdesk.models.tickets import Ticket
from helpdesk.queries.consultations import Addressee
from helpdesk.services import approvals_moved, authority, consultations, tickets
from tests.cast import REGIONAL_HEAD, Cast, file

CLERK = Named("M", "m@muni.example.cl")
BIOBIO, VALPARAISO = "sigec.biobio@sigec-cl.example.org", "sigec.valparaiso@sigec-cl.example.org"
HEAD_OF_VALPARAISO = Named("", "jefe.administrativo.valparaiso@sigec-cl.example.org")
NEW_HEAD = Named("Nueva Jefa", "nueva.jefa@sigec-cl.example.org")
FORM = file("formulario claves.pdf")
LACKING = "Falta la región para saber a quién pasa"


def asks_for_keys(cast: Cast, place: str = ", Región del Biobío", **more: object) -> Ticket:
    """A municipality asks for the keys of a user, which the officer of its region makes."""
    text = (
        "Solicito clave de ejecutor para Paola Rivas Tapia, RUT 14.567.890-0, privas@muni.example.cl, "
        f"Municipalidad de Penco{place}. Adjunto formulario."
    )
    outcome = cast.receive(cast.incoming("usuario ejecutor", text, CLERK, **{"files": (FORM,), **more}))  # type: ignore[arg-type]  # of the cast
    assert outcome.ticket_id is not None
    return cast.ticket(outcome.ticket_id)


def held_by(cast: Cast, ticket: Ticket) -> str | None:
    """The address of whoever has the ticket."""
    person = cast.session.get(Person, ticket.assignee_id or 0)
    return person.address if person is not None else None


def told(cast: Cast, ticket: Ticket, letter: str = "derivado") -> list[str]:
    """Who was written to, oldest first."""
    return [each.recipient for each in cast.letters(ticket, letter)]


def corrected(cast: Cast, ticket: Ticket, region: str) -> None:
    """An agent corrects the region."""
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"region": region})


def look(cast: Cast) -> None:
    """The desk's own clock looks at what waits."""
    with clock.fixed(cast.now):
        for function in approvals_moved.turned(cast.session, cast.now):
            for ticket_id in approvals_moved.astray(cast.session, function):
                approvals_moved.move(cast.session, machine(function.institution_id), ticket_id)


def test_an_approval_goes_to_the_officer_of_the_corrected_region_alone(cast: Cast) -> None:
    ticket = cast.open()
    old = cast.answer_to(cast.letter(ticket, "aprobacion"), "Apruebo.", REGIONAL_HEAD)
    corrected(cast, ticket, "CL-VS")
    assert (cast.step(ticket).scope, told(cast, ticket, "aprobacion")[-1]) == ("CL-VS", HEAD_OF_VALPARAISO.address)
    assert cast.receive(old).action == "append"
    assert cast.step(ticket).key == "validar_jar"
    assert cast.answers(ticket, HEAD_OF_VALPARAISO, "Apruebo.").action == "approve"


def test_work_and_its_queue_go_to_the_corrected_region(cast: Cast) -> None:
    ticket = asks_for_keys(cast)
    corrected(cast, ticket, "CL-VS")
    assert (held_by(cast, ticket), ticket.team_scope) == (VALPARAISO, "CL-VS")
    assert told(cast, ticket) == [BIOBIO, VALPARAISO]


def test_a_returned_request_goes_to_the_corrected_region_and_nobody_is_told_twice(cast: Cast) -> None:
    ticket = asks_for_keys(cast, files=())
    assert (ticket.status, held_by(cast, ticket)) == ("waiting_requester", BIOBIO)
    corrected(cast, ticket, "CL-VS")
    assert (held_by(cast, ticket), ticket.team_scope) == (VALPARAISO, "CL-VS")
    cast.receive(cast.answer_to(cast.letter(ticket, "incompleto"), "Adjunto.", CLERK, files=(FORM,)))
    assert (cast.step(ticket).key, held_by(cast, ticket)) == ("crear_claves", VALPARAISO)
    assert told(cast, ticket) == [BIOBIO, VALPARAISO]


def test_a_returned_request_of_a_region_without_officer_waits_in_the_queue_of_that_region(cast: Cast) -> None:
    ticket = asks_for_keys(cast, files=())
    corrected(cast, ticket, "CL-AR")
    assert (held_by(cast, ticket), ticket.team_scope, ticket.status) == (None, "CL-AR", "waiting_requester")


def test_a_returned_request_that_a_colleague_was_given_stays_there(cast: Cast) -> None:
    ticket = asks_for_keys(cast, files=())
    cast.do(tickets.assign, cast.agent, ticket.id, None, cast.colleague.person_id)
    corrected(cast, ticket, "CL-VS")
    assert held_by(cast, ticket) == "luis@sigec-cl.example.org"


def test_a_missing_region_is_recorded_and_told_once_however_often_it_is_tried(cast: Cast) -> None:
    who = {"institution_id": cast.sigec.id, "person_id": cast.agent.person_id, "team": "equipo_regional"}
    cast.session.add(TeamMember(**who))
    ticket = asks_for_keys(cast, place="")
    assert (ticket.blocked_by or "").startswith(LACKING)
    for number in range(3):
        cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"usuario_cargo": f"Analista {number}"})
        cast.later(days=1)
        look(cast)
    assert len(cast.events(ticket, "nobody_holds")) == 1
    assert told(cast, ticket, "aviso_interno") == ["ana@sigec-cl.example.org"]
    assert LACKING in " ".join(cast.letter(ticket, "aviso_interno").text.replace("> ", "").split())


def test_after_the_region_is_known_the_desk_is_told_once_that_nobody_acts_there(cast: Cast) -> None:
    ticket = asks_for_keys(cast, place="")
    corrected(cast, ticket, "CL-AR")
    corrected(cast, ticket, "CL-AR")
    whys = [event.data["why"] for event in cast.events(ticket, "desk_told")]
    assert [why.split(" para ")[0].split(":")[0] for why in whys] == [
        "Falta la región",
        "Nadie que pueda actuar ejerce «Encargado Regional» en La Araucanía",
    ]
    cast.do(authority.grant, operator(), "sigec-cl", "sur@sigec-cl.example.org", "encargado_regional", "CL-AR")
    assert held_by(cast, ticket) == "sur@sigec-cl.example.org"


@pytest.mark.parametrize("region", ["CL-AR", None])
def test_an_approval_that_nobody_can_be_asked_is_recorded_and_told_once(cast: Cast, region: str | None) -> None:
    ticket = cast.open()
    for reason in ("Otro motivo.", "Un motivo más.", "Y otro."):
        cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"region": region, "motivo": reason})
        look(cast)
    assert ticket.blocked_by is not None
    assert (len(cast.events(ticket, "blocked")), len(cast.events(ticket, "desk_told"))) == (1, 1)


def test_a_question_to_a_function_goes_to_its_new_holder_when_the_old_one_left(cast: Cast) -> None:
    ticket = cast.open()
    attached = cast.messages(ticket)[0]
    head = Addressee("jefe_administrativo_regional", None, "CL-BI")
    asked = cast.do(
        consultations.ask, cast.agent, ticket.id, None, head, "¿Corresponde?", (files_of(cast, attached.id))
    )
    cast.do(authority.depart, operator(), "sigec-cl", REGIONAL_HEAD.address, date(2026, 4, 7))
    assert told(cast, asked, "consulta") == [REGIONAL_HEAD.address]
    cast.later(days=1)
    role = ("sigec-cl", NEW_HEAD.address, "jefe_administrativo_regional", "CL-BI")
    cast.do(authority.grant, operator(), *role)
    look(cast)
    look(cast)
    assert told(cast, asked, "consulta") == [REGIONAL_HEAD.address, NEW_HEAD.address]
    letter = cast.letter(asked, "consulta", NEW_HEAD)
    assert "¿Corresponde?" in letter.text and [each["filename"] for each in letter.files] == ["Memorandum 12.pdf"]
    assert held_by(cast, asked) == NEW_HEAD.address
    cast.receive(cast.answer_to(letter, "Sí corresponde, según el manual.", NEW_HEAD))
    assert asked.status == "closed"


def files_of(cast: Cast, message_id: int) -> tuple[int, ...]:
    """The files of a message."""
    return tuple(cast.session.scalars(select(Attachment.id).where(Attachment.message_id == message_id)))
