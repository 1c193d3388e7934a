"""Requests to the service centres of Peru, and of the centres to their office, from the mail that asks to the end.

R-107, R-110, R-114, R-121 to R-124.
"""

import pytest

from helpdesk.domain.actors import Actor, operator
from helpdesk.domain.errors import IllegalMove
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.institutions import Institution
from helpdesk.models.tickets import Ticket
from helpdesk.queries.consultations import Addressee
from helpdesk.services import authority, consultations, conversation, originals, tickets
from tests.cast import Cast, file
from tests.domain.shipped import shipped
from tests.factories import peru

CENTRES = shipped("conectamef-pe")
USER = Named("Elena Quispe", "elena.quispe@muni-ejemplo.example.com")


def holder(role: str, place: str | None = None) -> Named:
    """Who holds a function by the catalogue."""
    address = next(each.address for each in CENTRES.directory if (each.role, each.scope) == (role, place))
    return Named(CENTRES.role(role).name, address)


COORDINATOR = holder("coordinador_centro", "piura")
ADMINISTRATIVE = holder("coordinador_administrativo", "piura")
TREASURY = holder("director_organo", "tesoro")
OFFICE = holder("director_ogauc")


@pytest.fixture
def desk(cast: Cast) -> tuple[Cast, Institution, Actor]:
    """The institution with an agent of its office."""
    return cast, peru.published(cast), peru.clerk(cast)


Desk = tuple[Cast, Institution, Actor]


def mailed(desk: Desk, box: str, subject: str, text: str, by: Named, *names: str) -> Ticket:
    """The request comes by mail."""
    cast, institution, _ = desk
    files = tuple(file(name) for name in names)
    mail = cast.incoming(subject, text, by, files=files, mailbox=cast.mailbox(box, institution))
    return cast.ticket(cast.receive(mail).ticket_id or 0)


def asked_of(cast: Cast, ticket: Ticket) -> list[str]:
    """Whom a decision was asked of, in the order of the letters."""
    return [letter.recipient for letter in cast.letters(ticket, "aprobacion")]


def waits_at(cast: Cast, ticket: Ticket) -> tuple[str, str | None]:
    """The step that waits, and its team."""
    row = cast.step(ticket)
    return row.key, row.team


@pytest.mark.parametrize("centre", ["piura", "cusco"])
@pytest.mark.parametrize(
    ("box", "subject", "text", "request_type", "team"),
    [
        ("conectamef", "Consulta sobre SIAF", "Consulta: ¿cómo anulo un giro en Tesorería?", "consulta", "centro"),
        ("conectamef", "Asistencia técnica en Tesorería", "Solicitamos asistencia técnica.", "asistencia_tecnica",
         "centro"),
        ("conectamef", "Capacitación en Tesorería", "Solicitamos una capacitación.", "capacitacion", "centro"),
        ("mesadepartes", "Presento documento", "Presento el oficio adjunto.", "recepcion_documental", "mesa_partes"),
    ],
)  # fmt: skip
def test_what_a_centre_offers_goes_to_the_centre_that_was_asked(
    desk: Desk, centre: str, box: str, subject: str, text: str, request_type: str, team: str
) -> None:
    ticket = mailed(desk, f"{box}_{centre}", subject, text, USER, "Oficio 14.pdf")
    assert (ticket.request_type, ticket.team, ticket.team_scope) == (request_type, team, centre)
    assert ticket.centre == centre


def test_several_organs_are_asked_and_the_user_gets_one_answer(desk: Desk) -> None:
    """Each organ has a ticket of its own; the user's stays open until both answered, and is answered once (R-110)."""
    cast, _, agent = desk
    peru.named(cast, "tecnica.contabilidad", role="responsable_tecnico", place="contabilidad")
    ticket = mailed(desk, "conectamef_piura", "Consulta sobre SIAF", "Consulta de Tesorería y de Contabilidad.", USER)
    organs = ("tesoro", "contabilidad")
    asked = [
        cast.do(consultations.ask, agent, ticket.id, None, Addressee("responsable_tecnico", None, organ), "¿Procede?")
        for organ in organs
    ]
    assert len({each.id for each in (ticket, *asked)}) == 3
    for each in asked:
        assert each.kind == "consultation"
        with pytest.raises(IllegalMove):
            cast.do(conversation.reply, agent, ticket.id, None, "Sí procede.", close=True)
        letter = cast.letter(each, "consulta")
        cast.receive(cast.answer_to(letter, "Procede.", Named("Responsable", letter.recipient)))
        assert each.status == "closed"
    while cast.step(ticket).kind != "close":
        cast.do(tickets.complete_step, agent, ticket.id, None, "Lo dijeron los dos órganos.")
    cast.do(conversation.reply, agent, ticket.id, None, "Sí procede.", close=True)
    assert [letter.letter for letter in cast.letters(ticket, to=USER)] == ["acuse", "cierre"]


def new_service(desk: Desk, *names: str) -> Ticket:
    """The direction of an organ proposes a service."""
    text = "Se propone un nuevo servicio de saneamiento contable, del órgano Tesoro. Requiere especialista."
    ticket = mailed(desk, "ogauc", "Propuesta de nuevo servicio: saneamiento contable", text, TREASURY, *names)
    assert ticket.request_type == "nuevo_servicio"
    return ticket


def test_a_new_service_without_the_report_of_its_organ_is_returned(desk: Desk) -> None:
    ticket = new_service(desk)
    assert (ticket.status, ticket.missing_documents) == ("waiting_requester", ["informe_organo"])
    assert asked_of(desk[0], ticket) == []


def supported(desk: Desk, **fields: object) -> Ticket:
    """A proposal with the organ's report, which the office supports."""
    cast, _, agent = desk
    ticket = new_service(desk, "Informe sustentatorio.pdf")
    cast.do(tickets.set_fields, agent, ticket.id, None, {"requiere_especialista": True, **fields})
    assert asked_of(cast, ticket)[-1] == OFFICE.address
    with pytest.raises(IllegalMove):
        cast.do(tickets.complete_step, agent, ticket.id, None)
    assert cast.approve(ticket, OFFICE) == "approve"
    assert waits_at(cast, ticket) == ("integrar", "ogauc")
    return ticket


def test_a_new_service_is_set_up_after_the_reports_of_organ_and_office(desk: Desk) -> None:
    cast, _, agent = desk
    ticket = supported(desk, especialista_asignado="Especialista de contabilidad")
    with pytest.raises(IllegalMove, match="Informe sustentatorio de la OGAUC"):
        cast.do(tickets.complete_step, agent, ticket.id, None)
    cast.do(originals.see, agent, ticket.id, None, "informe_ogauc", "paper", True)
    cast.execute(ticket, agent)
    assert waits_at(cast, ticket) == ("cerrar", "ogauc")


def test_a_new_service_that_needs_a_specialist_is_not_set_up_without_one(desk: Desk) -> None:
    cast, _, agent = desk
    ticket = supported(desk)
    with pytest.raises(IllegalMove, match="Especialista"):
        cast.do(tickets.complete_step, agent, ticket.id, None)


def test_a_new_service_that_the_office_does_not_support_is_not_set_up(desk: Desk) -> None:
    cast = desk[0]
    ticket = new_service(desk, "Informe sustentatorio.pdf")
    cast.answers(ticket, OFFICE, "Rechazo: no se justifica.")
    assert (ticket.status, cast.steps(ticket)["integrar"]) == ("rejected", "stopped")


def conformity(desk: Desk, *names: str) -> Ticket:
    """The coordinator sends what a specialist did in a month."""
    text = "Remito la conformidad del especialista de tesorería, mes de febrero de 2026. Órgano: Tesoro."
    ticket = mailed(desk, "ogauc", "Conformidad de servicio febrero 2026", text, COORDINATOR, *names)
    assert ticket.request_type == "conformidad_servicio"
    return ticket


REPORT, RECEIPT = "Informe de actividades febrero.pdf", "Recibo por honorarios febrero.pdf"


@pytest.mark.parametrize(("sent", "missing"), [(REPORT, "recibo_honorarios"), (RECEIPT, "informe_actividades")])
def test_a_conformity_without_one_of_its_documents_is_returned(desk: Desk, sent: str, missing: str) -> None:
    ticket = conformity(desk, sent)
    assert (ticket.status, ticket.missing_documents) == ("waiting_requester", [missing])
    assert asked_of(desk[0], ticket) == []


def test_a_conformity_is_approved_by_the_organ_and_then_by_the_office(desk: Desk) -> None:
    cast, _, agent = desk
    ticket = conformity(desk, REPORT, RECEIPT)
    completed(cast, agent, ticket, organo="tesoro")
    assert asked_of(cast, ticket) == [TREASURY.address]
    cast.approve(ticket, TREASURY)
    assert asked_of(cast, ticket) == [TREASURY.address, OFFICE.address]
    cast.approve(ticket, OFFICE)
    assert waits_at(cast, ticket) == ("cerrar", "ogauc")


def completed(cast: Cast, agent: Actor, ticket: Ticket, **fields: object) -> None:
    """The agent fills in what the mail left out."""
    lacking = {key: value for key, value in fields.items() if not ticket.fields.get(key)}
    if lacking:
        cast.do(tickets.set_fields, agent, ticket.id, None, lacking)


def terms(desk: Desk, *names: str) -> Ticket:
    """The direction of an organ sends terms of reference."""
    text = "Se remiten los términos de referencia (TdR) visados para el especialista del CONECTAMEF Piura."
    ticket = mailed(desk, "ogauc", "Términos de Referencia del especialista", text, TREASURY, *names)
    assert ticket.request_type == "terminos_referencia"
    return ticket


def test_terms_of_reference_without_the_organs_endorsed_paper_are_returned(desk: Desk) -> None:
    ticket = terms(desk)
    assert (ticket.status, ticket.missing_documents) == ("waiting_requester", ["tdr"])


def test_terms_of_reference_are_endorsed_by_the_office_and_then_processed_by_human_resources(desk: Desk) -> None:
    """The committee of selection is part of what human resources mark as done, with who is in it (R-122)."""
    cast, _, agent = desk
    ticket = terms(desk, "TDR especialista.docx")
    assert asked_of(cast, ticket) == [OFFICE.address]
    with pytest.raises(IllegalMove):
        cast.do(tickets.complete_step, agent, ticket.id, None)
    cast.approve(ticket, OFFICE)
    assert cast.steps(ticket)["tramitar"] == "done"
    assert waits_at(cast, ticket) == ("comite", "ogarh")
    completed(cast, agent, ticket, perfil="Contador", organo="tesoro", centro="piura")
    cast.execute(ticket, agent, "Comité: OGAUC y Tesoro.")
    assert waits_at(cast, ticket) == ("cerrar", "ogauc")


def test_terms_of_reference_that_the_office_does_not_endorse_go_back(desk: Desk) -> None:
    cast = desk[0]
    ticket = terms(desk, "TDR especialista.docx")
    cast.answers(ticket, OFFICE, "No apruebo: falta el perfil.")
    assert cast.steps(ticket)["comite"] in ("to_come", "stopped")
    assert ticket.status in ("waiting_requester", "rejected")


def test_a_logistic_requirement_of_the_administrative_coordinator_goes_to_the_office(desk: Desk) -> None:
    cast = desk[0]
    text = "Solicito 4 cartuchos de tóner para el CONECTAMEF Piura."
    ticket = mailed(desk, "ogauc", "Requerimiento logístico: tóner", text, ADMINISTRATIVE)
    assert (ticket.request_type, ticket.requester_role) == ("requerimiento_logistico", "coordinador_administrativo")
    assert cast.steps(ticket)["revisar_coord_admin"] == "skipped"
    assert waits_at(cast, ticket) == ("atender", "ogauc")


def test_a_logistic_requirement_of_another_goes_by_the_administrative_coordinator(desk: Desk) -> None:
    cast = desk[0]
    text = "Solicito 4 cartuchos de tóner para el CONECTAMEF Piura."
    ticket = mailed(desk, "ogauc", "Requerimiento logístico: tóner", text, COORDINATOR)
    assert asked_of(cast, ticket) == [ADMINISTRATIVE.address]
    cast.approve(ticket, ADMINISTRATIVE)
    assert waits_at(cast, ticket) == ("atender", "ogauc")


def test_travel_allowances_have_their_dates_and_the_offices_authorisation(desk: Desk) -> None:
    cast = desk[0]
    text = "Solicito viáticos y pasajes para el especialista, comisión a Talara del 06/04/2026 al 08/04/2026."
    ticket = mailed(desk, "ogauc", "Comisión de servicios: viáticos y pasajes", text, COORDINATOR)
    assert ticket.request_type == "comision_servicios"
    assert (ticket.fields["desde"], ticket.fields["hasta"]) == ("2026-04-06", "2026-04-08")
    assert asked_of(cast, ticket) == [OFFICE.address]
    cast.approve(ticket, OFFICE)
    assert waits_at(cast, ticket) == ("tramitar", "ogarh")
    classes = {choice.key for choice in CENTRES.request_type("comision_servicios").field("clase").choices}
    assert "rendicion" in " ".join(classes)


def test_who_replaces_the_technical_responsible_of_an_organ_is_asked(desk: Desk) -> None:
    """Both functions of an organ are bound to it and change hands (R-102)."""
    cast, _, agent = desk
    for role in ("responsable_tecnico", "coordinador_organo"):
        before = holder(role, "tesoro")
        cast.do(authority.revoke, operator(), peru.KEY, before.address, role, "tesoro")
        after = peru.named(cast, f"nuevo.{role}".replace("_", "."), role=role, place="tesoro")
        ticket = mailed(desk, "conectamef_piura", "Consulta sobre SIAF", "Consulta de Tesorería.", USER)
        asked = cast.do(consultations.ask, agent, ticket.id, None, Addressee(role, None, "tesoro"), "¿Procede?")
        assert cast.letter(asked, "consulta").recipient == after
