import pytest

from helpdesk.domain.incoming import Person
from tests.domain.shipped import read
from tests.effort import no_explosion

ABSENCE = ("mef-ec", "ausencia_temporal")
CHANGE = ("sigec-cl", "cambio_fecha_modificacion")


@pytest.mark.parametrize(
    "text",
    [
        "La titular Diana Paz (cédula 1700000001) será reemplazada por el alterno Hugo León (cédula 0900000001).",
        "Alterno: Hugo León, C.I. 0900000001\nTitular: Diana Paz, C.I. 1700000001",
        "El alterno Hugo León, con cédula 0900000001, reemplaza a la titular Diana Paz, con cédula 1700000001.",
        "Cédula del titular: 1700000001, nombre Diana Paz\nCédula del alterno: 0900000001, nombre Hugo León",
    ],
)
def test_each_number_goes_to_its_person(text: str) -> None:
    found = read(*ABSENCE, text)
    assert (found["titular_cedula"], found["alterno_cedula"]) == ("1700000001", "0900000001")


def test_names_and_addresses_go_with_their_number() -> None:
    text = (
        "Titular: Ing. Diana Paz, cédula 1700000001, dpaz@a.example. Alterno: Hugo León (0900000001, hleon@a.example)"
    )
    found = read(*ABSENCE, text)
    assert [found[key] for key in ("titular_nombres", "titular_correo", "alterno_nombres", "alterno_correo")] == [
        "Diana Paz",
        "dpaz@a.example",
        "Hugo León",
        "hleon@a.example",
    ]


def test_a_wrong_number_is_kept_as_written() -> None:
    assert read(*ABSENCE, "Titular con cédula 1700000009")["titular_cedula"] == "1700000009"


def test_a_telephone_is_no_identity_number() -> None:
    assert "titular_cedula" not in read(*ABSENCE, "Titular Diana Paz, teléfono 0900000001")


def test_a_rut_is_normalised() -> None:
    assert read("sigec-cl", "crear_usuario_ejecutor", "RUT: 11.111.111-k")["usuario_rut"] == "11111111-K"


def test_an_address_that_is_none_is_kept_to_be_told() -> None:
    assert read("mef-ec", "solicitud_informacion", "Correo: ana@casa")["correo"] == "ana@casa"


def test_the_address_of_the_letter_is_that_of_the_citizen() -> None:
    ana = Person("Ana Mora", "ana@example.net")
    found = read("mef-ec", "solicitud_informacion", "Pido información.", who=ana)
    assert (found["correo"], found["nombre_completo"]) == ("ana@example.net", "Ana Mora")


def test_an_office_is_no_person() -> None:
    office = Person("Recursos Humanos", "rrhh@example.net")
    assert "usuario_nombres" not in read("conectamef-pe", "capacitacion", "Pedimos un curso.", who=office)


def test_labels_may_be_in_other_words_and_order() -> None:
    text = (
        "Motivo: se digitó mal\nAño de la convocatoria: 2025\nNombre del ejecutor: Fundación Sol\n"
        "Proyecto N° 25-000100-00002\nN° de modificación: 4\nNombre convocatoria: Familias\n"
        "Fecha que la reemplazará: 15-01-2026\nFecha a modificar: 28-02-2026"
    )
    found = read(*CHANGE, text)
    assert {key: found[key] for key in found if key not in ("programa", "region")} == {
        "convocatoria_nombre": "Familias",
        "convocatoria_anio": 2025,
        "ejecutor": "Fundación Sol",
        "numero_proyecto": "25-000100-00002",
        "numero_modificacion": "4",
        "fecha_actual": "2026-02-28",
        "fecha_reemplazo": "2026-01-15",
        "motivo": "se digitó mal",
    }


@pytest.mark.parametrize(
    "text",
    [
        "dice 28-02-2026, debe decir 15-01-2026",
        "cambiar la fecha 28-02-2026 por 15-01-2026",
        "la nueva fecha es 15-01-2026 (registrada actualmente: 28-02-2026)",
        "Fecha errónea: 28/02/2026\nFecha correcta: 15/01/2026",
        "modificar del 28 de febrero de 2026 al 15 de enero de 2026",
    ],
)
def test_the_date_to_change_and_the_one_that_replaces_it(text: str) -> None:
    found = read(*CHANGE, text)
    assert (found["fecha_actual"], found["fecha_reemplazo"]) == ("2026-02-28", "2026-01-15")


def test_a_reason_ends_where_the_letter_takes_leave() -> None:
    found = read(*CHANGE, "Motivo: error de carga. Se adjunta memorándum. Saludos")
    assert found["motivo"] == "error de carga"


def test_a_reason_may_be_said_without_label() -> None:
    assert read(*CHANGE, "Se pide el cambio debido a un feriado.")["motivo"] == "debido a un feriado"


def test_lines_that_a_mail_program_wrapped_are_read_as_one() -> None:
    text = "Se solicita modificar el registro del proyecto señalado, ejecutor Municipalidad\nde Los Andes, por error."
    assert read(*CHANGE, text)["ejecutor"] == "Municipalidad de Los Andes"


def test_a_table_in_the_text_is_read() -> None:
    text = "RUT | 11.111.111-1\nNombres y apellidos | Ana Luz Paz\nRegión | Los Lagos"
    found = read("sigec-cl", "crear_usuario_ejecutor", text)
    assert [found[key] for key in ("usuario_rut", "usuario_nombres", "region")] == [
        "11111111-1",
        "Ana Luz Paz",
        "CL-LL",
    ]


@pytest.mark.parametrize(
    ("text", "prints", "kit"),
    [
        ("Las huellas ya constan y ya recibimos el kit.", True, True),
        ("Las huellas aún no constan. No hemos recibido el kit biométrico.", False, False),
        ("No tiene huellas registradas; nos entregaron el kit en marzo.", False, True),
        ("¿Las huellas ya constan?: sí\n¿La entidad ya recibió el kit?: no", True, False),
        ("Sin huellas registradas. La entidad todavía no dispone de kit.", False, False),
    ],
)
def test_yes_and_no_are_read_from_statements(text: str, prints: bool, kit: bool) -> None:
    found = read("mef-ec", "enrolamiento_biometrico", text)
    assert (found["huellas_registradas"], found["kit_entregado"]) == (prints, kit)


def test_an_attached_conditional_document_says_what_it_depends_on() -> None:
    found = read("mef-ec", "enrolamiento_biometrico", "Adjunto lo pedido.", files=("Contrato de comodato.pdf",))
    assert found["kit_entregado"] is False


def test_a_conditional_datum_says_what_it_depends_on() -> None:
    text = "Usuario anterior a desactivar: cédula 0100000009, Luis Calle"
    assert read("seps-ec", "solicitud_usuario_clave", text)["hay_usuario_anterior"] is True


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Rol: Auditor Externo", "auditor_externo"),
        ("la clave del rol de acopio, firmada por el representante legal", "acopio"),
        ("para el rol de Representante Legal del sector no financiero", "rep_legal_snf"),
        ("la organización está en liquidación y pide el rol de liquidador", "liquidador"),
    ],
)
def test_a_choice_is_read_by_the_words_of_its_label(text: str, role: str) -> None:
    assert read("seps-ec", "solicitud_usuario_clave", text)["rol"] == role


def test_the_type_itself_states_its_choice() -> None:
    found = read("sigec-cl", "desaprobacion_rendicion_nacional", "Favor desaprobar.")
    assert found["tipo_convenio"] == "nacional"


def test_the_opening_and_the_closing_hour_are_not_mixed_up() -> None:
    text = "Cierre de postulación: 27-03-2026 15:00. Apertura de la convocatoria: 16-03-2026 09:00."
    found = read("sigec-cl", "crear_convocatoria_estandar", text)
    assert found["cierre_postulacion"] == "2026-03-27T15:00:00-03:00"
    assert found["apertura_postulacion"] == "2026-03-16T09:00:00-03:00"


def test_a_closing_date_without_hour_is_no_closing_moment() -> None:
    found = read("sigec-cl", "crear_convocatoria_estandar", "Cierre de postulación: 27-03-2026.")
    assert "cierre_postulacion" not in found


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Cerramos mañana a las 18:00.", "2026-03-18T18:00:00-05:00"),
        ("Cierre hoy a las 6 de la tarde.", "2026-03-17T18:00:00-05:00"),
        ("Lo necesitamos hasta el viernes a las 12:00.", "2026-03-20T12:00:00-05:00"),
    ],
)
def test_a_moment_may_be_told_from_the_day_of_writing(text: str, moment: str) -> None:
    assert read("conectamef-pe", "pedido_medios", text)["fecha_limite_medio"] == moment


@pytest.mark.parametrize(
    ("text", "count"),
    [("para 30 participantes", 30), ("participantes: 18", 18), ("para doce participantes", 12)],
)
def test_an_amount_stands_before_its_noun(text: str, count: int) -> None:
    assert read("conectamef-pe", "capacitacion", text)["participantes"] == count


def test_the_subject_serves_where_no_subject_matter_is_labelled() -> None:
    found = read("conectamef-pe", "recepcion_documental", "Se adjunta.", subject="RV: Re: Carta 15-2026")
    assert found["asunto"] == "Carta 15-2026"


def test_the_question_is_the_letter_without_greeting_and_data() -> None:
    text = "Estimados:\n\n¿Cómo anulo una orden?\nRUC de la entidad: 20000000001\n\nSaludos cordiales"
    assert read("conectamef-pe", "consulta", text)["consulta"] == "¿Cómo anulo una orden?"


def test_our_own_names_are_not_the_entity_that_writes() -> None:
    text = "Señores\nMinisterio de Economía y Finanzas\n\nLa Unidad Educativa Los Andes pide lo indicado."
    assert read(*ABSENCE, text)["entidad_nombre"] == "Unidad Educativa Los Andes"


def test_nothing_is_invented() -> None:
    assert read(*ABSENCE, "Buenos días.") == {}


@pytest.mark.parametrize("repeated", ["a.", "cedula 1700000001, ", "a@b.c ", "\n", "Aa de la ", "x", "label: value. "])
def test_a_hostile_letter_is_no_explosion(repeated: str) -> None:
    with no_explosion():
        read("mef-ec", "enrolamiento_biometrico", repeated * (200_000 // len(repeated)))


def test_the_line_above_a_number_says_whose_it_is() -> None:
    text = "Alterno: Hugo León\nCédula: 0900000001\nTitular: Diana Paz\nCédula: 1700000001\nCorreo: dpaz@a.example"
    found = read(*ABSENCE, text)
    assert [found[key] for key in ("alterno_nombres", "alterno_cedula", "titular_cedula", "titular_correo")] == [
        "Hugo León",
        "0900000001",
        "1700000001",
        "dpaz@a.example",
    ]


def test_a_signature_with_its_number_names_the_user() -> None:
    found = read("mef-ec", "activacion_revision_usuario", "Favor reactivar.\n\nLuis Pérez Mora\nC.I.: 0100000009")
    assert (found["usuario_nombres"], found["usuario_cedula"]) == ("Luis Pérez Mora", "0100000009")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Viáticos y pasajes a Paita.", "otorgamiento"), ("Rendición de los viáticos a Paita.", "rendicion")],
)
def test_travel_money_is_asked_for_unless_it_is_accounted_for(text: str, kind: str) -> None:
    assert read("conectamef-pe", "comision_servicios", text)["clase"] == kind


def test_a_table_with_cells_set_apart_by_blanks_is_read() -> None:
    text = "Solicito el cambio.\n\nNúmero de proyecto  25-000654-00031\nMotivo  La resolución se tramitó en agosto\n"
    found = read("sigec-cl", "cambio_fecha_modificacion", text)
    assert found["motivo"] == "La resolución se tramitó en agosto"


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("cuarenta y cinco (45) servidores", 45),
        ("cuarenta y cinco servidores", 45),
        ("veinte (20) participantes", 20),
        ("25 trabajadores", 25),
    ],
)
def test_spelled_numbers_are_read(said: str, number: int) -> None:
    assert read("conectamef-pe", "capacitacion", f"Pedimos un curso de SIGA para {said}.")["participantes"] == number


def test_none_says_that_there_is_none() -> None:
    found = read("seps-ec", "solicitud_usuario_clave", "Rol: Auditor Externo.\nUsuario anterior: ninguno.")
    assert found["hay_usuario_anterior"] is False
    assert "anterior_nombres" not in found


def test_a_former_president_is_the_former_user() -> None:
    found = read(
        "seps-ec",
        "solicitud_usuario_clave",
        "Soy la nueva presidenta, en lugar del anterior presidente Luis Jaya, cédula 0503123499, a quien desactivar.",
    )
    assert found["anterior_cedula"] == "0503123499"


def test_who_asks_for_the_representatives_role_is_the_representative() -> None:
    found = read(
        "seps-ec",
        "solicitud_usuario_clave",
        "Rol de Representante Legal Sector No Financiero. Representante legal: Hugo Chele, cédula 1308765419.",
    )
    assert found["usuario_cedula"] == found["rep_legal_cedula"] == "1308765419"


def test_a_title_before_a_name_ends_no_sentence() -> None:
    found = read(
        "seps-ec",
        "solicitud_usuario_clave",
        "Rol de Acopio de Información.\nNueva usuaria: Ing. Lucía Mora, cédula 0701456782, lucia@aso.example.org",
    )
    assert (found["usuario_cedula"], found["usuario_correo"]) == ("0701456782", "lucia@aso.example.org")


def test_a_journalist_is_named_before_the_calling() -> None:
    found = read("conectamef-pe", "pedido_medios", "Le escribe Ana Loayza, periodista de TV Andina.")
    assert (found["periodista"], found["medio"]) == ("Ana Loayza", "TV Andina")


def test_the_name_under_the_farewell_is_whose_request_it_is() -> None:
    text = "Requiere información.\n\nAtentamente,\n\nDra. Mónica Villacís Peña\nDirectora\nRUC 1160023450001"
    assert read("mef-ec", "solicitud_informacion", text)["nombre_completo"] == "Mónica Villacís Peña"


def test_attached_bodies_and_an_attached_body_are_told_apart() -> None:
    text = (
        "Para revisar la ejecución de las entidades adscritas a este Ministerio:\n\n1. Instituto Uno\n2. Orquesta Dos\n"
    )
    found = read("mef-ec", "crear_usuario_consulta", text)
    assert found["tipo_consulta"] == "entidades_adscritas"
    assert found["entidades_a_visualizar"] == ["Instituto Uno", "Orquesta Dos"]


def test_of_several_bodies_the_one_beside_its_number_is_the_entity() -> None:
    text = "Por el examen a la Escuela Fiscal Tarqui pedimos acceso. La Agencia de Control tiene RUC 1760000000001."
    assert read("mef-ec", "crear_usuario_consulta", text)["entidad_nombre"] == "Agencia de Control"


def test_the_number_of_a_body_is_no_part_of_its_name() -> None:
    text = "Usuario para el Hospital General de Loja RUC 1160000000001."
    assert read("mef-ec", "crear_usuario_consulta", text)["entidad_nombre"] == "Hospital General de Loja"


@pytest.mark.parametrize(
    "text",
    [
        "Reemplaza a Galo Ruiz (usuario gruiz07).",
        "El contador (usuario gruiz07) dejó la institución.",
        "Usuario anterior: gruiz07",
    ],
)
def test_the_user_of_whoever_left_is_the_former_user(text: str) -> None:
    assert read("mef-ec", "crear_usuario_administrador", text)["usuario_anterior"] == "gruiz07"


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Yo, Ana Paz, estudiante de la FLACSO, solicito los gastos de los municipios.", "academica"),
        ("En representación de la Fundación Sol, pedimos la ejecución del sector público.", "ong"),
        ("Soy ciudadano y necesito el presupuesto del ministerio.", "ciudadano"),
    ],
)
def test_who_asks_is_told_by_what_they_say_of_themselves_not_by_the_matter(text: str, who: str) -> None:
    assert read("mef-ec", "solicitud_informacion", text)["tipo_requirente"] == who


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Ana Paz, domiciliada en Av. Amazonas N34-120, Quito, teléfono 023456789.", "Av. Amazonas N34-120, Quito"),
        ("Mi dirección es calle Bolívar 12 y Sucre; mi correo a@b.example", "calle Bolívar 12 y Sucre"),
        ("Vivo en Loja.", None),
    ],
)
def test_an_address_is_read_from_running_text(text: str, address: str | None) -> None:
    assert read("mef-ec", "solicitud_informacion", text).get("direccion") == address


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Licencia desde el 10 de marzo de 2026 por 15 días.", "2026-03-24"),
        ("Vacaciones a partir del 10/03/2026 por el lapso de treinta (30) días", "2026-04-08"),
        ("Licencia desde el 10 de marzo de 2026 por 15 días hábiles.", None),
    ],
)
def test_how_long_an_absence_lasts_gives_its_last_day(text: str, last: str | None) -> None:
    assert read(*ABSENCE, text).get("hasta") == last


def test_the_only_day_and_the_hour_called_so_are_one_moment() -> None:
    text = "Atención del 14/09/2026 en ventanilla. Se explicó el trámite. Hora de inicio 14h20."
    assert read("mef-ec", "soporte_presencial", text)["inicio_atencion"] == "2026-09-14T14:20:00-05:00"
    assert "inicio_atencion" not in read("mef-ec", "soporte_presencial", "Hora de inicio 14h20.")


@pytest.mark.parametrize(
    ("text", "stops", "employed"),
    [
        ("No se solicita desactivar a nadie. La usuaria es empleada.", False, True),
        ("Solicito usuario y clave. No soy empleada de la cooperativa.", None, False),
        ("Dar de baja al anterior.", True, None),
        ("Solicitamos acceso.", None, None),
    ],
)
def test_a_yes_or_no_is_about_what_is_asked_not_about_the_asking(
    text: str, stops: bool | None, employed: bool | None
) -> None:
    found = read("seps-ec", "solicitud_usuario_clave", text)
    assert (found.get("solicita_desactivacion"), found.get("es_empleado")) == (stops, employed)


def test_a_denial_of_something_else_is_no_choice() -> None:
    text = "La cooperativa solicita usuario y clave. No había usuario anterior en la organización."
    assert "opcion_formulario" not in read("seps-ec", "solicitud_usuario_clave", text)


def test_an_address_behind_the_number_of_a_body_is_the_bodys() -> None:
    text = (
        "La Asociación Sol, RUC 0790000000001, sol@asoc.example, pide clave para Ana Paz Ruiz, cédula 1700000001, "
        "ana@asoc.example"
    )
    found = read("seps-ec", "solicitud_usuario_clave", text)
    assert (found["organizacion_correo"], found["usuario_correo"]) == ("sol@asoc.example", "ana@asoc.example")


@pytest.mark.parametrize(
    "text",
    [
        "Viáticos para el especialista Luis Vera Paz, que viaja a Tumbes.",
        "Viáticos de la especialista en tesorería Luis Vera Paz a Tumbes.",
    ],
)
def test_a_name_behind_the_post_is_the_specialist(text: str) -> None:
    assert read("conectamef-pe", "comision_servicios", text)["comisionado"] == "Luis Vera Paz"


def test_a_name_ends_where_the_office_begins() -> None:
    text = "Les saluda Jorge Paz de Radio Norte. Queremos una entrevista."
    assert read("conectamef-pe", "pedido_medios", text)["periodista"] == "Jorge Paz"


def test_who_only_asks_for_a_colleague_is_not_the_user() -> None:
    text = "Solicito un usuario administrador financiero para nuestra contadora. Remito mi pedido."
    assert "usuario_nombres" not in read("mef-ec", "crear_usuario_administrador", text)
