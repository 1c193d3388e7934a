"""G6: approvals answered by mail. Only a plain answer of the right person to the very question decides."""

import re
from datetime import date

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.models.outbox import Letter
from helpdesk.models.tickets import Ticket
from helpdesk.services import authority
from mailbridge.parse import parse
from tests.attacks.bench import ATTACKER, Bench, mail, pdf, with_files
from tests.cast import NATIONAL_OFFICER, REGIONAL_HEAD, REQUESTER

ROLE, REGION = "jefe_administrativo_regional", "CL-BI"
LINKS = re.compile(r"http://[^/\s\"]+(/[^\s\"<]*)")
ADDRESSES = ("192.0.2.1", "198.51.100.7", "203.0.113.9")


def asked(bench: Bench) -> tuple[Ticket, Letter]:
    """A request and the letter that asks the head of the region to decide it."""
    ticket = bench.request()
    (letter,) = bench.letters(ticket, "aprobacion")
    return ticket, letter


def links(letter: Letter) -> set[str]:
    """The path of every link in a letter, in either of its forms."""
    return set(LINKS.findall(letter.text)) | set(LINKS.findall(letter.html or ""))


def opened(app: Flask, method: str, path: str, sender: str, **headers: str) -> TestResponse:
    """What a program gets that follows a link, without any session."""
    return app.test_client().open(path, method=method, headers=headers, environ_base={"REMOTE_ADDR": sender})


def test_a067_programs_that_follow_links_decide_nothing(bench: Bench, app: Flask) -> None:
    ticket, letter = asked(bench)
    paths = links(letter)
    assert [path for path in paths if path.startswith("/aprobar/")]
    with bench.changes():
        for sender in ADDRESSES:
            for path in paths:
                for _ in range(20):
                    page = opened(app, "GET", path, sender, Purpose="prefetch")
                    opened(app, "HEAD", path, sender)
                    opened(app, "OPTIONS", path, sender)
                    assert page.status_code == 200
                    assert "<button" in page.text
    assert bench.step(ticket).state == "active"


def test_a067_a_post_without_the_pages_own_nonce_decides_nothing(bench: Bench, app: Flask) -> None:
    ticket, letter = asked(bench)
    (path,) = (path for path in links(letter) if path.startswith("/aprobar/"))
    with bench.changes():
        for sender in ADDRESSES:
            answer = app.test_client().post(path, data={"decision": "approve"}, environ_base={"REMOTE_ADDR": sender})
            assert answer.status_code == 400
    assert bench.step(ticket).state == "active"


ABSENCES = (
    "Estoy fuera de la oficina hasta el lunes. Su mensaje fue aprobado para revisión automática.",
    "APROBADO mi descanso del 6 al 12 de abril; responderé a mi regreso.",
    "Gracias por escribir. Me encuentro de vacaciones. Lo urgente puede ser aprobado por mi subrogante.",
    "Out of office. Approved leave until Monday. Aprobado.\n\nEste es un mensaje automático.",
)


@pytest.mark.parametrize("marks", [(("Auto-Submitted", "auto-replied"),), ()], ids=["marked", "stripped"])
def test_a069_an_absence_that_says_approved_decides_nothing(bench: Bench, marks: tuple[tuple[str, str], ...]) -> None:
    ticket, letter = asked(bench)
    rows = [bench.answers(letter, REGIONAL_HEAD, text, *marks) for text in ABSENCES]
    # Without its marks an absence is known by its words or asked back about; either way nothing is decided.
    assert {row.action for row in rows} <= ({"note_only"} if marks else {"note_only", "needs_human"})
    assert bench.step(ticket).state == "active"
    assert len(bench.letters(ticket, "aclarar")) == min(3, sum(row.action == "needs_human" for row in rows))
    bench.check()


UNCLEAR = (
    "No apruebo",
    "aprobado?",
    "Apruebo pero con cambios",
    "ok",
    "¿Apruebo?",
    "Casi aprobado",
    "Apruebo / Rechazo",
)


@pytest.mark.parametrize("text", UNCLEAR)
def test_a071_what_is_not_plain_is_asked_back(bench: Bench, text: str) -> None:
    ticket, letter = asked(bench)
    with bench.changes(processed=1, messages=1, letters=1):
        assert bench.answers(letter, REGIONAL_HEAD, text).action == "needs_human"
    assert bench.step(ticket).state == "active"


def two_forms(plain: str, page: str) -> tuple[bytes, str]:
    """One text in two forms, and the content type of the message."""
    body = (
        f"--=_a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{plain}\r\n"
        f"--=_a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}\r\n--=_a--\r\n"
    )
    return body.encode(), 'multipart/alternative; boundary="=_a"'


@pytest.mark.parametrize(
    ("plain", "page"),
    [
        ("Apruebo.", "<p>Rechazo: falta el memorándum.</p>"),
        ("Rechazo: falta el memorándum.", "<p>Apruebo.</p>"),
        ("Buenos días.", "<p>Apruebo.</p>"),
        ("Apruebo.", "<p>¿De qué se trata?</p>"),
        ("Apruebo.", '<p>Lo veo mañana.</p><p style="display:none">Apruebo.</p>'),
    ],
)
def test_a071_two_forms_that_say_two_things_decide_nothing(bench: Bench, plain: str, page: str) -> None:
    ticket, letter = asked(bench)
    body, kind = two_forms(plain, page)
    with bench.changes(processed=1, messages=1, letters=1):
        assert bench.answers(letter, REGIONAL_HEAD, body, kind=kind).action == "needs_human"
    assert bench.step(ticket).state == "active"


def test_a071_two_forms_that_say_one_thing_decide(bench: Bench) -> None:
    ticket, letter = asked(bench)
    attribution = "El mar, 7 abr 2026 a las 10:00, Mesa escribió:"
    quote = f'<div class="gmail_quote">{attribution}<blockquote class="gmail_quote">RECHAZO</blockquote></div>'
    body, kind = two_forms("Apruebo.", f"<p><b>Apruebo.</b></p>{quote}")
    with bench.changes(processed=1, messages=1, letters=1, decisions=1):
        assert bench.answers(letter, REGIONAL_HEAD, body, kind=kind).action == "approve"
    assert bench.step(ticket).via == "mail"


HIDDEN = (
    '<span style="color:#fff">APROBADO</span>',
    '<span style="color: white; background: #FEFEFE">APROBADO</span>',
    '<font color="#ffffff">APROBADO</font>',
    '<div style="background:#000"><b style="color:rgb(0, 0, 0)">APROBADO</b></div>',
    '<span style="color:#fff;background:transparent">APROBADO</span>',
    '<p style="display : none">APROBADO</p>',
    '<p style="visibility:hidden">APROBADO</p>',
    "<p hidden>APROBADO</p>",
    '<p style="font-size:0">APROBADO</p>',
    '<p style="font-size:1px">APROBADO</p>',
    '<p style="opacity:0">APROBADO</p>',
    '<p style="mso-hide:all">APROBADO</p>',
    '<div style="max-height:0;overflow:hidden">APROBADO</div>',
    '<p style="position:absolute;left:-9999px">APROBADO</p>',
    '<p style="text-indent:-9999px">APROBADO</p>',
    "<template>APROBADO</template>",
    "<!-- APROBADO -->",
    "<title>APROBADO</title>",
)


def test_a071_a_word_that_nobody_sees_is_not_the_senders(bench: Bench) -> None:
    ticket, letter = asked(bench)
    for source in HIDDEN:
        page = f"<html><body>{source}<p>Buenos días.</p></body></html>"
        assert "APROBADO" not in parse(mail(REGIONAL_HEAD, "x", page, kind="text/html; charset=utf-8")).reply, source
    with bench.changes(processed=1, messages=1, letters=1):
        bench.answers(letter, REGIONAL_HEAD, f"<p>{HIDDEN[0]} Lo veo mañana.</p>", kind="text/html; charset=utf-8")
    assert bench.step(ticket).state == "active"


SEEN = (
    '<p style="font-size:1em">Apruebo.</p>',
    '<p style="font-size:0.9em;line-height:0">Apruebo.</p>',
    '<p style="color:#000">Apruebo.</p>',
    '<td bgcolor="#003366"><font color="#ffffff">Apruebo.</font></td>',
    '<div style="background:#036"><p style="color:white">Apruebo.</p></div>',
    '<p style="height:0;opacity:0.9">Apruebo.</p>',
    '<p style="opacity:1;margin-left:-10px">Apruebo.</p>',
)


@pytest.mark.parametrize("source", SEEN)
def test_a071_a_word_that_is_seen_counts(source: str) -> None:
    assert parse(mail(REGIONAL_HEAD, "x", source, kind="text/html; charset=utf-8")).reply.strip() == "Apruebo."


def test_a073_whoever_asks_decides_not_even_as_holder(bench: Bench) -> None:
    with transaction() as session:
        authority.grant(session, operator(), "sigec-cl", REQUESTER.address, ROLE, REGION)
    ticket, letter = asked(bench)
    with bench.changes(processed=2, messages=2):
        bench.answers(letter, REQUESTER, "Apruebo.")
        bench.answers(bench.letters(ticket, "acuse")[0], REQUESTER, "Apruebo.")
    assert bench.step(ticket).state == "active"
    assert letter.recipient == REGIONAL_HEAD.address


def test_a073_the_own_request_is_asked_of_nobody_else_but_a_substitute(bench: Bench) -> None:
    ticket = bench.request(sender=REGIONAL_HEAD)
    assert bench.letters(ticket, "aprobacion") == []
    assert bench.ticket(ticket.id).blocked_by is not None
    with transaction() as session:
        authority.substitute(
            session, operator(), "sigec-cl", REQUESTER.address, ROLE, REGION, date(2026, 1, 1), date(2099, 1, 1)
        )
    again = bench.request(sender=REGIONAL_HEAD)
    assert [letter.recipient for letter in bench.letters(again, "aprobacion")] == [REQUESTER.address]


def test_a075_a_request_that_changed_is_asked_anew(bench: Bench, app: Flask) -> None:
    ticket, letter = asked(bench)
    body, kind = with_files("Agrego este anexo.", pdf("anexo.pdf"))
    with bench.changes(processed=1, messages=1, letters=1):
        bench.answers(bench.letters(ticket, "acuse")[0], REQUESTER, body, kind=kind)
    with bench.changes(processed=1, messages=1, letters=1):
        assert bench.answers(letter, REGIONAL_HEAD, "Apruebo.").action == "needs_human"
    (again,) = bench.letters(ticket, "aclarar")
    assert "cambió" in again.text
    with bench.changes(processed=1, messages=1, letters=1, decisions=1):
        assert bench.answers(again, REGIONAL_HEAD, "Apruebo.").action == "approve"


def test_a075_the_link_of_a_request_that_changed_decides_nothing(
    bench: Bench, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    ticket, letter = asked(bench)
    (path,) = (path for path in links(letter) if path.startswith("/aprobar/"))
    body, kind = with_files("Agrego este anexo.", pdf("anexo.pdf"))
    bench.answers(bench.letters(ticket, "acuse")[0], REQUESTER, body, kind=kind)
    with bench.changes():
        assert app.test_client().post(path, data={"decision": "approve"}).status_code == 409
    assert bench.step(ticket).state == "active"


@pytest.mark.parametrize("verdict", [None, "none", "temperror", "permerror"])
def test_a077_a_sender_for_whom_nobody_vouches_confirms_on_the_page(bench: Bench, verdict: str | None) -> None:
    ticket, letter = asked(bench)
    with bench.changes(processed=1, messages=1, letters=1):
        row = bench.answers(letter, REGIONAL_HEAD, "Apruebo.", verdict=verdict)
    assert (row.trust, row.action) == ("T0", "needs_human")
    assert bench.step(ticket).state == "active"
    assert "/aprobar/" in bench.letters(ticket, "aclarar")[0].text


def test_a077_a_strangers_use_of_the_token_decides_nothing(bench: Bench) -> None:
    ticket, letter = asked(bench)
    with bench.changes(processed=2, messages=2, to_confirm=2):
        bench.answers(letter, ATTACKER, "Apruebo.")
        bench.answers(bench.letters(ticket, "acuse")[0], NATIONAL_OFFICER, "Apruebo.")
    assert bench.step(ticket).state == "active"
