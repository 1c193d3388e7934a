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

    def start(
        keeps: bool = True,
        extensions: tuple[str, ...] = ("8BITMIME",),
        silent: tuple[str, ...] = (),
        **replies: str | None,
    ) -> ScriptedServer:
        made.append(ScriptedServer(Script(replies, keeps, extensions, frozenset(silent))))
        return made[-1]

    yield start
    for server in made:
        server.close()


def sent(server: ScriptedServer, before_dot: Callable[[], None] = lambda: None, to: str = "ana@x.example") -> str:
    """Sends the message; gives the result."""
    return smtp.send(server.url, "", to, MESSAGE, before_dot).result


def told(server: ScriptedServer) -> str:
    """Sends the message; gives the sentence."""
    return smtp.send(server.url, "", "ana@x.example", MESSAGE, lambda: None).sentence


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is waited for long."""
    for name in ("SECONDS", "SECONDS_AFTER_DOT", "SECONDS_TO_LEAVE"):
        monkeypatch.setattr(smtp, name, 0.3)


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


@pytest.mark.parametrize("code", ["421", "554"])
@pytest.mark.parametrize("words", [("GREETING",), ("EHLO", "HELO"), ("AUTH",)])
def test_a_server_that_turns_us_away_before_it_knows_the_letter_has_not_judged_it(
    scripted: Callable[..., ScriptedServer], words: tuple[str, ...], code: str
) -> None:
    server = scripted(extensions=("AUTH PLAIN",), **dict.fromkeys(words, f"{code} go away"))
    url = server.url.replace("//", "//mesa:secret@")
    result = smtp.send(url, "", "ana@x.example", MESSAGE, lambda: None)
    assert result.result == "deferred"
    assert f"{code} go away" in result.sentence


@pytest.mark.parametrize("word", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_connection_lost_before_the_dot_defers(scripted: Callable[..., ScriptedServer], word: str) -> None:
    assert sent(scripted(**{word: None})) == "deferred"


@pytest.mark.parametrize("word", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.usefixtures("impatient")
def test_a_server_that_falls_silent_before_the_dot_defers_and_it_is_said_why(
    scripted: Callable[..., ScriptedServer], word: str
) -> None:
    assert "tiempo de espera agotado" in told(scripted(silent=(word,)))
    assert sent(scripted(silent=(word,))) == "deferred"


@pytest.mark.usefixtures("impatient")
def test_a_server_that_falls_silent_after_the_dot_leaves_the_letter_in_doubt(
    scripted: Callable[..., ScriptedServer],
) -> None:
    assert sent(scripted(silent=("DOT",))) == "in_doubt"


@pytest.mark.usefixtures("impatient")
def test_a_server_that_does_not_answer_our_goodbye_has_the_letter_all_the_same(
    scripted: Callable[..., ScriptedServer],
) -> None:
    for server in (scripted(silent=("QUIT",)), scripted(QUIT=None), scripted(QUIT="500 what")):
        assert sent(server) == "accepted"
        assert server.commands[-1].upper() == "QUIT"


@pytest.mark.parametrize(("word", "reply"), [("MAIL", "252 hm"), ("RCPT", "252 hm"), ("DATA", "250 ok"), ("DATA", "x")])
def test_a_yes_to_something_else_is_no_acceptance(
    scripted: Callable[..., ScriptedServer], word: str, reply: str
) -> None:
    server = scripted(**{word: reply})
    assert sent(server) == "deferred"
    assert server.messages == []


def test_words_without_meaning_after_the_dot_leave_the_letter_in_doubt(scripted: Callable[..., ScriptedServer]) -> None:
    assert sent(scripted(DOT="what?")) == "in_doubt"


def test_a_letter_larger_than_the_server_takes_is_refused_before_it_is_sent(
    scripted: Callable[..., ScriptedServer],
) -> None:
    server = scripted(extensions=("SIZE 10",))
    assert "acepta 0.0 MB" in told(server)
    assert sent(server) == "refused"
    assert not any(command.startswith("mail") for command in server.commands)


@pytest.mark.parametrize("limit", ["SIZE", "SIZE 0", "SIZE 52428800"])
def test_a_letter_within_the_size_is_announced_with_its_own(
    scripted: Callable[..., ScriptedServer], limit: str
) -> None:
    server = scripted(extensions=(limit,))
    assert sent(server) == "accepted"
    assert f"mail FROM:<> size={len(MESSAGE)}" in [command.replace("SIZE", "size") for command in server.commands]


def test_eight_bit_bodies_are_announced_where_they_are_taken(scripted: Callable[..., ScriptedServer]) -> None:
    with_it, without = scripted(extensions=("8BITMIME",)), scripted(extensions=())
    assert (sent(with_it), sent(without)) == ("accepted", "accepted")
    assert with_it.commands[1] == "mail FROM:<> BODY=8BITMIME"
    assert without.commands[1] == "mail FROM:<>"


def test_a_password_is_given_where_the_url_has_one(scripted: Callable[..., ScriptedServer]) -> None:
    server = scripted(extensions=("AUTH PLAIN",))
    assert smtp.send(server.url.replace("//", "//mesa:secret@"), "", "a@x.example", MESSAGE, lambda: None).result == (
        "accepted"
    )
    assert server.commands[1].startswith("AUTH PLAIN ")


def test_a_large_body_leaves_in_pieces_that_have_time_of_their_own(
    scripted: Callable[..., ScriptedServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "PIECE", 7)
    server = scripted()
    assert sent(server) == "accepted"
    assert server.messages == [MESSAGE]


def test_an_address_that_no_command_can_hold_is_refused(scripted: Callable[..., ScriptedServer]) -> None:
    assert sent(scripted(extensions=("SMTPUTF8",)), to="ana\ud800@x.example") == "refused"


def test_an_international_domain_is_asked_for_in_ascii(scripted: Callable[..., ScriptedServer]) -> None:
    server = scripted()
    assert sent(server, to="ana@españa.example") == "accepted"
    assert server.recipients == ["ana@xn--espaa-rta.example"]


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


def test_a_password_that_smtp_cannot_carry_is_told_and_the_letter_waits(
    scripted: Callable[..., ScriptedServer],
) -> None:
    url = scripted(extensions=("AUTH PLAIN",)).url.replace("//", "//mesa:contrase%C3%B1a@")
    result = smtp.send(url, "", "ana@x.example", MESSAGE, lambda: None)
    assert result.result == "deferred"
    assert "letras que SMTP no admite" in result.sentence
