"""SIGTERM, as a service manager sends it for a new version: what is under way ends, and nothing new begins."""

import signal
import socket
import time
from collections.abc import Iterator

import pytest

from tests.mailbridge.smtpscript import Script, ScriptedServer
from tests.mailhouse import LMTP_MAILBOX
from tests.wire.conftest import Installation
from tests.wire.servers import free_port, wait_for_port
from tests.wire.test_round_trip import mail

DRAIN_SECONDS = 30 + 10
"""What is promised, and something for a busy machine."""


class SlowScript(Script):
    """Thinks for a while before it confirms a letter."""

    def reply(self, word: str, about: str = "") -> str | None:
        """As scripted."""
        if word == "DOT":
            time.sleep(2)
        return super().reply(word, about)


@pytest.fixture
def slow_server() -> Iterator[ScriptedServer]:
    """An outgoing server that takes its time."""
    made = ScriptedServer(SlowScript())
    yield made
    made.close()


def test_f41_a_worker_told_to_end_finishes_the_letter_it_is_sending(
    installation: Installation, slow_server: ScriptedServer, citizen: str
) -> None:
    it = installation
    it.environment["HELPDESK_SMTP_URL"] = slow_server.url
    it.start("bridge")
    it.wait_until(it.listens, 90, "opening the door")
    it.start("worker")
    it.postfix.send(mail(citizen, LMTP_MAILBOX, "Consulta", "No puedo firmar."), LMTP_MAILBOX)
    to_citizen = "FROM outbox WHERE recipient = :citizen"
    it.wait_until(lambda: it.ask(f"SELECT state {to_citizen}", citizen=citizen) == [("dot_sent",)], 90, "the final dot")
    worker = it.running.pop("worker")
    worker.terminate()
    assert worker.wait(DRAIN_SECONDS) == 0
    assert it.ask(f"SELECT state, attempts, resends {to_citizen}", citizen=citizen) == [("accepted", 1, 0)]
    assert it.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == [(0,)]


def test_f41_a_bridge_told_to_end_leaves_the_message_under_way_with_its_sender(
    installation: Installation, citizen: str
) -> None:
    it = installation
    it.start("bridge")
    it.wait_until(it.listens, 90, "opening the door")
    with socket.create_connection(("127.0.0.1", it.lmtp), 10) as peer, peer.makefile("rwb") as stream:
        for line in ("LHLO x", f"MAIL FROM:<{citizen}>", f"RCPT TO:<{LMTP_MAILBOX}>", "DATA", "Subject: a medias"):
            stream.write(f"{line}\r\n".encode())
        stream.flush()
        while not stream.readline().startswith(b"354"):
            pass
        bridge = it.running.pop("bridge")
        bridge.terminate()
        assert bridge.wait(DRAIN_SECONDS) == 0
        assert b"250" not in stream.read()
    assert it.states() == {}


def test_f41_a_web_process_told_to_end_does(installation: Installation) -> None:
    port = free_port()
    installation.environment["HELPDESK_WEB_LISTEN"] = f"127.0.0.1:{port}"
    installation.start("web")
    wait_for_port(port)
    web = installation.running.pop("web")
    web.send_signal(signal.SIGTERM)
    assert web.wait(DRAIN_SECONDS) == 0
