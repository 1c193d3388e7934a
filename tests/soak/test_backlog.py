"""10,000 messages wait in a mailbox: all are taken in once, while an agent works (run by `make soak`).

Nothing here is timed by an assertion; the figures are printed for whoever runs it.
"""

import os
import re
import statistics
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from urllib.parse import urlencode

import pytest

from helpdesk.bench.intake import letter
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.services import accounts
from tests.mailhouse import IMAP_MAILBOX
from tests.wire.conftest import Installation
from tests.wire.servers import Dovecot, free_port, wait_for_port

MESSAGES = int(os.environ.get("HELPDESK_TEST_BACKLOG", "10000"))
AGENT, PASSWORD = "carla.agente@mef-ec.example.org", "una contraseña larga"
PAUSE_SECONDS = 0.5
PATIENCE_SECONDS = 3600

pytestmark = pytest.mark.soak


class Agent:
    """Somebody at the web desk."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.seconds: list[float] = []

    def sign_in(self) -> None:
        """As a person does it: page, password, button."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get("/entrar"))
        assert token is not None
        form = {"csrf_token": token[1], "address": AGENT, "password": PASSWORD}
        with self._opener.open(f"{self._address}/entrar", urlencode(form).encode()) as answer:
            assert answer.url.startswith(f"{self._address}/bandeja"), "the agent could not sign in"

    def get(self, path: str) -> str:
        """A page; how long it took is noted. Raises HTTPError for anything but success."""
        began = time.monotonic()
        with self._opener.open(self._address + path, timeout=60) as answer:
            page = answer.read().decode()
        self.seconds.append(time.monotonic() - began)
        return str(page)


def fill(dovecot: Dovecot, first: int, last: int) -> None:
    """Appends messages to the mailbox over one connection."""
    with dovecot.mailbox(IMAP_MAILBOX) as client:
        for number in range(first, last):
            status, said = client.append("INBOX", "", "", letter(number, IMAP_MAILBOX))
            assert status == "OK", said


def test_f31_a_mailbox_of_ten_thousand_is_taken_in_while_the_web_stays_usable(installation: Installation) -> None:
    it = installation
    with ThreadPoolExecutor(4) as pool:
        quarter = MESSAGES // 4
        list(pool.map(lambda n: fill(it.dovecot, n * quarter, (n + 1) * quarter), range(4)))
    with transaction() as session:
        accounts.add_user(
            session, operator(), "mef-ec", AGENT, "Carla", PASSWORD, teams=(("gestion_documental", None),)
        )
    port = free_port()
    it.environment["HELPDESK_WEB_LISTEN"] = f"127.0.0.1:{port}"
    it.environment["HELPDESK_SMTP_URL"] = ""
    it.connect(IMAP_MAILBOX)
    it.start("web")
    wait_for_port(port)
    agent = Agent(f"http://127.0.0.1:{port}")
    agent.sign_in()
    calm = [timed(agent) for _ in range(10)]
    began = time.monotonic()
    it.start("bridge")
    it.start("worker")
    agent.seconds.clear()
    while it.states().get("processed", 0) < MESSAGES and time.monotonic() - began < PATIENCE_SECONDS:
        agent.get("/bandeja?vista=sin-asignar")
        time.sleep(PAUSE_SECONDS)
    took = time.monotonic() - began
    assert it.states() == {"processed": MESSAGES}
    assert it.ask("SELECT count(*) FROM tickets") == [(MESSAGES,)]
    assert it.ask("SELECT count(*) FROM (SELECT message_id FROM messages WHERE direction = 'inbound' "
                  "GROUP BY 1 HAVING count(*) > 1) AS doubled") == [(0,)]  # fmt: skip
    busy = sorted(agent.seconds)
    print(
        f"\n{MESSAGES} messages in {took:.0f} s: {MESSAGES / took:.1f} a second with one bridge and one worker\n"
        f"queue page alone: median {statistics.median(calm) * 1000:.0f} ms; meanwhile: {len(busy)} pages, "
        f"median {statistics.median(busy) * 1000:.0f} ms, p95 {busy[int(len(busy) * 0.95)] * 1000:.0f} ms, "
        f"slowest {busy[-1] * 1000:.0f} ms"
    )


def timed(agent: Agent) -> float:
    """How long the queue takes now."""
    agent.get("/bandeja?vista=sin-asignar")
    return agent.seconds[-1]
