"""A real browser under attack: what ran in it, and what it asked of others."""

from playwright.sync_api import BrowserContext, Page, Route

SHOWN = "/mostrado"
HOOK = "() => window.__pwn"


class Window:
    """One window. `left` are the requests that would have left the desk's own address; none is let through."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.left: list[str] = []
        self._shown = ""
        context.route("**/*", self._pass)
        self.page: Page = context.new_page()
        self.page.on("dialog", lambda dialog: self.left.append(f"dialog {dialog.message}"))

    def _pass(self, route: Route) -> None:
        if route.request.url == self.address + SHOWN:
            route.fulfill(body=self._shown, content_type="text/html; charset=utf-8")
        elif route.request.url.startswith((self.address + "/", "about:", "data:")):
            route.continue_()
        else:
            self.left.append(route.request.url)
            route.abort()

    def visits(self, path: str) -> Page:
        """A page of the desk with everything on it unfolded, so that its frames are loaded too."""
        self.page.goto(path)
        self.page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true })")
        for frame in self.page.locator("iframe").all():
            frame.scroll_into_view_if_needed()
        self.page.wait_for_load_state("networkidle")
        return self.page

    def shows(self, source: str) -> Page:
        """HTML as it stands, with no policy and no sandbox between it and the browser."""
        self._shown = source
        self.page.goto(self.address + SHOWN, wait_until="networkidle")
        return self.page

    def is_unharmed(self) -> bool:
        """Whether no script of a stranger ran and nothing left our address.

        A sandboxed frame runs nothing and cannot be asked; what it holds is looked at with `shows`.
        """
        return self.page.evaluate(HOOK) is None and not self.left
