"""How the ten services of the ministry of Ecuador begin and end, from the first mail or visit to the last letter."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from helpdesk.domain.closing import Delivery
from helpdesk.domain.errors import IllegalMove, Invalid
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.outbox import Letter
from helpdesk.models.tickets import Ticket
from helpdesk.queries import search
from helpdesk.services import conversation, documents, originals, routes, tickets
from helpdesk.services.opening_by_hand import ByHand
from tests.cast import Cast, file
from tests.domain.shipped import shipped
from tests.services.test_opening_by_hand import completes, everything_about, opened, whole

MEF = shipped("mef-ec")
QUITO = ZoneInfo("America/Guayaquil")
ENTITY = Named("Directora Financiera", "finanzas@hospital.example.net")
USER = "Usuario jtapia, rol Consulta, entidad 0123."
ABSENCES = {
    "ausencia_temporal": "Ausencia temporal del titular", "ausencia_permanente": "Ausencia permanente del titular",
}  # fmt: skip
PROGRAM = "instalar el programa que habilita el kit biométrico"


def closing(cast: Cast, ticket: Ticket, text: str = "Queda atendido.") -> Letter:
    """The clerk answers and closes; gives the letter that left."""
    cast.do(conversation.reply, cast.foreigner, ticket.id, None, text, close=True)
    assert ticket.status == "closed"
    return cast.letter(ticket, "cierre")


def flat(text: str) -> str:
    """A letter's text as one line: it is folded at a width of its own."""
    return " ".join(text.split())


@pytest.mark.parametrize("key", ["crear_usuario_administrador", "crear_usuario_gad_ep", "crear_usuario_consulta"])
def test_a_service_that_creates_a_user_ends_with_a_mail_with_its_data(cast: Cast, key: str) -> None:
    ticket = opened(cast, whole(MEF, MEF.request_type(key), "in_person"))
    assert cast.step(ticket).key == "crear_usuario"
    completes(cast, ticket, USER)
    letter = closing(cast, ticket)
    assert letter.recipient == f"{key}.in_person@entidad.example.com"
    assert "DATOS DEL USUARIO CREADO" in letter.text
    assert USER in flat(letter.text)
    assert USER in (letter.html or "")


def test_it_does_not_end_without_that_mail_unless_somebody_says_why(cast: Cast) -> None:
    ticket = opened(cast, whole(MEF, MEF.request_type("crear_usuario_gad_ep"), "in_person"))
    completes(cast, ticket, USER)
    with pytest.raises(Invalid, match="datos del usuario creado"):
        cast.do(tickets.close, cast.foreigner, ticket.id, None, "Se le dijo.", Delivery("in_person"))
    delivery = Delivery("in_person", reason="No usa correo.")
    cast.do(tickets.close, cast.foreigner, ticket.id, None, "Se le dijo.", delivery)
    assert ticket.status == "closed"


def test_an_activation_ends_with_a_mail_that_confirms_it(cast: Cast) -> None:
    ticket = by_mail(cast, "activacion_revision_usuario", "centro_servicios")
    completes(cast, ticket)
    letter = closing(cast, ticket)
    assert letter.recipient == ENTITY.address
    assert "El usuario quedó revisado y activado." in flat(letter.text)


def test_an_enrolment_by_mail_registers_who_pays_and_tells_of_the_program(cast: Cast) -> None:
    """Titular and alternates are registered and the computer linked in one step, once all of it is known (R-038)."""
    ticket = by_mail(cast, "enrolamiento_biometrico", "biometria", huellas_registradas=True)
    completes(cast, ticket)
    assert cast.steps(ticket)["tomar_huellas"] == "skipped"
    assert cast.step(ticket).key == "configurar"
    assert {"calidad", "equipo_pago"} <= ticket.fields.keys()
    completes(cast, ticket)
    assert PROGRAM in flat(closing(cast, ticket).text)


def test_an_enrolment_in_person_takes_fingerprints_and_tells_of_the_program(cast: Cast) -> None:
    ticket = opened(cast, whole(MEF, MEF.request_type("enrolamiento_biometrico"), "in_person"))
    assert cast.step(ticket).key == "tomar_huellas"
    completes(cast, ticket, "Huellas de ambas manos y fotografía.")
    completes(cast, ticket)
    assert PROGRAM in flat(closing(cast, ticket).text)


def test_no_enrolment_is_registered_without_the_computer_of_payments(cast: Cast) -> None:
    ticket = by_mail(cast, "enrolamiento_biometrico", "biometria", huellas_registradas=True, equipo_pago="")
    completes(cast, ticket)
    completes(cast, ticket, "Dice que lo enviará.")
    with pytest.raises(IllegalMove, match="equipo"):
        completes(cast, ticket)
    assert cast.step(ticket).key == "configurar"


def test_an_enrolment_by_mail_without_fingerprints_is_sent_to_the_counter(cast: Cast) -> None:
    ticket = by_mail(cast, "enrolamiento_biometrico", "biometria", huellas_registradas=False)
    assert cast.step(ticket).key == "verificar_huellas"
    completes(cast, ticket)
    assert (ticket.status, cast.step(ticket).state) == ("waiting_requester", "returned")
    assert "presencial" in cast.letter(ticket, "canal").text
    assert cast.events(ticket, "redirected")[0].data["channel"] == "in_person"


def test_a_call_on_the_line_is_due_twenty_minutes_after_it_began(cast: Cast) -> None:
    began = cast.now - timedelta(minutes=5)
    call = ByHand("phone", "soporte_telefonico", ENTITY.name, "No puede entrar", "Clave bloqueada.", ENTITY.address)
    ticket = opened(cast, replace(call, received_at=began))
    assert (ticket.channel, ticket.started_at) == ("phone", began)
    assert ticket.due_at == began + timedelta(minutes=20)
    assert datetime.fromisoformat(ticket.fields["inicio_atencion"]) == began


def test_the_mail_of_the_exchange_opens_the_call(cast: Cast) -> None:
    """The exchange writes by itself; its mail is a call that began when it arrived (R-018)."""
    box = cast.mailbox("soporte", cast.mef)
    assert MEF.mailbox("soporte").trusted_senders
    exchange = Named("Central telefónica", MEF.mailbox("soporte").trusted_senders[0])
    text = "Llamada en curso en la línea 1800. Usuario: Rosa Guamán. Motivo: no puede entrar al sistema."
    subject = "Registro de llamada 1800: soporte telefónico"
    outcome = cast.receive(cast.incoming(subject, text, exchange, mailbox=box, trusted_machine=True))
    ticket = cast.ticket(outcome.ticket_id or 0)
    assert (ticket.request_type, ticket.status) == ("soporte_telefonico", "open")
    assert (ticket.started_at, ticket.due_at) == (cast.now, cast.now + timedelta(minutes=20))


def by_mail(cast: Cast, key: str, box: str, **fields: object) -> Ticket:
    """A complete request by mail at ten of the ministry's morning: its files, and the data that its forms carry."""
    spec = MEF.request_type(key)
    cast.now = datetime(2026, 4, 7, 10, 0, tzinfo=QUITO)
    files = tuple(file(f"{each.name[:80]} {each.match[0]}.pdf") for each in spec.required_documents)
    text = "Solicito lo que dice el asunto, con los documentos adjuntos."
    subject = ABSENCES.get(key, spec.name)
    outcome = cast.receive(cast.incoming(subject, text, ENTITY, files=files, mailbox=cast.mailbox(box, cast.mef)))
    ticket = cast.ticket(outcome.ticket_id or 0)
    assert ticket.request_type == key
    known = {name: value for name, value in everything_about(MEF, spec).items() if name not in ticket.fields}
    cast.do(tickets.set_fields, cast.foreigner, ticket.id, None, {**known, **fields})
    assert (ticket.missing_documents, ticket.status) == ([], "open")
    return ticket


@pytest.mark.parametrize("key", ["ausencia_temporal", "ausencia_permanente"])
def test_an_absence_is_closed_only_when_both_actions_are_done(cast: Cast, key: str) -> None:
    ticket = by_mail(cast, key, "biometria")
    for step in ("configurar", "activar_alterno"):
        assert cast.step(ticket).key == step
        with pytest.raises(IllegalMove, match="falta"):
            cast.do(conversation.reply, cast.foreigner, ticket.id, None, "Hecho.", close=True)
        with pytest.raises(IllegalMove, match="falta"):
            cast.do(tickets.close, cast.foreigner, ticket.id, None, "Hecho.", Delivery("in_person"))
        completes(cast, ticket)
    assert closing(cast, ticket).recipient == ENTITY.address


@pytest.mark.parametrize("key", ["enrolamiento_biometrico", "ausencia_temporal", "ausencia_permanente"])
def test_the_reply_to_the_mail_confirms_and_closes_in_its_thread(cast: Cast, key: str) -> None:
    ticket = by_mail(cast, key, "biometria")
    while cast.step(ticket).kind != "close":
        completes(cast, ticket, "Hecho.")
    letter = closing(cast, ticket, "Confirmado.")
    opener = cast.messages(ticket)[0]
    assert (letter.recipient, letter.in_reply_to) == (opener.from_address, opener.message_id)
    assert "active" not in cast.steps(ticket).values()


def test_a_request_for_information_is_completed_in_its_own_ticket(cast: Cast) -> None:
    box = cast.mailbox("gestion_documental", cast.mef)
    text = (
        "Solicito información. Nombre: Elsa Ruiz. Cédula: 1710034065. Dirección: Av. Amazonas 100. Teléfono: 023998300."
    )
    outcome = cast.receive(cast.incoming("Solicitud de información", text, ENTITY, mailbox=box))
    ticket = cast.ticket(outcome.ticket_id or 0)
    assert (ticket.request_type, ticket.missing_documents) == ("solicitud_informacion", ["oficio_requerimiento"])
    letter = cast.letter(ticket, "incompleto")
    cast.later(hours=5)
    answer = cast.answer_to(letter, "Adjunto el oficio.", ENTITY, files=(file("Oficio de requerimiento.pdf"),))
    assert cast.receive(answer).ticket_id == ticket.id
    assert ticket.missing_documents == []


def test_the_copy_of_the_identity_card_is_asked_of_nobody(cast: Cast) -> None:
    """Of service 4 it is optional: who does not send it is not returned (R-024)."""
    assert MEF.request_type("activacion_revision_usuario").document("copia_identificacion").mandatory == "optional"
    ticket = by_mail(cast, "activacion_revision_usuario", "centro_servicios")
    assert cast.letters(ticket, "incompleto") == []


def test_the_letter_of_return_shows_every_property_of_a_document(cast: Cast) -> None:
    box = cast.mailbox("centro_servicios", cast.mef)
    name = MEF.request_type("crear_usuario_administrador").name
    outcome = cast.receive(cast.incoming(name, "Solicito crear el usuario administrador.", ENTITY, mailbox=box))
    text = flat(cast.letter(cast.ticket(outcome.ticket_id or 0), "incompleto").text)
    form = MEF.request_type("crear_usuario_administrador").document("formulario_administrador")
    signers = ", ".join(MEF.role(role).name for role in form.signed_by)
    assert (
        f"{form.name} (formulario {form.form_code}). Firma: {signers}. Con sello de la institución. "
        "Con reconocimiento de firma ante notario. Se debe presentar el original"
    ) in text
    absence = by_mail(cast, "ausencia_temporal", "biometria")
    cast.do(documents.return_incomplete, cast.foreigner, absence.id, None, ("accion_personal_autoridad",), "Otra vez.")
    assert "Fiel copia del original" in flat(cast.letter(absence, "incompleto").text)


def test_an_activation_with_errors_is_returned_with_the_error(cast: Cast) -> None:
    ticket = by_mail(cast, "activacion_revision_usuario", "centro_servicios")
    wrong = ("formulario_activacion",)
    told = "La cédula del formulario no es la del usuario."
    objections = {"formulario_activacion": "corrections"}
    cast.do(documents.return_incomplete, cast.foreigner, ticket.id, None, wrong, told, objections)
    assert ticket.status == "waiting_requester"
    text = flat(cast.letter(ticket, "incompleto").text)
    assert told in text
    assert "Lo que llegó no sirve: con correcciones o enmendaduras" in text


@pytest.mark.parametrize("key", ["crear_usuario_administrador", "crear_usuario_gad_ep", "crear_usuario_consulta"])
def test_a_user_is_created_after_the_review_with_its_name_and_role_on_record(cast: Cast, key: str) -> None:
    spec = MEF.request_type(key)
    bare = opened(cast, replace(whole(MEF, spec, "in_person"), originals={}))
    assert (cast.step(bare).key, cast.steps(bare)["crear_usuario"]) == ("validar_documentos", "to_come")
    ticket = opened(cast, whole(MEF, spec, "in_person"))
    with pytest.raises(Invalid, match="datos del usuario creado"):
        completes(cast, ticket)
    completes(cast, ticket, USER)
    row = routes.present(cast.session, ticket)["crear_usuario"]
    assert (row.state, row.reason) == ("done", USER)


def test_the_officials_of_an_entity_and_its_computer_are_found_under_its_number(cast: Cast) -> None:
    """One titular and several alternates, each with the quality in which the enrolment registered them (R-026)."""
    values = whole(MEF, MEF.request_type("enrolamiento_biometrico"), "in_person")
    expected = [("Persona 0", "titular", "PC-7"), ("Persona 1", "alterno", "PC-7"), ("Persona 2", "alterno", "PC-7")]
    for name, quality, computer in expected:
        said = {"calidad": quality, "funcionario_nombres": name, "equipo_pago": computer}
        address = f"{name.replace(' ', '')}@entidad.example.com".lower()
        opened(cast, replace(values, fields={**values.fields, **said}, address=address))
    ruc = "".join(filter(str.isdigit, str(values.fields["entidad_ruc"])))
    found = cast.session.scalars(select(Ticket).where(search.has_identity(ruc)).order_by(Ticket.id)).all()
    keys = ("funcionario_nombres", "calidad", "equipo_pago")
    assert [tuple(each.fields[key] for key in keys) for each in found] == expected


@pytest.mark.parametrize(
    ("box", "subject", "text"),
    [
        ("biometria", "Ausencia temporal del titular", "Sale de vacaciones el titular."),
        ("gestion_documental", "Solicitud de información", "Solicito información pública sobre el gasto."),
        ("centro_servicios", "Creación de usuario de consulta", "Solicito crear un usuario de consulta."),
    ],
)
def test_a_message_to_a_shared_mailbox_is_one_ticket_in_the_queue_of_its_team(
    cast: Cast, box: str, subject: str, text: str
) -> None:
    before = cast.session.scalar(select(func.count()).select_from(Ticket)) or 0
    outcome = cast.receive(cast.incoming(subject, text, ENTITY, mailbox=cast.mailbox(box, cast.mef)))
    ticket = cast.ticket(outcome.ticket_id or 0)
    assert ticket.team == MEF.mailbox(box).team
    assert cast.session.scalar(select(func.count()).select_from(Ticket)) == before + 1
    (letter,) = cast.letters(ticket)
    assert letter.recipient == ENTITY.address
    assert f"MEF-{ticket.number}" in letter.text


@pytest.mark.parametrize("by", ["mail", "counter"])
def test_the_clock_starts_when_what_was_missing_is_supplied(cast: Cast, by: str) -> None:
    cast.now = datetime(2026, 4, 7, 10, 0, tzinfo=QUITO)
    box = cast.mailbox("centro_servicios", cast.mef)
    spec = MEF.request_type("activacion_revision_usuario")
    sent = tuple(file(f"{each.name[:80]} {each.match[0]}.pdf") for each in spec.required_documents)
    mail = cast.incoming(spec.name, "Solicito la activación de mi usuario.", ENTITY, files=sent[1:], mailbox=box)
    ticket = cast.ticket(cast.receive(mail).ticket_id or 0)
    assert (ticket.missing_documents, ticket.started_at, ticket.due_at) == (["formulario_activacion"], None, None)
    at = cast.later(hours=2)
    if by == "mail":
        cast.receive(cast.answer_to(cast.letter(ticket, "incompleto"), "Lo adjunto.", ENTITY, files=sent[:1]))
    else:
        cast.do(originals.see, cast.foreigner, ticket.id, None, "formulario_activacion")
    assert (ticket.missing_documents, ticket.started_at) == ([], at)
    assert ticket.due_at == datetime(2026, 4, 8, 11, 0, tzinfo=QUITO)
