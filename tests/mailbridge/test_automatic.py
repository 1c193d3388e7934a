"""Machine mail is known, and its kind; a person's letter is not taken for it."""
# ruff: noqa: E501 - each example stands on one line as the program wrote it

import pytest

from mailbridge.parse import parse
from mailbridge.values import Bounce
from tests.mailbridge.letters import HEADER, letter, mixed, part

KINDS = [
    ("Auto-Submitted: auto-replied\r\n", "auto-reply"),
    ("Auto-Submitted: Auto-Replied (vacation)\r\n", "auto-reply"),
    ("Auto-Submitted: auto-generated; x=y\r\n", "auto-generated"),
    ("Auto-Submitted: auto-notified; owner-email=a@x.org\r\n", "auto-generated"),
    ("X-Autoreply: yes\r\n", "auto-reply"),
    ("X-Autorespond: mesa\r\n", "auto-reply"),
    ("Precedence: auto_reply\r\n", "auto-reply"),
    ("Precedence: bulk\r\n", "auto-generated"),
    ("Precedence: junk\r\n", "auto-generated"),
    ("Precedence: list\r\n", "list"),
    ("List-Id: <l.x.org>\r\n", "list"),
    ("List-Unsubscribe: <mailto:x@x.org>\r\nPrecedence: bulk\r\n", "list"),
    ("X-Auto-Response-Suppress: All\r\n", "auto-generated"),
    ("X-Auto-Response-Suppress: DR, OOF, AutoReply\r\n", "auto-generated"),
    ("X-FC-MachineGenerated: true\r\n", "auto-generated"),
    ("Return-Path: <>\r\n", "auto-generated"),
    ("Auto-Submitted: no\r\n", "none"),
    ("Precedence: normal\r\n", "none"),
    ("X-Autoreply: no\r\n", "none"),
    ("X-BeenThere: l@x.org\r\nPrecedence: bulk\r\n", "list"),
    ("Sender: owner-l@x.org\r\n", "list"),
    ("X-Mailer: vacation 3.1\r\n", "auto-reply"),
    ("Return-Path: <lucia@example.org>\r\n", "none"),
]


@pytest.mark.parametrize(("extra", "kind"), KINDS)
def test_header_fields_tell_machine_mail(extra: str, kind: str) -> None:
    auto = parse(letter(extra=extra)).auto
    assert (auto.kind, auto.is_auto, bool(auto.reason)) == (kind, kind != "none", kind != "none")


ABSENCES = [
    "Estimados:\n\nMe encuentro fuera de la oficina hasta el 15 de marzo. Si su consulta es urgente, por favor escriba a Eva.",
    "Gracias por su mensaje. Estoy de vacaciones del 1 al 15 de marzo; a mi regreso responderé su correo.",
    "Olá, estou de férias até 15 de março. Em caso de urgência, entre em contato com a Eva.",
    "I am out of the office until March 15 with limited access to my mail.",
    "Este es un mensaje automático, por favor no responda.",
    "This is an automated response. Your message was received.",
]
PERSONS = [
    "Estoy de vacaciones hasta el lunes, pero apruebo lo pedido. Gracias por su correo.",
    "Gracias por su correo. El director está fuera de la oficina; firmo en su lugar.",
    "Necesito licencias de usuario para dos personas; por favor comuníquese con Eva.",
    "Recibí un texto que decía: su solicitud llegó. ¿Es una respuesta automática o la leyó alguien?",
    "Estoy fuera de la oficina, llego a las 10 y lo reviso.",
]


@pytest.mark.parametrize("text", ABSENCES)
def test_an_absence_that_only_its_words_tell_is_an_automatic_answer(text: str) -> None:
    answer = letter(f"{text}\r\n", "In-Reply-To: <t9@x.org>\r\n")
    assert parse(answer).auto.kind == "auto-reply"
    assert parse(letter(f"{text}\r\n")).auto.kind == "none", "it answers nothing"


@pytest.mark.parametrize("text", PERSONS)
def test_a_person_who_writes_of_an_absence_is_no_machine(text: str) -> None:
    assert parse(letter(f"{text}\r\n", "In-Reply-To: <t9@x.org>\r\n")).auto.kind == "none"


SUBJECTS = [
    ("Out of office", "auto-reply"),
    ("Fuera de la oficina", "auto-reply"),
    ("AUTO: Ana Ruiz is out of the office (returning 16/03/2026)", "auto-reply"),
    ("Estaré de vacaciones hasta el 16 de marzo", "auto-reply"),
    ("El director está de vacaciones", "none"),
    ("Estoy de vacaciones, ¿quién firma?", "none"),
    ("Report Domain: x.org Submitter: google.com Report-ID: 12", "auto-generated"),
    ("Respuesta automática: Pedido", "auto-reply"),
    ("Fuera de oficina: Pedido", "auto-reply"),
    ("Resposta automática: Pedido", "auto-reply"),
    ("Automatic reply: Request", "auto-reply"),
    ("Out of Office: Request", "auto-reply"),
    ("Réponse automatique : Demande", "auto-reply"),
    ("Automatische Antwort: Anfrage", "auto-reply"),
    ("Fuera de oficina del director: a quién pregunto", "none"),
    ("Vacaciones del personal", "none"),
    ("Respuesta automática del sistema no llega", "none"),
]


@pytest.mark.parametrize(("subject", "kind"), SUBJECTS)
def test_the_beginning_of_a_subject_tells_an_automatic_answer(subject: str, kind: str) -> None:
    assert parse(letter(header=HEADER.replace("Pedido", subject))).auto.kind == kind


@pytest.mark.parametrize("subject", ["Fuera de oficina Re: x", "Estoy de vacaciones", "Férias", "Away from my desk"])
def test_words_of_absence_with_a_null_return_path_tell_an_automatic_answer(subject: str) -> None:
    raw = letter(header="Return-Path: <>\r\n" + HEADER.replace("Pedido", subject))
    assert parse(raw).auto.kind == "auto-reply"


@pytest.mark.parametrize(
    "address", ["no-reply@x.org", "noreply@x.org", "no_responder@x.org", "owner-lista@x.org", "a-request@x.org"]
)
def test_addresses_that_nobody_reads_are_machines(address: str) -> None:
    assert parse(f"From: {address}\r\nSubject: x\r\n\r\nhola".encode()).auto.is_auto


STATUS = (
    b"Reporting-MTA: dns; mx.x.org\r\n\r\nOriginal-Recipient: rfc822;Ana@x.org\r\nFinal-Recipient: rfc822; ana@x.org\r\n"
    b"Action: failed\r\nStatus: 5.1.1 (no such user)\r\n\r\nFinal-Recipient: rfc822; b@x.org\r\nAction: delayed\r\nStatus: 4.0.0\r\n"
)


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_delivery_report_gives_its_first_recipient_and_the_failed_message(returned: str) -> None:
    raw = mixed(
        part("text/plain", b"No llego."),
        part("message/delivery-status", STATUS),
        part(returned, b"Message-ID: <out1@example.com>\r\nSubject: Pedido\r\n\r\n"),
        kind="report",
        parameters="; report-type=delivery-status",
    )
    mail = parse(raw)
    assert mail.auto.kind == "bounce"
    assert mail.bounce == Bounce("failed", "5.1.1", "ana@x.org", "out1@example.com")


def test_a_report_without_a_recipient_is_read_from_its_text() -> None:
    raw = mixed(
        part("text/plain", b"could not be delivered.\r\n\r\n<ana@x.org>: host mx said: 550 5.1.1 no such user\r\n"),
        part("message/delivery-status", b"Reporting-MTA: dns; mx.x.org\r\n"),
        kind="report",
        parameters="; report-type=delivery-status",
    )
    assert parse(raw).bounce == Bounce("failed", "5.1.1", "ana@x.org", None)


def test_a_delay_is_told_from_a_failure() -> None:
    status = b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; ana@x.org\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
    raw = mixed(part("message/delivery-status", status), kind="report", parameters="; report-type=delivery-status")
    assert parse(raw).bounce == Bounce("delayed", "4.4.1", "ana@x.org", None)


QMAIL = (
    "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.x.org\r\nTo: mesa@example.com\r\nSubject: failure notice\r\n\r\n"
    "Hi. This is the qmail-send program at mx.x.org.\r\n\r\n<ana@x.org>:\r\n550 5.1.1 no mailbox here\r\n\r\n"
    "--- Below this line is a copy of the message.\r\n\r\nFrom: mesa@example.com\r\nMessage-ID: <out2@example.com>\r\n\r\nHola"
)
EXIM = (
    "Return-Path: <>\r\nX-Failed-Recipients: ana@x.org\r\nFrom: Mail Delivery System <Mailer-Daemon@mx.x.org>\r\n"
    "Subject: Mail delivery failed: returning message to sender\r\n\r\nA message that you sent could not be delivered.\r\n\r\n"
    "  ana@x.org\r\n    550 no such user\r\n\r\nMessage-ID: <out2@example.com>\r\n"
)
EXCHANGE = (
    "From: Microsoft Outlook <postmaster@x.org>\r\nTo: mesa@example.com\r\nSubject: No se puede entregar: Pedido\r\n"
    "In-Reply-To: <out2@example.com>\r\n\r\nNo se encontró ana@x.org.\r\n\r\nError: 550 5.1.10 RESOLVER.ADR\r\n"
)


QMAIL_ES = (
    "Return-Path: <>\r\nFrom: Correo <correo@mx.x.org>\r\nTo: mesa@example.com\r\nSubject: aviso\r\n\r\n"
    "Lo sentimos.\r\n\r\n<ana@x.org>:\r\nNo existe (#5.1.1)\r\n\r\nMessage-ID: <out2@example.com>\r\n"
)


@pytest.mark.parametrize(("raw", "status"), [(QMAIL_ES, "5.1.1"), (QMAIL, "5.1.1"), (EXIM, None), (EXCHANGE, "5.1.10")])
def test_a_bounce_in_free_text_is_understood(raw: str, status: str | None) -> None:
    mail = parse(raw.encode())
    assert mail.auto.kind == "bounce"
    assert mail.bounce == Bounce("failed", status, "ana@x.org", "out2@example.com")


def test_a_person_who_writes_about_a_failed_delivery_is_no_bounce() -> None:
    mail = parse(
        letter("No se pudo entregar el oficio.", header=HEADER.replace("Pedido", "Error en la entrega del oficio"))
    )
    assert (mail.auto.kind, mail.bounce) == ("none", None)


@pytest.mark.parametrize(
    ("kind", "leaf"),
    [
        ("disposition-notification", "message/disposition-notification"),
        ("feedback-report", "message/feedback-report"),
    ],
)
def test_receipts_and_complaints_are_reports(kind: str, leaf: str) -> None:
    raw = mixed(
        part("text/plain", b"Leido."), part(leaf, b"X: y\r\n"), kind="report", parameters=f"; report-type={kind}"
    )
    mail = parse(raw)
    assert (mail.auto.kind, mail.bounce) == ("report", None)
