"""What every answer carries, whoever asks and whatever goes wrong."""

import re

import pytest
from flask import Flask

from helpdesk.web.downloads import download
from helpdesk.web.policy import Policy, policy
from tests.web.conftest import SignIn

PAGES = (
    "/", "/entrar", "/servicios/sigec-cl", "/servicios/mef-ec/crear_usuario_administrador", "/bandeja",
    "/tickets/SIGEC-1", "/tickets/SIGEC-12", "/tickets/SIGEC-1/imprimir", "/aprobaciones", "/admin/cuarentena",
    "/admin/libro", "/admin/buzones", "/demo/correo", "/no-existe", "/tickets/SIGEC-99999", "/healthz",
)  # fmt: skip
INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_the_strict_policy(sign_in: SignIn, path: str) -> None:
    answer = sign_in("admin").get(path)
    rules = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
    assert rules["script-src"] == rules["style-src"] == rules["frame-src"] == rules["form-action"] == "'self'"
    assert rules["img-src"] == "'self' data:"
    assert rules["frame-ancestors"] == rules["default-src"] == rules["base-uri"] == "'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_inline_script_or_style(sign_in: SignIn, path: str) -> None:
    assert INLINE.findall(sign_in("admin").get(path).text) == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_names_another_host(sign_in: SignIn, path: str) -> None:
    loaded = re.findall(r'(?:src|href|action)="(https?:[^"]*|//[^"]*)"', sign_in("admin").get(path).text)
    assert loaded == []


def test_a_page_without_data_stays_below_the_limit(sign_in: SignIn) -> None:
    assert len(sign_in("admin").get("/bandeja?vista=abiertos").data) < 100_000


def test_a_form_without_its_token_is_refused_and_says_what_to_do(sign_in: SignIn) -> None:
    answer = sign_in("agente").post("/tickets/SIGEC-1/tomar")
    assert answer.status_code == 400
    assert "recargue la página" in answer.text


def test_a_defect_of_ours_shows_a_code_and_no_traceback(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> str:
        raise RuntimeError("inner detail")

    monkeypatch.setitem(app.view_functions, "catalogue.home", policy(Policy.PUBLIC)(broken))
    answer = app.test_client().get("/")
    assert answer.status_code == 500
    assert "inner detail" not in answer.text
    assert re.search(r"código [0-9a-f]{8}", answer.text)


def test_a_mail_is_shown_in_a_frame_without_scripts(sign_in: SignIn) -> None:
    client = sign_in("agente")
    frame = re.search(r'sandbox="([^"]*)" src="([^"]*)"', client.get("/tickets/SIGEC-1").text)
    assert frame is not None
    assert "allow-scripts" not in frame[1]
    assert "allow-same-origin" not in frame[1]
    answer = client.get(frame[2])
    assert "<b>formulario firmado</b>" in answer.text
    assert "__pwn" not in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox allow-popups" in policy
    assert "script-src" not in policy
    assert "img-src data:;" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_file_leaves_as_something_to_save(sign_in: SignIn) -> None:
    client = sign_in("agente")
    link = re.search(r'href="(/tickets/SIGEC-1/archivos/\d+)"', client.get("/tickets/SIGEC-1").text)
    assert link is not None
    answer = client.get(link[1])
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data.endswith(b"1")


@pytest.mark.parametrize(
    "name",
    [
        '"><svg onload=window.__pwn=1>.pdf',
        "a\r\nX-Evil: 1.pdf",
        "../../etc/passwd",
        "x" * 5000 + ".pdf",
        "\x00",
        "",
        "ñ€.pdf",
    ],
)
def test_no_file_name_reaches_beyond_its_header(app: Flask, name: str) -> None:
    with app.test_request_context():
        answer = download(app.extensions["files"].put(b"bytes"), name)
        answer.direct_passthrough = False
        assert answer.data == b"bytes"
    assert "X-Evil" not in answer.headers
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename")
    assert len(disposition) < 700
    assert "/" not in disposition


def test_a_quarantined_mail_is_text_and_nothing_else(sign_in: SignIn) -> None:
    client = sign_in("admin")
    page = client.get("/admin/cuarentena").text
    assert "<script>window.__pwn" not in page
    link = re.search(r'href="(/admin/libro/\d+/original)"', page)
    assert link is not None
    answer = client.get(link[1])
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"<script>" in answer.data


@pytest.mark.parametrize("path", ["/tickets/SIGEC-1/archivos/{}", "/aprobaciones/{}", "/admin/libro/{}/original"])
def test_a_number_beyond_every_id_is_an_address_that_does_not_exist(sign_in: SignIn, path: str) -> None:
    assert sign_in("admin").get(path.format(2**63)).status_code == 404
