"""A mailbox at a server that misbehaves: nothing is lost, nothing counted twice, and the operator is told."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from imapclient.exceptions import CapabilityError
from sqlalchemy import select

from helpdesk import clock, vault
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Invalid
from helpdesk.models.institutions import Mailbox, VanishedMessage
from helpdesk.models.ledger import Arrival
from helpdesk.queries import health
from helpdesk.queries import mailboxes as boxes
from helpdesk.services import mailboxes
from mailbridge import diagnosis, imap_client
from mailbridge.imap import Pauses, Reader
from mailbridge.visit import Pace
from tests import mailhouse
from tests.mailbridge.imapscript import Script, ScriptedImap
from tests.mailhouse import DESK, House, letter

SOON = Pauses(take_over=0.1, first=0.05, longest=0.2, throttled=0.2, refused=3600)
QUICK = Pace(lease=5, idle=0.3, poll=0.3, answer=1)
Serve = Callable[..., "Served"]


@dataclass
class Served:
    """A house whose mailbox is read from a scripted server."""

    house: House
    server: ScriptedImap

    def box(self) -> Mailbox:
        """The mailbox as it is now."""
        with transaction() as session:
            return boxes.by_key(session, mailhouse.IMAP_MAILBOX)

    def subjects(self) -> list[str | None]:
        """What was taken in, in its order."""
        with transaction() as session:
            return list(session.scalars(select(Arrival.subject).order_by(Arrival.id)))

    def vanished(self) -> list[tuple[int, bool]]:
        """The UIDs noted as vanished, and whether with a time."""
        with transaction() as session:
            rows = session.scalars(select(VanishedMessage).order_by(VanishedMessage.uid))
            return [(row.uid, row.noticed_at <= clock.now()) for row in rows]


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """One institution with the real desk."""
    with mailhouse.house(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def serve(house: House) -> Iterator[Serve]:
    """Connects the mailbox to a server with that script and starts its reader, which ends with the test."""
    stop = threading.Event()
    ending = list[Callable[[], None]]()

    def start(script: Script, pace: Pace = QUICK, **connection: Any) -> Served:
        server = ScriptedImap(script)
        connect(server.url, **connection)
        thread = threading.Thread(target=Reader(house.app, box_id(), "one", stop, SOON, pace).run)
        thread.start()
        ending.extend((server.close, lambda: thread.join(10)))
        return Served(house, server)

    yield start
    stop.set()
    for end in ending:
        end()


def box_id() -> int:
    with transaction() as session:
        return boxes.by_key(session, mailhouse.IMAP_MAILBOX).id


def connect(url: str, folders: tuple[str, ...] = ("INBOX",), move_to: str | None = None) -> None:
    """Connects the mailbox to an account at `url`."""
    with transaction() as session:
        mailboxes.connect(
            session,
            operator(),
            boxes.by_key(session, mailhouse.IMAP_MAILBOX),
            url=url,
            user="mesa",
            folders=folders,
            sealed_secret=vault.seal("secret", DESK.secret),
            move_to=move_to,
        )


def mail(number: int) -> bytes:
    """One of several letters."""
    return letter(subject=f"Carta {number}", message_id=f"<n{number}@x.example>")


def wait(truth: Callable[[], bool]) -> None:
    """Returns when something is true. Raises AssertionError."""
    until = time.monotonic() + 30
    while not truth():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def test_f17_a_new_uidvalidity_whose_numbers_are_other_messages_skips_none(serve: Serve) -> None:
    served = serve(Script({1: mail(1), 2: mail(2)}))
    wait(lambda: len(served.subjects()) == 2)
    script = served.server.script
    script.messages, script.uidvalidity = {1: mail(3), 2: mail(4)}, 2
    script.replies["IDLE"] = None
    wait(lambda: served.subjects() == ["Carta 1", "Carta 2", "Carta 3", "Carta 4"])


def test_f19_what_is_removed_before_it_is_fetched_is_noted_and_never_counted_as_taken_in(serve: Serve) -> None:
    served = serve(Script({1: mail(1), 3: mail(3)}, removed={2}))
    wait(lambda: served.vanished() == [(2, True)])
    wait(lambda: served.subjects() == ["Carta 1", "Carta 3"])
    with transaction() as session:
        found = next(one for one in health.mailboxes(session) if one.vanished)
        assert (found.vanished, health.equation(session, clock.now()).accepted) == (1, 2)


def test_what_the_server_shows_and_never_gives_does_not_stop_the_rest(serve: Serve) -> None:
    served = serve(Script({1: mail(1), 3: mail(3)}, withheld={2}))
    wait(lambda: "no los entrega (UID 2)" in (served.box().last_remark or ""))
    served.server.script.messages[4] = mail(4)
    wait(lambda: served.subjects() == ["Carta 1", "Carta 3", "Carta 4"])
    assert (served.vanished(), served.box().backlog) == ([], 1)
    served.server.script.withheld, served.server.script.messages[2] = set(), mail(2)
    served.server.script.replies["IDLE"] = None
    wait(lambda: "Carta 2" in served.subjects())


def test_a_connection_that_breaks_in_a_message_brings_it_whole_next_time(serve: Serve) -> None:
    served = serve(Script({1: mail(1), 2: mail(2), 3: mail(3)}, drops_in=2))
    wait(lambda: len(served.subjects()) == 3)
    with transaction() as session:
        assert all(row.size == len(mail(1)) for row in session.scalars(select(Arrival)))
    assert served.server.count("LOGIN") == 2


def test_f15_a_connection_that_fell_silent_is_found_out_and_mail_goes_on(serve: Serve) -> None:
    served = serve(Script({1: mail(1)}, silent=True))
    wait(lambda: served.server.count("IDLE") == 1)
    served.server.script.messages[2] = mail(2)
    wait(lambda: served.server.count("LOGIN") >= 2 and served.subjects() == ["Carta 1", "Carta 2"])
    assert Pace().idle + Pace().answer <= 300, "found out within five minutes"


def test_a_message_over_which_the_connection_always_breaks_stops_nothing_behind_it(serve: Serve) -> None:
    served = serve(Script({n: mail(n) for n in range(1, 6)}, always_drops_in=2))
    wait(lambda: sorted(filter(None, served.subjects())) == ["Carta 1", "Carta 3", "Carta 4", "Carta 5"])
    wait(lambda: "no los entrega (UID 2)" in (served.box().last_remark or ""))
    assert served.box().backlog == 1


def test_a_server_that_leaves_during_idle_without_a_word_is_noticed_at_once(serve: Serve) -> None:
    served = serve(Script({1: mail(1)}, leaves_idle=True), pace=Pace(idle=300, poll=300))
    wait(lambda: served.server.count("LOGIN") >= 2)
    assert served.subjects() == ["Carta 1"]


def test_numbers_used_again_under_one_uidvalidity_are_other_messages(serve: Serve) -> None:
    served = serve(Script({1: mail(1), 2: mail(2)}, tells_uidnext=True))
    wait(lambda: len(served.subjects()) == 2)
    served.server.script.messages = {1: mail(3)}
    served.server.script.leaves_idle = True
    wait(lambda: served.subjects() == ["Carta 1", "Carta 2", "Carta 3"])


def test_a_folder_with_more_messages_than_one_answer_holds_is_asked_in_parts(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_client, "SEARCH_MESSAGES", 2)
    served = serve(Script({n: mail(n) for n in (2, 4, 6, 8, 9)}))
    wait(lambda: len(served.subjects()) == 5)
    assert {"UID SEARCH 1:2 UID 1:*", "UID SEARCH 5:5 UID 1:*"} <= set(served.server.commands)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (Script(greeting="* PREAUTH welcome"), "sesión que nadie pidió"),
        (Script(replies={"LOGIN": None}), "cortó el inicio de sesión"),
    ],
    ids=["preauth", "dropped"],
)
def test_what_is_no_refusal_of_the_password_is_not_called_one(serve: Serve, script: Script, told: str) -> None:
    served = serve(script)
    wait(lambda: told in (served.box().last_error or ""))
    assert served.box().not_before is None


def test_a_message_whose_size_the_server_does_not_tell_is_asked_for_again(serve: Serve) -> None:
    served = serve(Script({1: mail(1), 2: mail(2)}, sizeless={1}))
    wait(lambda: served.subjects() == ["Carta 2"])
    wait(lambda: "no los entrega (UID 1)" in (served.box().last_remark or ""))


@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 IDLE"])
def test_a_server_that_can_little_is_read_and_flagged(serve: Serve, capabilities: str) -> None:
    served = serve(Script({1: mail(1)}, capabilities=capabilities), move_to="Procesados")
    wait(lambda: served.server.flagged == {1})
    served.server.script.messages[2] = mail(2)
    wait(lambda: served.subjects() == ["Carta 1", "Carta 2"])


def test_what_was_taken_in_is_moved_where_the_server_can_move(serve: Serve) -> None:
    served = serve(Script({1: mail(1), 2: mail(2)}), move_to="Procesados")
    wait(lambda: served.server.moved == {1, 2})
    assert len(served.subjects()) == 2


def test_without_move_it_is_copied_and_only_those_messages_are_removed(serve: Serve) -> None:
    served = serve(Script({1: mail(1)}, capabilities="IMAP4rev1 IDLE UIDPLUS"), move_to="Procesados")
    wait(lambda: "UID EXPUNGE 1" in served.server.commands)
    assert 'UID COPY 1 "Procesados"' in served.server.commands
    assert served.server.count("EXPUNGE") == 0


@pytest.mark.parametrize(
    ("word", "reply", "move_to"),
    [
        ("UID STORE", "NO [NOPERM] not yours", None),
        ("UID MOVE", "NO [OVERQUOTA] full", "Procesados"),
        ("UID MOVE", "NO [TRYCREATE] no such folder", "Procesados"),
    ],
)
def test_a_server_that_lets_nothing_be_changed_is_read_and_the_operator_told(
    serve: Serve, word: str, reply: str, move_to: str | None
) -> None:
    served = serve(Script({1: mail(1)}, replies={word: reply}), move_to=move_to)
    wait(lambda: "el servidor no permite" in (served.box().last_remark or ""))
    served.server.script.messages[2] = mail(2)
    wait(lambda: len(served.subjects()) == 2)
    assert served.box().last_error is None


def test_a_read_only_folder_is_read_and_nothing_in_it_is_touched(serve: Serve) -> None:
    served = serve(Script({1: mail(1)}, read_only=True))
    wait(lambda: served.subjects() == ["Carta 1"])
    wait(lambda: "solo se puede leer" in (served.box().last_remark or ""))
    assert served.server.count("UID STORE") == 0


def test_f39_a_refused_password_is_tried_once_and_not_in_a_storm(serve: Serve) -> None:
    served = serve(Script(replies={"LOGIN": "NO [AUTHENTICATIONFAILED] wrong"}))
    wait(lambda: "no acepta" in (served.box().last_error or ""))
    time.sleep(1)  # SOON would allow twenty tries in that time
    assert served.server.count("LOGIN") == 1
    assert Pauses().refused >= 900, "four tries an hour"


def test_f39_a_refused_password_is_not_tried_by_a_bridge_that_starts_anew(serve: Serve) -> None:
    served = serve(Script({1: mail(1)}, replies={"LOGIN": "NO [AUTHENTICATIONFAILED] wrong"}))
    wait(lambda: served.box().not_before is not None)
    with transaction() as session:
        assert mailboxes.take(session, box_id(), "another") is None
    connect(served.server.url)
    del served.server.script.replies["LOGIN"]
    wait(lambda: served.subjects() == ["Carta 1"])


@pytest.mark.parametrize("code", ["[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[THROTTLED]", "[OVERQUOTA]"])
def test_f39_a_server_that_cannot_now_is_asked_again_with_growing_pauses(serve: Serve, code: str) -> None:
    served = serve(Script({1: mail(1)}, replies={"LOGIN": f"NO {code} later"}))
    wait(lambda: "no atiende ahora" in (served.box().last_error or "") and served.server.count("LOGIN") >= 2)
    del served.server.script.replies["LOGIN"]
    wait(lambda: served.subjects() == ["Carta 1"])
    wait(lambda: served.box().last_error is None)
    assert Pauses().longest <= 900, "a quarter of an hour at most"


def test_f39_an_alert_of_the_server_is_shown_as_it_says_it(serve: Serve) -> None:
    served = serve(Script(replies={"LOGIN": "NO [ALERT] Log in by the web first"}))
    wait(lambda: "[ALERT] Log in by the web first" in (served.box().last_error or ""))


HUGE = b"* OK " + b"x" * 10_000_000 + b"\r\n"


@pytest.mark.parametrize(
    "script",
    [
        Script(greeting="* BYE closed for today"),
        Script(greeting="220 mail.example ESMTP"),
        Script({1: mail(1)}, untagged={"UID SEARCH": HUGE}),
        Script({1: mail(1)}, untagged={"UID FETCH": b"* 1 FETCH (UID 1 BODY[] {4294967295}\r\n"}),
        Script({1: mail(1)}, untagged={"UID SEARCH": b"other7 OK done\r\n"}),
        Script({1: mail(1)}, replies={"SELECT": None}),
    ],
    ids=["bye", "another protocol", "10 MB line", "4 GB literal", "another tag", "closed"],
)
def test_a165_a_server_that_breaks_the_protocol_is_left_and_nothing_taken_from_it(serve: Serve, script: Script) -> None:
    served = serve(script)
    wait(lambda: served.box().last_error is not None)
    assert served.subjects() == []
    script.greeting, script.replies = "* OK scripted", {}
    script.untagged.clear()
    script.messages[1] = mail(1)
    wait(lambda: served.subjects() == ["Carta 1"])


@pytest.mark.parametrize("greeting", ["* OK hello", "* PREAUTH welcome"])
def test_a165_no_password_leaves_without_encryption_for_another_machine(
    monkeypatch: pytest.MonkeyPatch, serve: Serve, greeting: str
) -> None:
    monkeypatch.setattr(imap_client, "LOOPBACK", frozenset())
    served = serve(Script({1: mail(1)}, greeting=greeting))
    wait(lambda: served.box().last_error is not None)
    assert (served.server.count("LOGIN"), served.subjects()) == (0, [])


def test_a_folder_that_is_missing_is_named_and_the_others_are_read(serve: Serve) -> None:
    served = serve(Script(replies={"SELECT": "NO no such folder"}), folders=("INBOX", "Spam"))
    wait(lambda: "no tiene una carpeta Spam" in (served.box().last_error or ""))
    del served.server.script.replies["SELECT"]
    served.server.script.messages[1] = mail(1)
    wait(lambda: served.box().last_error is None and len(served.subjects()) == 2)


def test_messages_are_never_moved_to_a_folder_that_is_read(house: House) -> None:
    with pytest.raises(Invalid, match="read itself"):
        connect("imap://127.0.0.1:1", folders=("INBOX", "Procesados"), move_to="Procesados")


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (Script(replies={"LOGIN": "NO [AUTHENTICATIONFAILED] wrong"}), ["no acepta el usuario o la contraseña"]),
        (Script(greeting="220 mail ESMTP"), ["no responde"]),
        (Script(read_only=True), ["solo se puede leer"]),
        (Script(capabilities="IMAP4rev1"), ["no avisa cuando llega correo", "no puede mover"]),
    ],
    ids=["password", "another protocol", "read only", "old server"],
)
def test_a_check_says_what_a_server_lacks(house: House, script: Script, told: list[str]) -> None:
    server = ScriptedImap(script)
    connect(server.url, move_to="Procesados")
    sentences = " ".join(checked())
    server.close()
    assert all(words in sentences for words in told), sentences


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("imap://127.0.0.1:1", "nada atiende en ese puerto"),
        ("imaps://127.0.0.1:{plain}", "no habla TLS en ese puerto"),
        ("imaps://127.0.0.1:{tls}", "su certificado no es válido"),
    ],
)
def test_a_check_says_what_is_wrong_with_the_way_there(house: House, tmp_path: Path, url: str, told: str) -> None:
    plain, encrypted = ScriptedImap(Script()), ScriptedImap(Script(), tls=self_signed(tmp_path))
    connect(url.format(plain=plain.port, tls=encrypted.port))
    sentences = " ".join(checked())
    for server in (plain, encrypted):
        server.close()
    assert told in sentences


def test_a_name_that_no_server_has_and_a_silent_port_are_told_apart() -> None:
    assert "no existe un servidor con ese nombre" in imap_client.explained(socket.gaierror(-2, "unknown"))
    assert "cortafuegos" in imap_client.explained(TimeoutError("timed out"))
    assert "escriba imaps://" in imap_client.explained(CapabilityError("server does not support STARTTLS"))


def checked() -> list[str]:
    """The sentences of a check of the mailbox."""
    with transaction() as session:
        connection = mailboxes.connection_of(session, boxes.by_key(session, mailhouse.IMAP_MAILBOX))
    assert connection is not None
    return [finding.sentence for finding in diagnosis.examine(connection, DESK.secret)]


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    pem = dated.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(pem + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context
