"""One letter handed to a server that behaves well, or not."""

from collections.abc import Callable, Iterator

import pytest

from mailbridge import smtp
from tests.mailbridge.smtpscript import Script, ScriptedServer

MESSAGE = b"Subject: x\r\n\r\n.a line that begins with a dot\r\nend\r\n"


@pytest.fixture
def scripted() -> Iterator[Callable[..., ScriptedServer]]:
    """Makes scripted servers and stops them."""
    made = list[ScriptedServer]()

    def start(keeps: bool = True, extensions: tuple[str, ...] = ("8BITMIME",), **replies: str | None) -> ScriptedServer:
        made.append(ScriptedServer(Script(replies, keeps, extensions)))
        return made[-1]

    yield start
    for server in made:
        server.close()


def sent(server: ScriptedServer, before_dot: Callable[[], None] = lambda: None, to: str = "ana@x.example") -> str:
    """Sends the message; gives the result."""
    return smtp.send(server.url, "", to, MESSAGE, before_dot).result


def test_an_accepted_message_arrives_byte_for_byte_from_the_null_sender(
    scripted: Callable[..., ScriptedServer],
) -> None:
    server = scripted()
    assert sent(server) == "accepted"
    assert server.messages == [MESSAGE]
    assert any(command.startswith("mail FROM:<>") for command in server.commands)


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize(("code", "result"), [("450", "deferred"), ("550", "refused")])
def test_a_refusal_is_final_or_not_by_its_code_wherever_it_comes(
    scripted: Callable[..., ScriptedServer], word: str, code: str, result: str
) -> None:
    assert sent(scripted(**{word: f"{code} no"})) == result


def test_a_connection_lost_after_the_dot_leaves_the_letter_in_doubt(scripted: Callable[..., ScriptedServer]) -> None:
    assert sent(scripted(DOT=None)) == "in_doubt"


def test_a_server_that_is_away_defers() -> None:
    server = ScriptedServer(Script())
    server.close()
    assert smtp.send(server.url, "", "ana@x.example", MESSAGE, lambda: None).result == "deferred"


def test_when_the_dot_may_not_leave_nothing_is_delivered(scripted: Callable[..., ScriptedServer]) -> None:
    server = scripted()

    def refuse() -> None:
        raise RuntimeError("the claim was lost")

    with pytest.raises(RuntimeError):
        sent(server, refuse)
    assert server.messages == []


def test_an_address_with_accents_needs_a_server_that_takes_them(scripted: Callable[..., ScriptedServer]) -> None:
    assert sent(scripted(), to="peña@x.example") == "refused"
    assert sent(scripted(extensions=("SMTPUTF8", "8BITMIME")), to="peña@x.example") == "accepted"


def test_a_server_that_reports_is_asked_for_failures_and_delays(scripted: Callable[..., ScriptedServer]) -> None:
    server = scripted(extensions=("DSN", "8BITMIME"))
    smtp.send(server.url, "mesa+b=1@x.example", "ana+x=y@x.example", MESSAGE, lambda: None)
    mail, rcpt = server.commands[1:3]
    assert mail.split()[2:] == ["BODY=8BITMIME", "RET=HDRS"]
    assert rcpt.split()[1:] == [
        "TO:<ana+x=y@x.example>",
        "NOTIFY=FAILURE,DELAY",
        "ORCPT=rfc822;ana+2Bx+3Dy@x.example",
    ]


def test_no_report_goes_to_the_null_sender(scripted: Callable[..., ScriptedServer]) -> None:
    server = scripted(extensions=("DSN",))
    assert sent(server) == "accepted"
    assert server.commands[2].split()[2:] == ["NOTIFY=NEVER"]


def test_a_server_without_reports_is_asked_for_none(scripted: Callable[..., ScriptedServer]) -> None:
    server = scripted(extensions=())
    assert sent(server) == "accepted"
    assert server.commands[2] == "rcpt TO:<ana@x.example>"


def test_passwords_and_ports_are_read_from_the_url() -> None:
    assert smtp.server_at("smtps://u%40x:p%3Aq@mail.example") == smtp.Server(True, "mail.example", 465, "u@x", "p:q")
    assert smtp.server_at("smtp://mail.example").port == 587
    assert smtp.server_at("smtp://127.0.0.1").port == 25
