"""Requests of the agreements system from the mail that asks to the letter that ends them: who is asked in which order,
who executes, who is told (R-084 to R-096)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.domain.errors import IllegalMove, Invalid
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.messages import Attachment
from helpdesk.models.tickets import Ticket
from helpdesk.services import conversation, originals, tickets
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
    cast.answers(ticket, NATIONAL_OFFICER, "No autorizo: falta el acta de la visita.")
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


@pytest.mark.parametrize(("kind", "hours"), [("estándar", 24), ("nacional", 16)])
def test_a_call_is_due_after_its_business_hours(cast: Cast, kind: str, hours: int) -> None:
    text = (
        f"Solicito crear la convocatoria {kind} Familias Ejemplo 2026, Programa Familias. Cierre de postulación: "
        "30-04-2026 15:00."
    )
    key = "crear_convocatoria_estandar" if hours == 24 else "crear_convocatoria_nacional"
    ticket = mailed(cast, (f"Creación de convocatoria {kind}", text), NATIONAL_OFFICER, key)
    assert executes(cast, ticket) == "equipo_sigec"
    assert ticket.due_at == cast.now + timedelta(days=hours // 8)


def test_a_standard_call_that_closes_outside_the_valid_hours_is_returned_naming_them(cast: Cast) -> None:
    text = (
        "Solicito crear la convocatoria estándar Familias Ejemplo 2026, Programa Familias. Cierre de postulación: "
        "30-04-2026 18:00."
    )
    asked = ("Creación de convocatoria estándar", text)
    ticket = mailed(cast, asked, NATIONAL_OFFICER, "crear_convocatoria_estandar")
    assert ticket.status == "waiting_requester"
    told = " ".join(cast.letter(ticket, "incompleto").text.split())
    assert "08:00" in told
    assert "16:00" in told


EXECUTOR_USER = (
    "Creación de usuario ejecutor",
    "Solicito crear la clave de usuario ejecutor para la Municipalidad de Ejemplo, Región del Biobío.",
)
INSTITUTION_USER = ("Creación de usuario FOSIS", "Solicito crear un usuario FOSIS de la Región del Biobío.")


def test_an_executors_user_asked_at_the_central_desk_goes_to_the_officer_of_the_region(cast: Cast) -> None:
    ticket = mailed(cast, EXECUTOR_USER, REQUESTER, "crear_usuario_ejecutor")
    assert (ticket.team, ticket.team_scope) == ("equipo_regional", "CL-BI")
    cast.do(originals.see, cast.agent, ticket.id, None, "formulario_claves")
    assert (cast.step(ticket).key, cast.step(ticket).scope) == ("crear_claves", "CL-BI")
    assert ticket.assignee_id == cast.person(Named("", "sigec.biobio@sigec-cl.example.org")).id


def test_a_user_of_an_institution_asked_of_a_region_goes_to_the_central_team(cast: Cast) -> None:
    mail = cast.incoming(*INSTITUTION_USER, SUPERVISOR, mailbox=cast.mailbox("regional_biobio"))
    ticket = cast.ticket(cast.receive(mail).ticket_id or 0)
    assert (ticket.request_type, ticket.team) == ("crear_usuario_institucional", "equipo_sigec")


NEW_ORGANISATION = (
    "Creación de organización",
    "Solicito la creación de la organización Fundación Ejemplo, RUT 12.345.678-5, Región del Biobío. Es privada sin "
    "fines de lucro.",
)


def registering(cast: Cast, by: Named) -> Ticket:
    """The organisation's form comes by mail."""
    mail = cast.incoming(*NEW_ORGANISATION, by, files=(file("Formulario de organización.pdf"),))
    ticket = cast.ticket(cast.receive(mail).ticket_id or 0)
    assert ticket.request_type == "crear_organizacion"
    return ticket


def test_an_organisation_that_its_supervisor_asks_for_needs_no_endorsement(cast: Cast) -> None:
    ticket = registering(cast, SUPERVISOR)
    assert asked_of(cast, ticket) == []
    assert executes(cast, ticket) == "equipo_sigec"


def test_an_organisation_that_asks_itself_waits_for_its_supervisor(cast: Cast) -> None:
    ticket = registering(cast, REQUESTER)
    assert (ticket.status, asked_of(cast, ticket)) == ("waiting_approval", [SUPERVISOR.address])
    assert cast.approve(ticket, SUPERVISOR) == "approve"
    assert executes(cast, ticket) == "equipo_sigec"


@pytest.mark.parametrize(
    ("left_out", "key"),
    [
        ("convocatoria Familias Ejemplo 2025, ", "convocatoria_nombre"),
        (", ejecutor Municipalidad de Ejemplo", "ejecutor"),
        ("del proyecto 25-000200-00010, ", "numero_proyecto"),
        (" N° 3", "numero_modificacion"),
        (": dice 09-04-2026, debe decir 31-03-2026", "fecha_actual"),
        (": dice 09-04-2026, debe decir 31-03-2026", "fecha_reemplazo"),
        (" Motivo: cierre de mes.", "motivo"),
    ],
)
def test_a_modification_without_one_of_its_data_is_returned_naming_it(cast: Cast, left_out: str, key: str) -> None:
    subject, text = MODIFICATION
    assert left_out in text
    asked = (subject, text.replace(left_out, ""))
    ticket = mailed(cast, asked, NATIONAL_OFFICER, "cambio_fecha_modificacion", memo=True)
    assert ticket.status == "waiting_requester"
    label = shipped("sigec-cl").request_type("cambio_fecha_modificacion").field(key).label
    assert label in " ".join(cast.letter(ticket, "incompleto").text.split())


OTHER = (
    "Otra solicitud formal: distribución presupuestaria",
    "Por memorándum solicito corregir la distribución presupuestaria del proyecto 25-000200-00010, convocatoria "
    "Familias Ejemplo 2025, ejecutor Municipalidad de Ejemplo, Región del Biobío, Programa Familias. Detalle: cambiar "
    "la cuota 2. Motivo: error de digitación.",
)


def test_another_formal_request_goes_on_with_its_memorandum_only(cast: Cast) -> None:
    without = mailed(cast, OTHER, NATIONAL_OFFICER, "otra_solicitud_formal")
    assert (without.status, without.missing_documents) == ("waiting_requester", ["memorandum"])
    assert asked_of(cast, without) == []
    ticket = mailed(cast, OTHER, NATIONAL_OFFICER, "otra_solicitud_formal", memo=True)
    assert asked_of(cast, ticket) == ["jefatura.ugpip@sigec-cl.example.org"]
    cast.approve(ticket, Named("Jefatura", "jefatura.ugpip@sigec-cl.example.org"))
    assert executes(cast, ticket) == "equipo_sigec"


def test_the_files_of_an_answer_are_no_documents_of_the_request(cast: Cast) -> None:
    """They stay with the letter that carried them, whatever they are called (R-069)."""
    ticket = cast.open(files=())
    sent = (("Memorandum 12.pdf", "application/pdf", "a" * 64),)
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Le adjunto un ejemplo.", sent)
    assert ticket.missing_documents == ["memorandum"]
    assert [each["filename"] for each in cast.letter(ticket, "respuesta").files] == ["Memorandum 12.pdf"]
    request = cast.messages(ticket)[0].id
    named = select(Attachment.filename).where(Attachment.message_id == request)
    assert cast.session.scalars(named).all() == []
