"""G1: cross-site scripting by mail. Nothing of a stranger runs, nothing of it asks others, on any page of ours."""

import re
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import expect

from helpdesk.db import transaction
from helpdesk.domain.actors import machine
from helpdesk.models.tickets import Ticket
from helpdesk.services import heldfiles
from mailbridge.markup import Page
from tests.attacks.bench import ATTACKER, Bench, Site, mail, pdf, with_files
from tests.attacks.window import Window
from tests.cast import REPORT_TEXT, REQUESTER

RUNS = "window.__pwn=1"
PICTURE = f"<img src=x onerror={RUNS}>"
SCRIPT = f"<script>{RUNS}</script>"
HTML = "text/html; charset=utf-8"
LINK = re.compile(r"/aprobar/\S+")


def everywhere(ticket: Ticket, bench: Bench) -> list[str]:
    """Every page of the desk that shows something of a ticket or of its mail."""
    found = [f"/tickets/SIGEC-{ticket.number}", f"/tickets/SIGEC-{ticket.number}/imprimir"]
    found += ["/bandeja?vista=abiertos", "/bandeja?vista=sin-asignar", "/bandeja?q=Consulta", "/admin/libro"]
    return [*found, "/admin/cuarentena", "/aprobaciones"]


def original(bench: Bench, ticket: Ticket, site: Site) -> str:
    """The first mail's own HTML, as the frame gets it with remote pictures asked for."""
    (message, *_) = bench.messages(ticket)
    return site.get(f"/tickets/SIGEC-{ticket.number}/mensajes/{message.id}/original?imagenes=1").text


def opened(bench: Bench, raw: bytes) -> Ticket:
    """The ticket that a message opened."""
    return bench.ticket(bench.arrives(raw).ticket_id or 0)


def hostile_request(payload: str) -> bytes:
    """A request that carries the payload wherever mail has a place for it."""
    body = (
        f"--=_m\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>visible</p>{payload}<p>{REPORT_TEXT}</p>\r\n"
        f'--=_m\r\nContent-Type: application/pdf; name="Memorandum 12 {payload.replace(chr(34), "")}.pdf"\r\n'
        "Content-Disposition: attachment\r\n\r\n%PDF\r\n--=_m--\r\n"
    )
    sender = f'"Ana {payload.replace(chr(34), "")}" <{REQUESTER.address}>'
    return mail(sender, f"Consulta {payload}", body, kind='multipart/mixed; boundary="=_m"')


@pytest.mark.parametrize(
    "payload", [SCRIPT + PICTURE, f'"><svg onload={RUNS}>', f"</title></textarea></script>{SCRIPT}"]
)
def test_a001_a_script_is_text_on_every_page(bench: Bench, window: Window, site: Site, payload: str) -> None:
    ticket = opened(bench, hostile_request(payload))
    bench.arrives(mail(f"a@x.test, {payload.replace('>', '').replace('<', '')}@x.test", f"Consulta {payload}", "x"))
    for path in everywhere(ticket, bench):
        window.visits(path)
        assert window.is_unharmed(), path
    page = window.visits(f"/tickets/SIGEC-{ticket.number}")
    expect(page.get_by_label("Conversación").get_by_text("visible").first).to_be_visible()
    window.shows(original(bench, ticket, site))
    assert window.is_unharmed()


def test_a001_a_script_is_text_for_those_whom_we_write_to(bench: Bench, window: Window) -> None:
    ticket = opened(bench, hostile_request(SCRIPT + PICTURE))
    letters = bench.letters(ticket)
    assert {letter.letter for letter in letters} >= {"acuse"}
    for letter in letters:
        window.shows(letter.html or "")
        assert window.is_unharmed(), letter.letter
        for link in LINK.findall(letter.text):
            window.visits(link)
            assert window.is_unharmed(), link


OUTER = (
    "<math><mtext><table><mglyph><style><!--</style>{}",
    '<math><mtext><table><mglyph><style><math title="</style>{}">',
    '<noscript><p title="</noscript>{}">',
    '<svg></p><style><a id="</style>{}">',
    '<svg><style><img title="</style>{}">',
    "<form><math><mtext></form><form><mglyph><style></math>{}",
    "<template>{}</template>",
    '<template><p title="</template>{}">',
    "<select><template>{}</template></select>",
    "<select><option><style></option></select>{}</style>",
    '<xmp><p title="</xmp>{}">',
    '<textarea><p title="</textarea>{}">',
    '<title><p title="</title>{}">',
    '<iframe><p title="</iframe>{}">',
    '<noembed><p title="</noembed>{}">',
    '<noframes><p title="</noframes>{}">',
    "<svg><desc>{}</desc></svg>",
    "<svg><foreignObject>{}</foreignObject></svg>",
    '<math><annotation-xml encoding="text/html">{}',
    "<table><caption><svg><title>{}",
    "<!--><p>{}-->",
    "<!-- --!>{}-->",
    "<![CDATA[{}]]>",
    "<?xml {} ?>",
    "<plaintext>{}",
    "<b><table><i>{}</table></b>",
)
INNER = ("{}", "<p>{}</p>", "<table><tr><td>{}", "<svg><a>{}</a></svg>", "<math><mi>{}")
PAYLOADS = (
    PICTURE,
    SCRIPT,
    f"<svg onload={RUNS}>",
    f"<svg><animate onbegin={RUNS} attributeName=x dur=1s>",
    f"<details open ontoggle={RUNS}>x</details>",
    f"<input autofocus onfocus={RUNS}>",
    f"<iframe srcdoc='<script>parent.{RUNS}</script>'></iframe>",
    "<img src=//canary.test/a.png>",
    "<link rel=stylesheet href=//canary.test/c.css>",
    "<style>@import url(//canary.test/c.css)</style>",
    "<video src=//canary.test/v poster=//canary.test/p></video>",
    "<object data=//canary.test/o></object><embed src=//canary.test/e>",
)


def mutations() -> list[str]:
    """Every payload in every inner context in every outer element."""
    return [outer.format(inner.format(payload)) for outer, inner, payload in product(OUTER, INNER, PAYLOADS)]


def test_a003_no_mutation_survives_the_sanitiser(window: Window) -> None:
    """Rendered without policy and sandbox: the sanitiser alone has to hold."""
    vectors = mutations()
    assert len(vectors) >= 200
    cleaned = [Page(vector).safe() for vector in vectors]
    for start in range(0, len(cleaned), 200):
        window.shows("<hr>".join(cleaned[start : start + 200]))
        assert window.is_unharmed()
    # What one reader closes and another does not must not open up when it is read once more.
    window.shows("".join(Page(each).safe() for each in cleaned[::3]))
    assert window.is_unharmed()


def test_a003_what_is_not_sanitised_would_have_been_seen(window: Window) -> None:
    """The hook and the canary do notice."""
    window.shows(PICTURE + "<img src=//canary.test/a.png>")
    assert window.page.evaluate("() => window.__pwn") == 1
    assert [url for url in window.left if "canary.test" in url]


BAD_LINKS = (
    "java&#10;script:window.__pwn=1",
    "&#14;javascript:window.__pwn=1",
    "JaVaScRiPt:window.__pwn=1",
    " javascript:window.__pwn=1",
    "java&Tab;script&colon;window.__pwn=1",
    "data:text/html;base64,PHNjcmlwdD53aW5kb3cuX19wd249MTwvc2NyaXB0Pg==",
    "vbscript:msgbox(1)",
    "blob:http://canary.test/1",
    "file:///etc/passwd",
    "//canary.test/",
    "/tickets/SIGEC-1/imprimir",
    "tickets",
    "?q=1",
    "#m1",
    "\\\\canary.test\\x",
    "http:canary.test",
    "cid:logo",
)
GOOD_LINKS = ("http://a.test/x?y=1&z=2#w", "https://a.test/", "mailto:ana@a.test", "tel:+56223456789", "HTTPS://a.test")


def test_a005_only_links_that_lead_where_they_say_survive(bench: Bench, window: Window, site: Site) -> None:
    links = "".join(f'<p><a href="{each}">enlace</a><area href="{each}">' for each in (*BAD_LINKS, *GOOD_LINKS))
    ticket = opened(bench, mail(ATTACKER, "Consulta", links, kind=HTML))
    page = window.shows(original(bench, ticket, site))
    assert page.locator("a[href]").count() == len(GOOD_LINKS)
    schemes = page.eval_on_selector_all("[href]", "all => all.map(each => each.protocol)")
    assert set(schemes) == {"http:", "https:", "mailto:", "tel:"}
    assert window.is_unharmed()


def test_a005_plain_text_is_never_made_a_link(bench: Bench, site: Site) -> None:
    text = "javascript://x%0awindow.__pwn=1 y http://canary.test/ y <javascript:alert(1)>"
    ticket = opened(bench, mail(ATTACKER, "Consulta", text))
    page = site.get(f"/tickets/SIGEC-{ticket.number}").text
    assert "javascript://x%0awindow.__pwn=1" in page
    assert not re.search(r'href="(?:javascript|http)', page)


SVG = (
    f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUNS}"><animate onbegin="{RUNS}" attributeName="x"/>'
    '<use href="data:image/svg+xml;base64,AA=="/><feImage href="http://canary.test/f"/></svg>'
).encode()
PICTURES = (
    ("image/svg+xml", "foto.svg", "attachment"),
    ("image/svg+xml", "foto.png", "inline"),
    ("image/png", "foto.svg", "inline"),
    ("image/svg+xml", "foto.svgz", "attachment"),
    ("text/html", "pagina.html", "attachment"),
    ("application/xhtml+xml", "pagina.xht", "attachment"),
    ("text/xml", "pagina.xml", "inline"),
)


def test_a007_no_picture_or_page_is_shown_as_one_of_ours(bench: Bench, site: Site, window: Window) -> None:
    parts = [
        (
            f"Content-Type: {kind}; name={name}\r\nContent-ID: <{n}@x>\r\nContent-Disposition: {how}; filename={name}",
            SVG,
        )
        for n, (kind, name, how) in enumerate(PICTURES)
    ]
    body, kind = with_files("Va la foto.", *parts)
    ticket = opened(bench, mail(ATTACKER, "Consulta", body, kind=kind))
    files = bench.files(ticket)
    assert len(files) == len(PICTURES)
    for file in files:
        assert site.get(f"/tickets/SIGEC-{ticket.number}/archivos/{file.id}").status_code == 403
    with transaction() as session:
        for file in files:
            heldfiles.release(session, machine(ticket.institution_id), ticket.id, None, file.id, "Se revisó.")
    for file in files:
        answer = site.get(f"/tickets/SIGEC-{ticket.number}/archivos/{file.id}")
        assert answer.data == SVG
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    for path in everywhere(ticket, bench):
        window.visits(path)
        assert window.is_unharmed(), path
        assert window.page.locator("img, svg[onload], object, embed").count() == 0


NAME = f'"><svg onload={RUNS}>.pdf'
NAMES = (
    f'filename="{NAME.replace(chr(34), chr(92) + chr(34))}"',
    "filename*=utf-8''%22%3E%3Csvg%20onload=window.__pwn=1%3E.pdf",
    "filename*0*=utf-8''%22%3E%3Csvg%20onload=; filename*1*=window.__pwn=1%3E.pdf",
    'filename="=?utf-8?q?=22=3E=3Csvg_onload=3Dwindow=2E=5F=5Fpwn=3D1=3E=2Epdf?="',
    f'filename="{"x" * 5_000}.pdf"',
    'filename="../../../etc/passwd"',
    'filename="\u202efdp.exe"',
)


def test_a009_a_file_name_is_text_everywhere_and_no_place_of_ours(bench: Bench, window: Window, tmp_path: Path) -> None:
    parts = [(f"Content-Type: application/pdf\r\nContent-Disposition: attachment; {name}", b"%PDF") for name in NAMES]
    body, kind = with_files("Va.", *parts)
    ticket = opened(bench, mail(ATTACKER, "Consulta", body, kind=kind))
    names = [file.filename for file in bench.files(ticket)]
    assert names[:4] == [NAME.replace('"', '"')] * 4
    assert max(map(len, names)) <= 200
    assert not any(char in name for name in names for char in "/\\\u202e")
    for path in everywhere(ticket, bench):
        window.visits(path)
        assert window.is_unharmed(), path
    stored = [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert all(re.fullmatch(r"[0-9a-f]+", name) for name in stored), stored


STYLES = (
    "<style>@import url(//canary.test/c.css);</style>"
    "<style>input[value^=a]{background:url(//canary.test/a)}body{display:none}</style>"
    '<div style="position:fixed;inset:0;z-index:99999;background:url(//canary.test/b)">encima</div>'
    '<link rel="stylesheet" href="//canary.test/d.css"><meta http-equiv="refresh" content="0;url=//canary.test/e">'
    '<base href="//canary.test/"><p background="//canary.test/f">texto</p><table background="//canary.test/g">'
)


def test_a011_no_style_reaches_beyond_its_frame(bench: Bench, window: Window, site: Site) -> None:
    ticket = opened(bench, mail(ATTACKER, "Consulta", STYLES, kind=HTML))
    page = window.shows(original(bench, ticket, site))
    expect(page.get_by_text("texto")).to_be_visible()
    assert page.locator("[style], [background], meta[http-equiv], link").count() == 0
    page = window.visits(f"/tickets/SIGEC-{ticket.number}")
    assert page.locator("iframe.mail-frame").get_attribute("sandbox") == "allow-popups allow-popups-to-escape-sandbox"
    assert window.is_unharmed()
    page.get_by_role("button", name="Tomar").click()
    expect(page.get_by_role("status")).to_contain_text("Ahora está a su cargo.")
    assert window.left == []


CLOBBERS = (
    "<p id=csrf_token>1</p><input name=csrf_token value=x><form id=forms><input name=submit></form>"
    '<a id=config></a><a id=config name=url href="http://a.test/">b</a><img name=body><p class="btn btn-danger">c</p>'
    "<b id=document name=cookie class=tray>d</b>"
)


def test_a013_ids_names_and_classes_do_not_survive(bench: Bench, window: Window) -> None:
    ticket = opened(bench, mail(ATTACKER, "Consulta", CLOBBERS, kind=HTML))
    (message,) = bench.messages(ticket)
    assert not re.search(r"\s(?:id|name|class)=", message.html or "")
    page = window.visits(f"/tickets/SIGEC-{ticket.number}")
    assert page.locator("input[name=csrf_token]").first.input_value() not in ("", "x")
    page.get_by_role("button", name="Tomar").click()
    expect(page.get_by_role("status")).to_contain_text("Ahora está a su cargo.")
    assert window.is_unharmed()


def test_the_hostile_request_really_has_its_files(bench: Bench) -> None:
    assert pdf()[1].startswith(b"%PDF")
    assert len(bench.files(opened(bench, hostile_request(PICTURE)))) == 1
