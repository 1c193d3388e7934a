"""G2: attachments and paths. A file is bytes under their hash, a download for those who may see its ticket."""

import re
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.services import accounts
from helpdesk.web.identity import session_id
from tests.attacks.bench import ATTACKER, Bench, Site, mail, with_files
from tests.attacks.test_g01_cross_site_scripting import opened
from tests.factories import desk

NAMES = (
    ".htaccess",
    "\u200b.htaccess",
    ".user.ini",
    "x.pht",
    "x.py",
    "x.wsgi",
    "x.so",
    "../x.py",
    "..\\x.py",
    "/etc/x",
)


def with_names(names: tuple[str, ...], kind: str = "text/plain") -> bytes:
    """A request with files of those names."""
    parts = [(f'Content-Type: {kind}\r\nContent-Disposition: attachment; filename="{name}"', b"x") for name in names]
    body, multipart = with_files("Va.", *parts)
    return mail(ATTACKER, "Consulta", body, kind=multipart)


def test_a019_a_file_that_a_server_would_obey_is_inert(bench: Bench, site: Site, app: Flask, tmp_path: Path) -> None:
    ticket = opened(bench, with_names(NAMES))
    files = bench.files(ticket)
    assert len(files) == len(NAMES)
    assert not (tmp_path / "files").is_relative_to(Path(app.static_folder or "/nowhere"))
    stored = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert all(re.fullmatch(r"[0-9a-f]+", path.name) and not path.stat().st_mode & 0o111 for path in stored)
    for name in (*(file.filename for file in files), *(path.name for path in stored)):
        assert site.get(f"/static/{name}").status_code == 404
        assert site.get(f"/files/{name}").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("factura.exe", b"MZ\x90\x00", "es un programa"),
        ("Oficio.pdf", b"MZ\x90\x00", "es un programa"),
        ("aviso.html", b"<p>Hola", "es una página web"),
    ],
)
def test_a019_a_dangerous_file_is_held_and_downloaded_by_nobody(
    bench: Bench, site: Site, name: str, content: bytes, why: str
) -> None:
    disposition = f'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="{name}"'
    body, multipart = with_files("Va.", (disposition, content))
    ticket = opened(bench, mail(ATTACKER, "Consulta", body, kind=multipart))
    (file,) = bench.files(ticket)
    page = site.get(f"/tickets/SIGEC-{ticket.number}").text
    address = f"/tickets/SIGEC-{ticket.number}/archivos/{file.id}"
    assert "Archivo retenido:" in page and why in page
    assert f'href="{address}"' not in page
    assert site.get(address).status_code == 403


def test_a021_a_media_type_with_a_line_end_starts_no_header(bench: Bench, site: Site) -> None:
    ticket = opened(bench, with_names(("a.txt",), kind='"text/html\r\n\tX-Evil: 1"; charset="x\r\n\tX-Evil: 2"'))
    (file,) = bench.files(ticket)
    answer = site.get(f"/tickets/SIGEC-{ticket.number}/archivos/{file.id}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "X-Evil" not in answer.headers
    assert re.fullmatch(r"[\w.+/-]+", file.content_type)


def test_a025_every_way_of_asking_for_anothers_file_is_denied_alike(bench: Bench, site: Site, app: Flask) -> None:
    ticket = opened(bench, with_names(("secreto.txt",)))
    (file,) = bench.files(ticket)
    path = f"/tickets/SIGEC-{ticket.number}/archivos/{file.id}"
    with transaction() as session:
        foreigner = accounts.add_user(
            session, operator(), "mef-ec", desk.address("admin", "mef-ec"), "Eva Ajena", desk.PASSWORD, is_admin=True
        )
    other = app.test_client()
    with other.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = session_id(foreigner.id, foreigner.session_epoch), True
    ways: tuple[tuple[str, dict[str, str]], ...] = (
        ("GET", {}),
        ("HEAD", {}),
        ("GET", {"Range": "bytes=0-"}),
        ("GET", {"If-None-Match": "*"}),
        ("GET", {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}),
    )
    assert site.get(path).data == b"x"
    assert {other.open(path, method=method, headers=headers).status_code for method, headers in ways} == {404}
    assert {app.test_client().open(path, method=method, headers=headers).status_code for method, headers in ways} == {
        303
    }
    assert b"x" not in other.options(path).data
