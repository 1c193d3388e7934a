"""A mailbox at a real Dovecot, with everything that goes wrong there."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import update

from helpdesk import clock, vault
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Conflict
from helpdesk.models.institutions import Mailbox, MailboxFolder
from helpdesk.queries import health
from helpdesk.queries import mailboxes as boxes
from helpdesk.services import mailboxes
from mailbridge import diagnosis, imap_client, oauth
from mailbridge.imap import Reader
from tests import mailhouse
from tests.mailbridge.tokenserver import TokenServer
from tests.mailhouse import House, letter
from tests.wire import servers
from tests.wire.servers import Dovecot

Reading = Callable[[str], threading.Event]


@pytest.fixture
def account(dovecot: Dovecot, citizen: str) -> str:
    """A fresh account at Dovecot, for the helpdesk to fetch."""
    return "caja." + citizen.partition("@")[0]


@pytest.fixture
def house(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One institution with the real desk."""
    with mailhouse.house(database_url, tmp_path_factory.mktemp("files")) as opened:
        yield opened


@pytest.fixture
def reading(house: House) -> Iterator[Reading]:
    """Starts readers of the connected mailbox; each stops with its event, all with the test."""
    started = list[tuple[threading.Thread, threading.Event]]()

    def start(holder: str) -> threading.Event:
        stop = threading.Event()
        thread = threading.Thread(target=Reader(house.app, box().id, holder, stop).run, name=holder)
        thread.start()
        started.append((thread, stop))
        return stop

    yield start
    for _, stop in started:
        stop.set()
    for thread, _ in started:
        thread.join(10)


def box() -> Mailbox:
    """The connected mailbox as it is now."""
    with transaction() as session:
        return boxes.by_key(session, mailhouse.IMAP_MAILBOX)


def folder(name: str = "INBOX") -> MailboxFolder:
    """How far a folder of the connected mailbox was read."""
    with transaction() as session:
        return next(one for one in mailboxes.folders_of(session, box().id) if one.name == name)


def connect(
    dovecot: Dovecot,
    account: str,
    password: str = servers.PASSWORD,
    *,
    oauth2: bool = False,
    folders: tuple[str, ...] = ("INBOX",),
    move_to: str | None = None,
) -> None:
    """Connects the mailbox to the account, by its password or a provider's credential."""
    with transaction() as session:
        mailboxes.connect(
            session,
            operator(),
            boxes.by_key(session, mailhouse.IMAP_MAILBOX),
            url=dovecot.url,
            user=account,
            folders=folders,
            move_to=move_to,
            sealed_secret=vault.seal(password, mailhouse.DESK.secret),
            oauth2=oauth2,
        )


def put(dovecot: Dovecot, account: str, *messages: bytes) -> None:
    """Puts messages straight into the account."""
    with dovecot.mailbox(account) as client:
        for message in messages:
            client.append("INBOX", None, None, message)


def numbered(number: int) -> bytes:
    """One of many messages."""
    return letter(text=f"Mensaje número {number}", message_id=f"<n{number}@x.example>")


def wait(truth: Callable[[], bool], seconds: float = 60) -> None:
    """Returns when something is true. Raises AssertionError."""
    until = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def accepted() -> health.Equation:
    """The ledger equation."""
    with transaction() as session:
        return health.equation(session, clock.now())


def test_waiting_mail_is_taken_in_once_flagged_and_never_again(
    house: House, dovecot: Dovecot, account: str, reading: Reading
) -> None:
    put(dovecot, account, *(numbered(n) for n in range(45)))
    connect(dovecot, account)
    stop = reading("one")
    wait(lambda: accepted().accepted == 45)
    wait(lambda: box().backlog == 0 and folder().last_uid == 45)
    with dovecot.mailbox(account) as client:
        wait(lambda: client.search(None, "UNSEEN")[1] == [b""])
    stop.set()
    reading("two")
    put(dovecot, account, numbered(99))
    wait(lambda: accepted().accepted == 46)
    assert accepted().duplicate == 0


def test_a_new_uidvalidity_means_reading_anew_and_doubling_nothing(
    house: House, dovecot: Dovecot, account: str, reading: Reading
) -> None:
    put(dovecot, account, numbered(1), numbered(2))
    connect(dovecot, account)
    reading("one").wait(0)
    wait(lambda: folder().last_uid == 2)
    house.work()
    with transaction() as session:
        boxes.by_key(session, mailhouse.IMAP_MAILBOX).lease_fence += 1
        session.execute(update(MailboxFolder).values(uidvalidity=1, last_uid=77))
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ledger SET arrival_key = replace(arrival_key, 'INBOX:', 'INBOX:0')")
    put(dovecot, account, numbered(3))
    wait(lambda: accepted().accepted == 5)
    house.work()
    found = accepted()
    assert (found.processed, found.duplicate, found.holds) == (3, 2, True)


def test_several_folders_are_read_and_what_was_taken_in_is_moved(
    house: House, dovecot: Dovecot, account: str, reading: Reading
) -> None:
    with dovecot.mailbox(account) as client:
        for name in ("Spam", "Procesados"):
            client.create(name)
        client.append("Spam", None, None, numbered(7))
    put(dovecot, account, numbered(1))
    connect(dovecot, account, folders=("INBOX", "Spam"), move_to="Procesados")
    reading("one")
    wait(lambda: accepted().accepted == 2)
    wait(lambda: (folder().last_uid, folder("Spam").last_uid) == (1, 1))
    put(dovecot, account, numbered(2))
    wait(lambda: accepted().accepted == 3)
    with dovecot.mailbox(account) as client:
        wait(lambda: client.select("Procesados")[1] == [b"3"])
        assert client.select("INBOX")[1] == client.select("Spam")[1] == [b"0"]
    house.work()
    assert accepted().duplicate == 0


def test_a_check_tells_the_folders_and_what_is_wrong_with_each(house: House, dovecot: Dovecot, account: str) -> None:
    put(dovecot, account, numbered(1))
    connect(dovecot, account, folders=("INBOX", "Recibidos"), move_to="Leídos")
    with transaction() as session:
        connection = mailboxes.connection_of(session, boxes.by_key(session, mailhouse.IMAP_MAILBOX))
    assert connection is not None
    found = [(one.grade, one.sentence) for one in diagnosis.examine(connection, mailhouse.DESK.secret)]
    assert [grade for grade, _ in found] == ["ok", "ok", "error", "error"]
    assert "INBOX: 1 mensajes, el más reciente se puede leer." in found[1][1]
    assert "No existe la carpeta Recibidos. Las que hay: INBOX" in found[2][1]
    assert "Leídos" in found[3][1]


def test_a_wrong_password_is_said_in_plain_words_and_a_right_one_read_at_once(
    house: House, dovecot: Dovecot, account: str, reading: Reading
) -> None:
    put(dovecot, account, numbered(1))
    connect(dovecot, account, "wrong")
    reading("one")
    wait(lambda: "no acepta el usuario o la contraseña" in (box().last_error or ""))
    connect(dovecot, account)
    wait(lambda: accepted().accepted == 1)
    wait(lambda: box().last_error is None)


def test_a_message_over_the_limit_stays_on_the_server_and_is_quarantined_with_its_headers(
    house: House, dovecot: Dovecot, account: str, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_client, "MAX_MESSAGE_BYTES", 10_000)
    put(dovecot, account, letter(subject="Muy grande", text="x" * 20_000), numbered(1))
    connect(dovecot, account)
    reading("one")
    wait(lambda: accepted().accepted == 2)
    found = accepted()
    assert found.quarantined == {"too_large": 1}
    rows = house.engine.connect().exec_driver_sql("SELECT subject, size > 20000 FROM ledger WHERE reason = 'too_large'")
    assert [tuple(row) for row in rows] == [("Muy grande", True)]
    assert len(dovecot.messages(account)) == 2


def test_f23_one_bridge_holds_a_mailbox_and_a_frozen_one_can_write_nothing(
    house: House, dovecot: Dovecot, account: str
) -> None:
    connect(dovecot, account)
    with transaction() as session:
        first = mailboxes.take(session, box().id, "one")
    assert first is not None
    with transaction() as session:
        assert mailboxes.take(session, first.mailbox_id, "two") is None
    with clock.fixed(clock.now() + mailboxes.LEASE * 2), transaction() as session:
        second = mailboxes.take(session, first.mailbox_id, "two")
    assert second is not None
    with pytest.raises(Conflict), transaction() as session:
        mailboxes.guard(session, first.mailbox_id, first.fence)
    with transaction() as session:
        mailboxes.guard(session, first.mailbox_id, second.fence)


def test_a_mailbox_is_read_with_access_tokens_and_the_new_refresh_token_is_kept(
    house: House, dovecot: Dovecot, account: str, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "true")
    put(dovecot, account, numbered(1))
    with TokenServer() as provider:
        provider.answers = [
            (200, {"access_token": servers.bearer_token(account), "token_type": "Bearer", "refresh_token": "second"})
        ]
        connect(dovecot, account, oauth.written(provider.credential("first")), oauth2=True)
        reading("one")
        wait(lambda: accepted().accepted == 1)
    assert provider.asked[0]["refresh_token"] == "first"
    stored = box().secret
    assert stored is not None
    assert oauth.read(vault.unseal(stored, mailhouse.DESK.secret)).refresh_token == "second"


def test_an_expired_access_token_is_told_and_not_tried_in_a_storm(
    house: House, dovecot: Dovecot, account: str, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "true")
    with TokenServer() as provider:
        provider.answers = [(200, {"access_token": servers.bearer_token(account, -60), "token_type": "Bearer"})]
        connect(dovecot, account, oauth.written(provider.credential()), oauth2=True)
        reading("one")
        wait(lambda: box().last_error is not None)
        time.sleep(2)
    assert "no acepta" in (box().last_error or "")
    assert len(provider.asked) == 1
