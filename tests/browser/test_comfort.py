"""What scripts add: shortcuts, the theme, drafts that are not lost; and that every width and theme holds."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, sign_in

PAGES = (
    "/", "/entrar", "/servicios/sigec-cl", "/servicios/mef-ec/crear_usuario_administrador", "/bandeja?vista=abiertos",
    "/bandeja?vista=abiertos&equipo=mesa_ayuda", "/tickets/SIGEC-1", "/tickets/SIGEC-3", "/tickets/SIGEC-12",
    "/admin/cuarentena", "/admin/libro", "/admin/buzones", "/no-existe",
)  # fmt: skip


def focused(page: Page) -> str:
    """What has the focus, by id or text."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def test_the_keyboard_walks_the_queue_and_opens_a_ticket(visit: Visit) -> None:
    page = sign_in(visit())
    page.goto("/bandeja?vista=abiertos")
    page.keyboard.press("j")
    first = focused(page)
    page.keyboard.press("j")
    assert focused(page)
    page.keyboard.press("k")
    assert focused(page) == first
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/*")
    page.keyboard.press("n")
    assert focused(page) == "note-text"


def test_the_search_and_the_help_are_one_key_away(visit: Visit) -> None:
    page = sign_in(visit())
    page.keyboard.press("/")
    assert focused(page) == "buscar"
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Atajos de teclado")).to_be_visible()


def test_a_letter_typed_into_a_field_is_a_letter(visit: Visit) -> None:
    page = sign_in(visit())
    page.goto("/tickets/SIGEC-1")
    page.keyboard.press("r")
    page.keyboard.type("nade")
    expect(page.locator("#reply-text")).to_have_value("nade")


def test_a_draft_outlives_the_page(visit: Visit) -> None:
    page = sign_in(visit())
    page.goto("/tickets/SIGEC-1")
    page.locator("#reply-text").fill("A medio escribir")
    page.goto("/bandeja")
    page.goto("/tickets/SIGEC-1")
    expect(page.locator("#reply-text")).to_have_value("A medio escribir")
    page.locator("#reply-text").fill("")
    page.goto("/tickets/SIGEC-1")
    expect(page.locator("#reply-text")).to_have_value("")


def test_the_next_rows_join_the_list_without_leaving_the_page(visit: Visit) -> None:
    page = sign_in(visit())
    page.goto("/bandeja?vista=todas")
    rows = page.locator(".row-item")
    expect(rows).to_have_count(50)
    page.get_by_role("link", name="Ver los siguientes").click()
    expect(page.get_by_role("link", name="Ver los siguientes")).to_have_count(0)
    assert rows.count() >= 75
    assert page.url.endswith("/bandeja?vista=todas")


def test_the_theme_follows_the_device_until_somebody_chooses(visit: Visit) -> None:
    page = visit("/", color_scheme="dark")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page.get_by_role("button", name="Cambiar entre claro y oscuro").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "light"


@pytest.mark.parametrize("width", [320, 800, 1280])
def test_no_page_is_wider_than_the_screen(visit: Visit, width: int) -> None:
    page = sign_in(visit(viewport={"width": width, "height": 700}), "admin")
    wide = []
    for path in PAGES:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    assert wide == []


def test_the_focus_is_always_visible(visit: Visit) -> None:
    page = sign_in(visit())
    page.goto("/tickets/SIGEC-1")
    invisible = []
    for _ in range(40):
        page.keyboard.press("Tab")
        outlined = page.evaluate(
            """() => {
                const seen = element => {
                    const style = getComputedStyle(element);
                    return style.outlineStyle !== "none" || style.boxShadow !== "none";
                };
                const element = document.activeElement;
                const labels = [...(element.labels || [])];
                return element === document.body || seen(element) || labels.some(seen);
            }"""
        )
        if not outlined:
            invisible.append(focused(page))
    assert invisible == []
