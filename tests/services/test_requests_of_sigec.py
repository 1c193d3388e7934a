"""Requests of the agreements system from the mail that asks to the letter that ends them: who is asked in which order,
who executes, who is told (R-084 to R-096)."""

import pytest

from helpdesk.domain.errors import IllegalMove, Invalid
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.tickets import Ticket
from helpdesk.services import conversation, tickets
from helpdesk.services.opening_by_hand import ByHand, open_by_hand
from tests.cast import NATIONAL_OFFICER, REGIONAL_HEAD, REPORT_TEXT, REQUESTER, SUPERVISOR, Cast, file
from tests.domain.shipped import shipped

DAF = Named("Jefatura DAF", "daf@sigec-cl.example.org")
FINANCE = Named("Finanzas UGI", "finanzas.ugi@sigec-cl.example.org")
NATIONAL = REPORT_TEXT.replace("convenio estándar", "convenio nacional")
PROJECT = (
    "del proyecto 25-000200-00010, convocatoria Familias Ejemplo 2025, ejecutor Municipalidad de Ejemplo, Región del "
    "Biobío, Programa Familias: dice 09-04-2026, debe decir 31-03-2026. Motivo: cierre de mes."
)
ALLOCATION = ("Cambio de fecha de asignación presupuestaria", f"Solicito cambiar la fecha de la asignación {PROJECT}")
MODIFICATION = (
    "Cambio de fecha de modificación presupuestaria",
    f"Solicito cambiar la fecha de la modificación presupuestaria N° 3 {PROJECT}",
)
TECHNICAL = (
    "Desaprobación de informe técnico",
    "Solicito desaprobar el informe técnico de avance 2 del proyecto 25-000200-00010, convocatoria Familias Ejemplo "
    "2025, ejecutor Municipalidad de Ejemplo, Región del Biobío, Programa Familias. Motivo: faltan anexos.",
)


def mailed(cast: Cast, asked: tuple[str, str], by: Named, request_type: str, *, memo: bool = False) -> Ticket:
    """The request comes by mail and is recognised."""
    ticket = cast.ticket(cast.receive(cast.incoming(*asked, by, files=(file(),) if memo else ())).ticket_id or 0)
    assert ticket.request_type == request_type
    return ticket


def asked_of(cast: Cast, ticket: Ticket) -> list[str]:
    """Whom a decision was asked of, in the order of the letters."""
    return [letter.recipient for letter in cast.letters(ticket, "aprobacion")]


def executes(cast: Cast, ticket: Ticket) -> str | None:
    """The team that does what was approved."""
    row = cast.step(ticket)
    assert row.kind == "execute"
    return row.team


def test_a_national_agreement_is_validated_by_the_national_officer_and_then_by_finance(cast: Cast) -> None:
    """The regional head takes no part, though the ticket has a region that has one (R-087)."""
    asked = ("Desaprobación de rendición, convenio nacional", NATIONAL)
    ticket = mailed(cast, asked, REQUESTER, "desaprobacion_rendicion_nacional", memo=True)
    assert ticket.region == "CL-BI"
    assert asked_of(cast, ticket) == [NATIONAL_OFFICER.address]
    assert cast.approve(ticket, NATIONAL_OFFICER) == "approve"
    assert asked_of(cast, ticket) == [NATIONAL_OFFICER.address, DAF.address]
    assert cast.approve(ticket, DAF) == "approve"
    assert executes(cast, ticket) == "equipo_sigec"
    assert cast.letters(ticket, to=REGIONAL_HEAD) == []


@pytest.mark.parametrize("by", [NATIONAL_OFFICER, DAF])
def test_a_national_agreement_that_one_of_them_rejects_is_not_executed(cast: Cast, by: Named) -> None:
    asked = ("Desaprobación de rendición, convenio nacional", NATIONAL)
    ticket = mailed(cast, asked, REQUESTER, "desaprobacion_rendicion_nacional", memo=True)
    if by is DAF:
        cast.approve(ticket, NATIONAL_OFFICER)
    assert cast.answers(ticket, by, "Rechazo: el monto no corresponde.").action == "reject"
    assert (ticket.status, cast.steps(ticket)["desaprobar"]) == ("rejected", "stopped")


def test_an_allocation_asked_by_finance_is_validated_and_then_made_by_ti(cast: Cast) -> None:
    ticket = mailed(cast, ALLOCATION, FINANCE, "cambio_fecha_asignacion")
    assert asked_of(cast, ticket) == [NATIONAL_OFFICER.address]
    cast.approve(ticket, NATIONAL_OFFICER)
    assert cast.steps(ticket)["derivar_ti"] == "done"
    assert executes(cast, ticket) == "ti_ses"
    with pytest.raises(IllegalMove, match="falta"):
        cast.do(conversation.reply, cast.agent, ticket.id, None, "Cambiado.", close=True)
    cast.do(tickets.complete_step, cast.agent, ticket.id, None)
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Cambiado.", close=True)
    assert ticket.status == "closed"


@pytest.mark.parametrize("by", [REQUESTER, SUPERVISOR, NATIONAL_OFFICER])
def test_an_allocation_asked_by_anyone_else_is_returned_saying_who_may_ask(cast: Cast, by: Named) -> None:
    ticket = mailed(cast, ALLOCATION, by, "cambio_fecha_asignacion")
    assert ticket.status == "waiting_requester"
    (letter,) = cast.letters(ticket, "incompleto")
    assert letter.recipient == by.address
    assert "solo puede pedirla" in letter.text
    assert shipped("sigec-cl").role("encargado_financiero_ugi").name in " ".join(letter.text.split())
    assert asked_of(cast, ticket) == []
    assert cast.steps(ticket)["cambiar_fecha"] == "to_come"


def test_a_modification_that_its_officer_sends_needs_no_confirmation(cast: Cast) -> None:
    ticket = mailed(cast, MODIFICATION, NATIONAL_OFFICER, "cambio_fecha_modificacion", memo=True)
    assert asked_of(cast, ticket) == []
    assert cast.steps(ticket)["validar_emisor"] == "skipped"
    assert executes(cast, ticket) == "ti_ses"


def test_a_modification_that_somebody_else_sends_waits_for_its_officer(cast: Cast) -> None:
    ticket = mailed(cast, MODIFICATION, REQUESTER, "cambio_fecha_modificacion", memo=True)
    assert (ticket.status, asked_of(cast, ticket)) == ("waiting_approval", [NATIONAL_OFFICER.address])
    with pytest.raises(IllegalMove):
        cast.do(tickets.complete_step, cast.agent, ticket.id, None)
    assert cast.approve(ticket, NATIONAL_OFFICER) == "approve"
    assert executes(cast, ticket) == "ti_ses"


def test_a_technical_report_is_authorised_by_its_officer_and_then_executed(cast: Cast) -> None:
    ticket = mailed(cast, TECHNICAL, SUPERVISOR, "desaprobacion_informe_tecnico")
    assert asked_of(cast, ticket) == [NATIONAL_OFFICER.address]
    with pytest.raises(IllegalMove):
        cast.do(tickets.complete_step, cast.agent, ticket.id, None)
    cast.approve(ticket, NATIONAL_OFFICER)
    assert executes(cast, ticket) == "equipo_sigec"


def test_a_technical_report_that_is_not_authorised_is_not_executed(cast: Cast) -> None:
    ticket = mailed(cast, TECHNICAL, SUPERVISOR, "desaprobacion_informe_tecnico")
    cast.answers(ticket, NATIONAL_OFFICER, "No autorizo: el informe corresponde.")
    assert (ticket.status, cast.steps(ticket)["desaprobar"]) == ("rejected", "stopped")


def organisation(**fields: str) -> ByHand:
    """The supervisor asks by telephone for an organisation to be registered."""
    return ByHand(
        "web_form", "crear_organizacion", SUPERVISOR.name, "Creación de organización", "Es la primera vez.",
        SUPERVISOR.address, fields={"organizacion_nombre": "Fundación Ejemplo", "region": "CL-BI", **fields},
        originals={"formulario_organizacion": False},
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["privada_con_fines", "sociedad anónima", "mixta"])
def test_an_organisation_of_another_kind_is_not_taken(cast: Cast, kind: str) -> None:
    with pytest.raises(Invalid):
        cast.do(open_by_hand, cast.agent, organisation(naturaleza=kind))
    ticket = cast.do(open_by_hand, cast.agent, organisation(naturaleza="publica"))
    with pytest.raises(Invalid, match="lista"):
        cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"naturaleza": kind})
    assert ticket.fields["naturaleza"] == "publica"


def test_no_organisation_is_registered_before_its_kind_is_known(cast: Cast) -> None:
    ticket = cast.do(open_by_hand, cast.agent, organisation(organizacion_rut="12.345.678-5"))
    while cast.step(ticket).kind != "execute":
        cast.do(tickets.complete_step, cast.agent, ticket.id, None, "Lo dirá después.")
    with pytest.raises(IllegalMove, match="Naturaleza"):
        cast.do(tickets.complete_step, cast.agent, ticket.id, None)
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"naturaleza": "privada_sfl"})
    cast.do(tickets.complete_step, cast.agent, ticket.id, None)
    assert cast.steps(ticket)["crear_organizacion"] == "done"
