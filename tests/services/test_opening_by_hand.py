"""A clerk opens a ticket for somebody who came, called or handed in a paper (R-012 to R-018, R-065)."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.domain import channels
from helpdesk.domain.actors import Actor
from helpdesk.domain.addresses import is_made
from helpdesk.domain.catalogue import Catalogue, IntakeField, RequestType
from helpdesk.domain.closing import Delivery
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.domain.incoming import IncomingFile
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.documents import Document, Original
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person, TeamMember
from helpdesk.models.tickets import Ticket
from helpdesk.services import conversation, routes, tickets
from helpdesk.services.opening_by_hand import ByHand, open_by_hand
from helpdesk.services.people import meet
from tests.cast import Cast, assemble, load
from tests.domain.shipped import shipped

ROSA = Named("Rosa Guamán", "rosa.guaman@gad-ejemplo.example.com")
BY_RULE: dict[str, Any] = {
    "ec_cedula": "1710034065", "ec_ruc": "1760003410001", "cl_rut": "12.345.678-5", "pe_dni": "12345678",
    "pe_ruc": "20131370645",
}  # fmt: skip
BY_TYPE: dict[str, Any] = {
    "bool": True, "integer": 2026, "date": "2026-04-20", "datetime": "2026-04-20T10:00:00-03:00",
    "email": "usuario@entidad.example.com", "phone": "+593 2 399 8300", "list": ["Entidad A"],
}  # fmt: skip
WAITS = {
    "mef-ec": {
        "crear_usuario_administrador": "crear_usuario", "crear_usuario_gad_ep": "crear_usuario",
        "crear_usuario_consulta": "crear_usuario", "enrolamiento_biometrico": "tomar_huellas",
        "soporte_presencial": "clasificar", "soporte_telefonico": "clasificar", "ausencia_temporal": "configurar",
        "ausencia_permanente": "configurar", "solicitud_informacion": "gestionar",
    },
    "sigec-cl": {
        "crear_usuario_institucional": "crear_claves", "crear_usuario_ejecutor": "crear_claves",
        "crear_organizacion": "crear_organizacion", "cambio_fecha_modificacion": "cambiar_fecha",
        "desaprobacion_rendicion_estandar": "validar_jar",
        "desaprobacion_rendicion_nacional": "validar_encargado_nacional",
        "desaprobacion_informe_tecnico": "autorizar", "crear_convocatoria_estandar": "crear_convocatoria",
        "crear_convocatoria_nacional": "crear_convocatoria", "otra_solicitud_formal": "aprobar_unidad",
    },
    "conectamef-pe": {
        "consulta": "absolver", "consulta_especializada": "absolver", "asistencia_tecnica": "ejecutar",
        "capacitacion": "programar", "recepcion_documental": "seguimiento", "sugerencia": "clasificar",
        "pedido_medios": "autorizar_difusion", "requerimiento_logistico": "revisar_coord_admin",
        "conformidad_servicio": "visto_bueno_organo", "terminos_referencia": "visado_ogauc",
        "nuevo_servicio": "informe_ogauc", "insumo_boletin": "revisar", "comision_servicios": "autorizar",
    },
    "seps-ec": {"solicitud_usuario_clave": "revisar", "desactivacion_usuario": "revisar"},
}  # fmt: skip
"""Where a complete request that was opened by hand waits for a person; other types are never opened by hand."""


def asked(channel: str, request_type: str | None, **more: Any) -> ByHand:
    """Rosa's request, with an address unless told."""
    values: dict[str, Any] = {
        "name": ROSA.name, "address": ROSA.address, "subject": "Solicitud en ventanilla",
        "text": "Pide lo que dice el formulario.",
    }  # fmt: skip
    return ByHand(channel, request_type, **{**values, **more})


def support(**more: Any) -> ByHand:
    """Somebody at the counter whose system does not work."""
    return asked("in_person", "soporte_presencial", subject="No puede entrar", text="La clave fue bloqueada.", **more)


def opened(cast: Cast, values: ByHand) -> Ticket:
    """The clerk of the ministry opens it now."""
    return cast.do(open_by_hand, cast.foreigner, values)


def refused(cast: Cast, values: ByHand) -> Invalid:
    """The clerk is told why it cannot be opened, and nothing was written."""
    before = cast.session.scalar(select(func.count()).select_from(Ticket))
    with pytest.raises(Invalid) as problem:
        opened(cast, values)
    assert cast.session.scalar(select(func.count()).select_from(Ticket)) == before
    return problem.value


def everything_about(catalogue: Catalogue, request_type: RequestType) -> dict[str, Any]:
    """A value for every datum that the type may ask for."""
    return {field.key: _value(catalogue, field) for field in request_type.intake_fields if field.type != "captcha"}


def _value(catalogue: Catalogue, field: IntakeField) -> Any:
    if field.choices:
        return field.choices[0].key
    places: dict[str, tuple[Any, ...]] = {
        "region": catalogue.regions, "centro": catalogue.centres, "organo": catalogue.organs,
        "programa": catalogue.programmes,
    }  # fmt: skip
    if places.get(field.key):
        return places[field.key][0].key
    rules = [rule for each in field.validate for rule in each.split("|")]
    by_rule = next((BY_RULE[rule] for rule in rules if rule in BY_RULE), None)
    later = "2026-04-27" if any(rule.startswith(("after:", "not_equal:")) for rule in rules) else None
    return by_rule or later or BY_TYPE.get(field.type, f"Lo que dice el formulario: {field.key}")


def test_the_counter_opens_a_ticket_in_its_own_name_and_for_somebody_else(cast: Cast) -> None:
    ticket = opened(cast, support())
    assert (ticket.channel, ticket.request_type, ticket.mailbox_id) == ("in_person", "soporte_presencial", None)
    assert cast.session.get_one(Person, ticket.requester_id).address == ROSA.address
    assert cast.events(ticket, "opened_by_hand")[0].actor == cast.foreigner.label


def test_the_requester_is_told_the_number_by_mail(cast: Cast) -> None:
    ticket = opened(cast, support())
    (letter,) = cast.letters(ticket)
    assert (letter.letter, letter.recipient) == ("acuse", ROSA.address)
    assert f"MEF-{ticket.number}" in letter.text


def test_what_was_asked_begins_the_conversation(cast: Cast) -> None:
    ticket = opened(cast, support(national_id="1710034065"))
    message = cast.messages(ticket)[0]
    assert (message.direction, message.from_name, message.trust) == ("inbound", ROSA.name, "T3")
    assert "La clave fue bloqueada." in message.text
    assert "1710034065" in message.text


def test_numbers_are_those_of_the_institution_whichever_door(cast: Cast) -> None:
    assert [opened(cast, support()).number, opened(cast, support()).number] == [1, 2]


def test_the_term_runs_from_when_the_attention_began(cast: Cast) -> None:
    began = cast.now - timedelta(minutes=10)
    ticket = opened(cast, support(received_at=began))
    assert (ticket.received_at, ticket.started_at) == (began, began)
    assert ticket.due_at == began + timedelta(minutes=30)
    assert datetime.fromisoformat(ticket.fields["inicio_atencion"]) == began


@pytest.mark.parametrize("shift", [timedelta(minutes=1), timedelta(days=-1)])
def test_an_attention_of_another_day_or_to_come_is_refused(cast: Cast, shift: timedelta) -> None:
    assert list(refused(cast, support(received_at=cast.now + shift)).fields) == ["received_at"]


def test_who_stands_before_the_desk_needs_no_address(cast: Cast) -> None:
    ticket = opened(cast, support(address=""))
    person = cast.session.get_one(Person, ticket.requester_id)
    assert (person.name, is_made(person.address)) == (ROSA.name, True)
    assert person.undeliverable_since == cast.now
    assert cast.letters(ticket) == []
    assert "No dejó correo" in cast.events(ticket, "kept_silent")[0].data["sentence"]


def test_two_people_without_address_are_two_people(cast: Cast) -> None:
    first, second = opened(cast, support(address="")), opened(cast, support(address=""))
    assert first.requester_id != second.requester_id


def test_nothing_is_written_to_somebody_without_address_whatever_happens(cast: Cast) -> None:
    values = asked("in_person", "crear_usuario_gad_ep", address="")
    ticket = opened(cast, values)
    assert ticket.status == "waiting_requester"
    with pytest.raises(Invalid):
        cast.do(conversation.reply, cast.foreigner, ticket.id, None, "Falta todo.")
    assert cast.letters(ticket) == []


def test_a_form_on_the_web_is_answered_by_mail_so_it_needs_an_address(cast: Cast) -> None:
    values = asked("document_portal", "solicitud_informacion", address="")
    assert list(refused(cast, values).fields) == ["address"]


@pytest.mark.parametrize("address", ["rosa", "rosa@", "a@b.c\nBcc: x@y.z", "rosa guaman@x.example"])
def test_what_is_no_address_is_refused(cast: Cast, address: str) -> None:
    assert list(refused(cast, support(address=address)).fields) == ["address"]


def test_a_mailbox_of_the_institution_is_nobodys_address(cast: Cast) -> None:
    ours = cast.mailbox("soporte", cast.mef).address
    assert list(refused(cast, support(address=ours.upper())).fields) == ["address"]


def test_everything_that_is_wrong_is_told_at_once(cast: Cast) -> None:
    problem = refused(cast, ByHand("in_person", "soporte_presencial", " ", "", "", address="x"))
    assert problem.fields.keys() == {"name", "subject", "text", "address"}


def test_a_suggestion_from_the_box_may_be_anonymous(session: Session) -> None:
    cast = assemble(session)
    institution = load(session, shipped("conectamef-pe"))
    clerk = staff(session, institution, ())
    values = ByHand("suggestion_box", "sugerencia", "", "Sugerencia", "Más sillas.", fields={"centro": "piura"})
    ticket = cast.do(open_by_hand, clerk, values)
    assert session.get_one(Person, ticket.requester_id).name == "Anónimo"


def test_a_type_taken_by_one_channel_alone_is_refused_at_the_counter(cast: Cast) -> None:
    problem = refused(cast, asked("in_person", "activacion_revision_usuario"))
    assert "su único canal autorizado es Correo electrónico" in str(problem)


def test_a_mail_is_forwarded_and_not_registered_by_hand(cast: Cast) -> None:
    assert list(refused(cast, asked("email", "activacion_revision_usuario")).fields) == ["channel"]


def test_an_unknown_type_is_not_found(cast: Cast) -> None:
    with pytest.raises(NotFound):
        opened(cast, asked("in_person", "pasaporte"))


def test_a_datum_that_the_type_does_not_have_is_refused(cast: Cast) -> None:
    refused(cast, support(fields={"papa": "x"}))


def test_a_document_that_the_type_does_not_ask_for_is_refused(cast: Cast) -> None:
    assert list(refused(cast, support(originals={"copia_ruc": True})).fields) == ["originals"]


def test_a_request_without_type_waits_for_its_classification(cast: Cast) -> None:
    ticket = opened(cast, asked("in_person", None))
    assert (ticket.request_type, ticket.status, ticket.team) == (None, "new", "centro_servicios")
    assert [letter.letter for letter in cast.letters(ticket)] == ["acuse"]


def test_it_is_not_classified_as_what_the_counter_may_not_take(cast: Cast) -> None:
    ticket = opened(cast, asked("in_person", None))
    with pytest.raises(IllegalMove) as problem:
        cast.do(tickets.classify, cast.foreigner, ticket.id, None, "activacion_revision_usuario")
    assert "Correo electrónico" in str(problem.value)


def test_it_is_classified_as_what_the_counter_takes(cast: Cast) -> None:
    ticket = opened(cast, asked("in_person", None))
    cast.do(tickets.classify, cast.foreigner, ticket.id, None, "soporte_presencial")
    assert cast.step(ticket).key == "clasificar"


def papers(request_type: str) -> dict[str, bool]:
    """Every document of the type, seen and given back."""
    return {each.key: False for each in shipped("mef-ec").request_type(request_type).required_documents}


def test_papers_seen_at_the_counter_complete_the_request(cast: Cast) -> None:
    ticket = opened(cast, asked("in_person", "crear_usuario_gad_ep", originals=papers("crear_usuario_gad_ep")))
    assert ticket.missing_documents == []
    assert cast.step(ticket).key == "crear_usuario"


def test_a_paper_that_was_not_seen_is_asked_for(cast: Cast) -> None:
    seen = papers("crear_usuario_gad_ep")
    del seen["copia_ruc"]
    ticket = opened(cast, asked("in_person", "crear_usuario_gad_ep", originals=seen))
    assert (ticket.status, ticket.missing_documents) == ("waiting_requester", ["copia_ruc"])
    assert [letter.letter for letter in cast.letters(ticket)] == ["incompleto"]


def test_the_ticket_marks_which_papers_stay_in_the_office(cast: Cast) -> None:
    values = asked("physical_document", "solicitud_informacion", originals={"oficio_requerimiento": True})
    ticket = opened(cast, values)
    (row,) = cast.session.scalars(select(Original).where(Original.ticket_id == ticket.id)).all()
    assert (row.key, row.kind, row.kept, row.seen_by_id) == (
        "oficio_requerimiento", "paper", True, cast.foreigner.person_id,
    )  # fmt: skip


def test_a_scanned_file_is_proposed_as_its_document(cast: Cast) -> None:
    scan = IncomingFile("Copia del RUC.pdf", "application/pdf", 1000, "a" * 64, False, None)
    ticket = opened(cast, asked("in_person", "crear_usuario_gad_ep", files=(scan,)))
    found = cast.session.scalars(select(Document.key).where(Document.ticket_id == ticket.id)).all()
    assert found == ["copia_ruc"]


def test_data_given_by_hand_stand_before_what_is_read(cast: Cast) -> None:
    text = "Entidad: GAD Municipal de Loja. Usuario: Luis Tapia."
    values = asked("in_person", "crear_usuario_gad_ep", text=text, fields={"entidad_nombre": "EP Agua"})
    assert opened(cast, values).fields["entidad_nombre"] == "EP Agua"


def test_a_paper_filed_at_night_tells_both_times_on_its_receipt(session: Session) -> None:
    cast = assemble(session)
    institution = load(session, shipped("conectamef-pe"))
    clerk = staff(session, institution, (("mesa_partes", "piura"),))
    cast.now = datetime(2026, 4, 11, 10, 0, tzinfo=ZoneInfo("America/Lima"))
    values = asked("physical_document", "recepcion_documental", originals={"documento_principal": True})
    ticket = cast.do(open_by_hand, clerk, values)
    assert ticket.filed_at > ticket.received_at
    acuse = cast.letter(ticket, "acuse").text
    assert "Recibido: sábado 11/04/2026, 10:00" in acuse
    assert "Recibimos el documento que presentó en papel" in " ".join(acuse.split())
    assert "Fecha de presentación: lunes 13/04/2026, 08:30" in acuse
    assert "Seguimiento del expediente" in acuse
    assert f"{institution.ticket_prefix}-{ticket.number}" in acuse


def staff(session: Session, institution: Institution, teams: tuple[tuple[str, str | None], ...]) -> Actor:
    """Somebody who works for those teams."""
    person = meet(session, institution.id, "Carla Ventanilla", f"carla@{institution.key}.example.org")
    person.is_staff = True
    session.flush()
    for team, scope in teams:
        session.add(TeamMember(institution_id=institution.id, person_id=person.id, team=team, scope=scope))
    session.flush()
    return Actor("person", person.id, institution.id, person.name)


@pytest.fixture
def piura(session: Session) -> tuple[Cast, Actor]:
    """A clerk of the centre of Piura."""
    cast = assemble(session)
    return cast, staff(session, load(session, shipped("conectamef-pe")), (("centro", "piura"),))


def test_staff_of_a_centre_open_for_their_own(piura: tuple[Cast, Actor]) -> None:
    cast, clerk = piura
    ticket = cast.do(open_by_hand, clerk, asked("phone", "consulta"))
    assert (ticket.centre, ticket.team_scope) == ("piura", "piura")


def test_staff_of_a_centre_do_not_open_for_another(piura: tuple[Cast, Actor]) -> None:
    cast, clerk = piura
    with pytest.raises(Invalid):
        cast.do(open_by_hand, clerk, asked("phone", "consulta", fields={"centro": "cusco"}))


def test_what_a_centre_opens_without_type_is_its_own_too(piura: tuple[Cast, Actor]) -> None:
    cast, clerk = piura
    assert cast.do(open_by_hand, clerk, asked("phone", None)).team_scope == "piura"


def test_staff_of_two_centres_say_which(session: Session) -> None:
    cast = assemble(session)
    clerk = staff(session, load(session, shipped("conectamef-pe")), (("centro", "piura"), ("centro", "cusco")))
    with pytest.raises(Invalid):
        cast.do(open_by_hand, clerk, asked("phone", None))
    assert cast.do(open_by_hand, clerk, asked("phone", None, place="cusco")).centre == "cusco"


def test_a_centre_writes_from_its_own_mailbox(session: Session) -> None:
    cast = assemble(session)
    clerk = staff(session, load(session, shipped("conectamef-pe")), (("centro", "cusco"),))
    ticket = cast.do(open_by_hand, clerk, asked("phone", "consulta"))
    assert "cusco" in cast.letter(ticket, "acuse").sender


@pytest.mark.parametrize("key", sorted(WAITS))
def test_every_type_waits_at_its_first_human_step_by_each_channel_it_has(session: Session, key: str) -> None:
    """With everything it asks for, a request goes as far as its route goes by itself, and the requester knows."""
    cast = assemble(session)
    catalogue = shipped(key)
    clerk = staff(session, load(session, catalogue), ())
    cast.now = datetime(2026, 4, 7, 10, 0, tzinfo=ZoneInfo(catalogue.institution.timezone))
    reached: dict[str, set[str]] = {}
    for channel in channels.by_hand(catalogue):
        for spec in catalogue.request_types:
            if channels.admits(spec, channel):
                ticket = cast.do(open_by_hand, clerk, whole(catalogue, spec, channel))
                assert (ticket.channel, ticket.missing_documents, ticket.missing_fields) == (channel, [], [])
                reached.setdefault(spec.key, set()).add(cast.step(ticket).key)
    assert reached == {request_type: {step} for request_type, step in WAITS[key].items()}


def whole(catalogue: Catalogue, request_type: RequestType, channel: str) -> ByHand:
    """A request that brings everything its type may ask for, from somebody who may ask for it."""
    entitled = [each.address for each in catalogue.directory if each.role in request_type.who_may_request]
    return asked(
        channel,
        request_type.key,
        address=entitled[0] if entitled else f"{request_type.key}.{channel}@entidad.example.com",
        fields=everything_about(catalogue, request_type),
        originals={each.key: False for each in request_type.required_documents},
    )


def about_to_close(cast: Cast, channel: str, request_type: str = "solicitud_informacion") -> Ticket:
    """A request that waits for its answer: the work is done and what must be approved is."""
    catalogue = shipped("mef-ec")
    ticket = opened(cast, whole(catalogue, catalogue.request_type(request_type), channel))
    for step in routes.present(cast.session, ticket).values():
        if step.kind not in ("notify", "close"):
            cast.do(routes.settle, cast.foreigner, ticket, step, "web")
    cast.do(routes.walk, cast.foreigner, ticket, cast.now)
    return ticket


def closed(cast: Cast, ticket: Ticket, delivery: Delivery) -> Ticket:
    """The clerk closes it without a mail."""
    return cast.do(tickets.close, cast.foreigner, ticket.id, None, "Informe entregado.", delivery)


def test_a_paper_answer_keeps_who_collected_it_and_when(cast: Cast) -> None:
    ticket = about_to_close(cast, "physical_document")
    closed(cast, ticket, Delivery("paper", collected_by="Rosa Guamán", collected_on=cast.now.date()))
    assert ticket.status == "closed"
    (event,) = cast.events(ticket, "delivered")
    assert event.data == {
        "way": "paper", "note": "Informe entregado.", "collected_by": "Rosa Guamán", "collected_on": "2026-04-07",
        "reason": None,
    }  # fmt: skip
    rows = routes.present(cast.session, ticket)
    assert "Lo retiró Rosa Guamán el 07/04/2026." in (rows["cerrar"].reason or "")


def test_a_paper_that_nobody_collected_does_not_close(cast: Cast) -> None:
    ticket = about_to_close(cast, "physical_document")
    with pytest.raises(Invalid) as problem:
        closed(cast, ticket, Delivery("paper"))
    assert problem.value.fields.keys() == {"collected_by", "collected_on"}


def test_an_answer_by_another_channel_asks_for_the_reason(cast: Cast) -> None:
    ticket = about_to_close(cast, "physical_document")
    with pytest.raises(Invalid) as problem:
        closed(cast, ticket, Delivery("phone"))
    assert list(problem.value.fields) == ["reason"]
    closed(cast, ticket, Delivery("phone", reason="Vive lejos y lo pidió así."))
    assert cast.events(ticket, "delivered")[0].data["reason"] == "Vive lejos y lo pidió así."


def test_a_paper_request_is_closed_by_mail_only_with_a_reason(cast: Cast) -> None:
    ticket = about_to_close(cast, "physical_document")
    with pytest.raises(Invalid) as problem:
        cast.do(conversation.reply, cast.foreigner, ticket.id, None, "Adjunto.", close=True)
    assert list(problem.value.fields) == ["reason"]
    assert cast.letters(ticket, "cierre") == []
    cast.do(conversation.reply, cast.foreigner, ticket.id, None, "Adjunto.", close=True, reason="Pidió correo.")
    assert routes.present(cast.session, ticket)["cerrar"].reason == "Pidió correo."


def test_an_answer_that_does_not_close_leaves_by_mail_freely(cast: Cast) -> None:
    ticket = about_to_close(cast, "physical_document")
    cast.do(conversation.reply, cast.foreigner, ticket.id, None, "Estamos en ello.")
    assert [letter.letter for letter in cast.letters(ticket, "respuesta")] == ["respuesta"]


def completes(cast: Cast, ticket: Ticket, note: str = "") -> None:
    """The clerk, who looked at the documents, marks the step that waits as done."""
    cast.execute(ticket, cast.foreigner, note)


def test_support_goes_through_four_stages_each_with_its_time(cast: Cast) -> None:
    ticket = opened(cast, support(fields={"clase_soporte": "tecnico"}))
    times = [cast.now]
    for _ in ("classification", "diagnosis", "resolution"):
        times.append(cast.later(minutes=5))
        completes(cast, ticket)
    times.append(cast.later(minutes=5))
    closed(cast, ticket, Delivery("in_person"))
    rows = routes.present(cast.session, ticket)
    assert list(rows) == ["registrar", "clasificar", "diagnosticar", "resolver", "cerrar"]
    assert [row.decided_at for row in rows.values()] == times


@pytest.mark.parametrize("kind", ["tecnico", "operativo", "conceptual", "mixto"])
def test_support_is_technical_operative_conceptual_or_mixed(cast: Cast, kind: str) -> None:
    ticket = opened(cast, support(fields={"clase_soporte": kind}))
    completes(cast, ticket)
    assert (cast.step(ticket).key, ticket.fields["clase_soporte"]) == ("diagnosticar", kind)


def test_support_is_not_classified_without_its_class(cast: Cast) -> None:
    ticket = opened(cast, support())
    with pytest.raises(IllegalMove) as problem:
        completes(cast, ticket)
    assert "Clase de soporte" in str(problem.value)
    assert cast.step(ticket).key == "clasificar"
    cast.do(tickets.set_fields, cast.foreigner, ticket.id, None, {"clase_soporte": "conceptual"})
    completes(cast, ticket)
    assert cast.step(ticket).key == "diagnosticar"


def admitted_user(cast: Cast, **fields: str) -> Ticket:
    """A request for a user, with its papers and all its data but those."""
    catalogue = shipped("mef-ec")
    spec = catalogue.request_type("crear_usuario_gad_ep")
    known = {**everything_about(catalogue, spec), **fields}
    values = asked("in_person", spec.key, fields=known, originals=papers(spec.key))
    return opened(cast, values)


def test_no_user_is_created_while_data_are_missing(cast: Cast) -> None:
    ticket = admitted_user(cast, usuario_cedula="")
    with pytest.raises(IllegalMove) as problem:
        completes(cast, ticket, "Usuario jtapia, rol Consulta.")
    assert "Cédula" in str(problem.value)
    assert cast.step(ticket).key == "crear_usuario"


def test_creating_a_user_records_its_name_and_role(cast: Cast) -> None:
    ticket = admitted_user(cast)
    with pytest.raises(Invalid) as problem:
        completes(cast, ticket, " ")
    assert list(problem.value.fields) == ["note"]
    assert "datos del usuario creado" in str(problem.value)
    completes(cast, ticket, "Usuario jtapia, rol Consulta.")
    assert routes.present(cast.session, ticket)["crear_usuario"].reason == "Usuario jtapia, rol Consulta."


def test_no_user_is_created_before_the_review_has_passed(cast: Cast) -> None:
    ticket = opened(cast, asked("in_person", "crear_usuario_gad_ep"))
    assert cast.step(ticket).key == "validar_documentos"
    assert cast.steps(ticket)["crear_usuario"] == "to_come"


def test_fingerprints_are_taken_and_recorded_before_the_kit_is_linked(cast: Cast) -> None:
    catalogue = shipped("mef-ec")
    ticket = opened(cast, whole(catalogue, catalogue.request_type("enrolamiento_biometrico"), "in_person"))
    with pytest.raises(Invalid):
        completes(cast, ticket)
    completes(cast, ticket, "Huellas de ambas manos y fotografía.")
    assert cast.step(ticket).key == "configurar"
    completes(cast, ticket)
    assert cast.step(ticket).key == "cerrar"
