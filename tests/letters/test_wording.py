from dataclasses import replace
from datetime import date

import pytest

from helpdesk.domain.catalogue import Choice, IntakeField
from helpdesk.letters import facts as f
from helpdesk.letters import write
from tests.domain.shipped import shipped
from tests.letters.samples import BARE, DESK, EVENING, MINISTRY, MORNING, PAGE, bare_facts, full_facts

SENDERS = "palabra-del-remitente"
TYPED = replace(BARE, subject="Solicitud de usuario", request_type="Creación de usuarios")


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("letter", ["acuse", "incompleto", "canal", "aviso_autoservicio"])
def test_a_minimal_letter_carries_none_of_the_senders_text(letter: str) -> None:
    facts = replace(full_facts("texto del catálogo")[letter], minimal=True, recipient=SENDERS)
    facts = replace(facts, ticket=replace(facts.ticket, subject=SENDERS))
    if letter == "acuse":
        facts = replace(facts, files=(f.FileFacts(SENDERS),))
    if letter == "incompleto":
        facts = replace(facts, invalid=(f.InvalidValue("RUC", "El dígito verificador no corresponde.", SENDERS),))
    written = getattr(write, letter)(facts)
    assert SENDERS not in written.subject + written.text + written.html
    assert "MEF-123" in written.text


def test_a_minimal_letter_gives_no_tracking_link() -> None:
    assert "seguimiento" not in write.acuse(replace(full_facts("x")["acuse"], minimal=True)).text


def test_the_acknowledgement_states_type_and_due_date_in_words() -> None:
    text = write.acuse(f.Acknowledgement(MINISTRY, TYPED, MORNING, due_at=EVENING)).text
    assert "Tipo de solicitud: Creación de usuarios" in text
    assert "Plazo de respuesta: hasta el viernes 13/03/2026, 17:00 (hora de Ecuador)" in flat(text)


def test_the_acknowledgement_of_an_unclassified_request_says_so() -> None:
    text = write.acuse(f.Acknowledgement(MINISTRY, BARE, MORNING)).text
    assert "Tipo de solicitud: sin clasificar" in text
    assert "Plazo de respuesta: sin plazo fijado" in text


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ("email", "Recibimos su mensaje y lo registramos"),
        ("in_person", "Registramos la solicitud que hizo en nuestra oficina"),
        ("phone", "Registramos la solicitud que hizo por teléfono"),
        ("physical_document", "Recibimos el documento que presentó en papel"),
        ("ventanilla_de_otro_catalogo", "Recibimos su solicitud y la registramos"),
    ],
)
def test_the_acknowledgement_speaks_of_a_message_only_where_one_came(channel: str, words: str) -> None:
    facts = f.Acknowledgement(MINISTRY, BARE, MORNING, filed_at=EVENING, channel=channel)
    text = " ".join(write.acuse(facts).text.split())
    assert words in text
    assert ("Su mensaje llegó" in text, "Su solicitud llegó" in text) == (channel == "email", channel != "email")


def test_the_filing_date_is_named_only_when_it_differs_from_the_arrival() -> None:
    same = f.Acknowledgement(MINISTRY, TYPED, MORNING, filed_at=MORNING)
    assert "Fecha de presentación" not in write.acuse(same).text
    later = replace(same, filed_at=EVENING)
    assert "Fecha de presentación: viernes 13/03/2026, 17:00" in write.acuse(later).text


def test_a_missing_document_is_named_with_its_form_and_who_signs() -> None:
    document = f.MissingDocument("Formulario de usuarios", "F.SI.AS.01", ("Máxima autoridad", "Usuario"), sealed=True)
    text = flat(write.incompleto(f.ReturnedIncomplete(MINISTRY, TYPED, documents=(document,))).text)
    assert "- Formulario de usuarios (formulario F.SI.AS.01). Firma: Máxima autoridad, Usuario. Con sello" in text


def test_everything_that_is_missing_is_named_at_once() -> None:
    facts = f.ReturnedIncomplete(
        MINISTRY,
        TYPED,
        documents=(f.MissingDocument("RUC"),),
        data=("Teléfono",),
        invalid=(f.InvalidValue("Cédula", "El dígito verificador no corresponde.", "0102"),),
        who_may_ask=("Encargado financiero",),
    )
    text = write.incompleto(facts).text
    for part in ("- RUC", "- Teléfono", "- Cédula («0102»): El dígito", "- Encargado financiero"):
        assert part in text


@pytest.mark.parametrize(
    ("clock", "sentence"),
    [
        ("not_started", "El plazo de respuesta está detenido: empezará a contar"),
        ("paused", "El plazo de respuesta está detenido: seguirá contando"),
    ],
)
def test_a_return_says_that_the_clock_stands_still(clock: str, sentence: str) -> None:
    facts = replace(bare_facts()["incompleto"], clock=clock)
    assert sentence in flat(write.incompleto(facts).text)


def test_a_return_of_a_type_without_term_speaks_of_no_clock() -> None:
    assert "PLAZO" not in write.incompleto(replace(bare_facts()["incompleto"], clock="none")).text


def test_whoever_may_not_ask_is_not_told_to_send_what_is_missing() -> None:
    text = write.incompleto(f.ReturnedIncomplete(MINISTRY, TYPED, who_may_ask=("Encargado financiero",))).text
    assert "solo puede pedirla" in text
    assert "Responda a este correo con lo que falta" not in text


def test_an_approval_request_says_how_to_decide_by_mail_and_on_the_page() -> None:
    text = write.aprobacion(f.ApprovalRequest(MINISTRY, TYPED, "Autorizar", "Ana", PAGE)).text
    assert (
        "Para aprobar, responda APRUEBO en la primera línea. Para rechazar, responda RECHAZO e indique el motivo."
        in flat(text)
    )
    assert PAGE in text


@pytest.mark.parametrize("letter", ["aprobacion", "recordatorio"])
def test_no_reply_is_offered_where_decisions_by_mail_are_off(letter: str) -> None:
    written = getattr(write, letter)(replace(bare_facts()[letter], answer_by_mail=False))
    assert "APRUEBO" not in written.text + written.html
    assert PAGE in written.text


def test_a_substitute_reads_for_whom_the_decision_is() -> None:
    facts = replace(bare_facts()["aprobacion"], on_behalf_of="Rosa Díaz")
    assert "en nombre de Rosa Díaz" in write.aprobacion(facts).text


def test_the_text_of_the_requester_is_marked_as_quoted() -> None:
    facts = replace(bare_facts()["aprobacion"], reason="Falta.\r\nAPRUEBO")
    assert "> Falta.\n> APRUEBO\n" in write.aprobacion(facts).text


def test_an_unverified_requester_is_marked() -> None:
    facts = replace(bare_facts()["aprobacion"], requester_verified=False)
    assert "Pide: Ana (remitente sin verificar)" in write.aprobacion(facts).text


@pytest.mark.parametrize(
    "cause",
    ["conditional", "delayed", "contradictory", "unclear", "no_reason", "confirmation_required", "not_verified",
     "request_changed", "other_ticket"],
)  # fmt: skip
def test_every_question_back_leads_to_the_page_and_decides_nothing(cause: str) -> None:
    text = flat(write.aclarar(replace(bare_facts()["aclarar"], cause=cause)).text)
    assert "no se registró ninguna decisión" in text
    assert PAGE in text


def test_an_unproved_answer_is_not_shown_to_the_approver_as_theirs() -> None:
    facts = f.AskedAgain(MINISTRY, TYPED, "Autorizar", PAGE, "not_verified", answer="Apruebo todo")
    assert "Apruebo todo" not in write.aclarar(facts).text


@pytest.mark.parametrize("audience", ["requester", "approver"])
def test_a_rejection_gives_its_reason_and_says_that_nothing_is_executed(audience: str) -> None:
    decided = f.DecisionFacts("reject", "Autorizar", "Eva", MORNING, reason="Falta el memorándum.")
    text = write.decision(replace(bare_facts()["decision"], decision=decided, audience=audience)).text
    assert "> Falta el memorándum." in text
    assert "No se ejecutará" in flat(text)


def test_the_closing_answer_says_until_when_a_reply_reopens() -> None:
    text = flat(write.cierre(replace(bare_facts()["cierre"], reopen_until=EVENING)).text)
    assert "responda a este correo hasta el viernes 13/03/2026, 17:00 (hora de Ecuador)" in text


def test_the_agents_lines_stay_lines() -> None:
    facts = replace(bare_facts()["respuesta"], text="Usuario: ana01\nRol: consulta\n\nSaludos")
    letter = write.respuesta(facts)
    assert "Usuario: ana01\nRol: consulta\n\nSaludos" in letter.text
    assert "Usuario: ana01<br>\nRol: consulta</p>" in letter.html


def test_self_service_steps_are_numbered_and_the_link_goes_to_the_registered_address() -> None:
    text = flat(write.aviso_autoservicio(replace(bare_facts()["aviso_autoservicio"], steps=("Abrir.", "Elegir."))).text)
    assert "1. Abrir. 2. Elegir." in text
    assert "solamente al correo registrado" in text


@pytest.mark.parametrize(
    "kind", ["undelivered", "approver_absent", "approver_missing", "own_request", "asked_too_often"]
)
def test_every_notice_to_the_desk_says_what_to_do(kind: str) -> None:
    letter = write.aviso_interno(f.DeskNotice(MINISTRY, TYPED, kind, DESK))  # type: ignore[arg-type]  # parametrised
    assert "QUÉ HACER" in letter.text
    assert letter.subject.endswith(": Creación de usuarios")


def test_letters_to_the_requester_keep_one_subject() -> None:
    ticket = replace(TYPED, subject="RE: Rv: [MEF 123] Solicitud de usuario")
    letters = [
        getattr(write, name)(replace(bare_facts()[name], ticket=ticket)).subject
        for name in ("acuse", "incompleto", "decision", "respuesta", "cierre", "no_presentado", "canal")
    ]
    assert set(letters) == {"[MEF 123] Solicitud de usuario"}


def test_a_very_long_subject_is_cut() -> None:
    subject = write.acuse(replace(bare_facts()["acuse"], ticket=replace(BARE, subject="largo " * 500))).subject
    assert len(subject) <= 150
    assert subject.endswith("…")


def test_marks_that_turn_the_writing_direction_are_taken_out_of_file_names() -> None:
    facts = replace(bare_facts()["acuse"], files=(f.FileFacts("oficio\u202efdp.exe"),))
    assert "oficiofdp.exe" in write.acuse(facts).text


def test_a_service_reads_its_fields_with_labels_and_the_names_of_choices() -> None:
    fields = (
        IntakeField("anio", "Año", "integer", "always", "seed"),
        IntakeField("rol", "Rol", "choice", "always", "seed", (Choice("acopio", "Acopio de Información"),)),
        IntakeField("desde", "Desde", "date", "always", "seed"),
        IntakeField("vacio", "Vacío", "text", "optional", "seed"),
    )
    given = {"anio": 2026, "rol": "acopio", "desde": "2026-03-13", "vacio": ""}
    shown = f.shown_fields(shipped("sigec-cl"), fields, given)
    assert shown == (
        f.FieldValue("Año", 2026),
        f.FieldValue("Rol", "Acopio de Información"),
        f.FieldValue("Desde", date(2026, 3, 13)),
    )


def test_who_decides_reads_the_names_of_places_and_what_was_not_told() -> None:
    fields = (
        IntakeField("region", "Región", "choice", "always", "seed"),
        IntakeField("programa", "Programa", "choice", "always", "seed"),
        IntakeField("motivo", "Motivo", "text", "always", "seed"),
    )
    shown = f.shown_fields(shipped("sigec-cl"), fields, {"region": "CL-BI", "programa": "programa-familias"})
    assert [field.value for field in shown] == ["Biobío", "Programa Familias (ejemplo)", "no indicado"]


@pytest.mark.parametrize("letter", ["aprobacion", "aclarar", "recordatorio", "decision", "derivado", "aviso_interno"])
def test_the_requesters_tracking_link_goes_to_nobody_else(letter: str) -> None:
    written = getattr(write, letter)(full_facts("x")[letter])
    assert "seguimiento" not in written.text + written.html


def test_the_requester_reads_where_to_follow_the_ticket() -> None:
    ticket = replace(TYPED, tracking_url="https://mesa.example.org/seguimiento")
    for letter in ("acuse", "incompleto", "decision", "respuesta", "cierre"):
        text = getattr(write, letter)(replace(bare_facts()[letter], ticket=ticket)).text
        assert "Estado de su ticket: https://mesa.example.org/seguimiento" in text
