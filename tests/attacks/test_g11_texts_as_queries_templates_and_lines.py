"""A111, A137 and A153 as far as mail is concerned: a stranger's text is no pattern, no template and no log line."""

import json
import logging

import pytest

from helpdesk.logs import JsonLines, Lines
from tests.attacks.bench import ATTACKER, Bench, mail
from tests.attacks.test_g01_cross_site_scripting import opened
from tests.cast import REQUESTER

PATTERNS = ("%", "_", "%%", "%s", "%(id)s", "' OR 1=1--", "'; SELECT pg_sleep(5)--", "\\", "*", ".*", ":id", "{0}")


def test_a111_a_pattern_in_a_message_id_matches_nothing(bench: Bench) -> None:
    ticket = bench.request()
    known = bench.messages(ticket)[0].message_id or ""
    for value in (*PATTERNS, f"%{known[2:]}", known.replace("@", "_"), f"{known}' OR '1'='1"):
        fields = (("In-Reply-To", f"<{value}>"), ("References", f"<{value}>"))
        raw = mail(REQUESTER, f"Consulta {value}", f"Otra cosa: {value}.", *fields, message_id=f"<{value}@x.test>")
        assert bench.arrives(raw).ticket_id != ticket.id, value
    bench.check()


@pytest.mark.parametrize("subject", ["[SIGEC %]", "[SIGEC _]", "SIGEC-%", "[SIGEC 1' OR 1=1--]", "[SIGEC *]"])
def test_a111_a_pattern_in_a_subject_names_no_ticket(bench: Bench, subject: str) -> None:
    ticket = bench.request()
    assert bench.arrives(mail(REQUESTER, subject, "Otra cosa.")).ticket_id != ticket.id


TEMPLATES = (
    "{{ 7*7 }}",
    "{% for x in y %}",
    "${7*7}",
    "<%= 7*7 %>",
    "%(subject)s",
    "{0.__class__}",
    "#{7*7}",
    "[[${7*7}]]",
)


@pytest.mark.parametrize("text", TEMPLATES)
def test_a137_a_text_that_looks_like_a_template_is_put_in_once_as_text(bench: Bench, text: str) -> None:
    sender = f'"Ana {text}" <req@ext.test>'
    ticket = opened(bench, mail(sender, f"Consulta {text}", f"No puedo ingresar {text}."))
    bench.agent_answers(ticket, f"Usted escribió: {text}")
    (answer,) = bench.letters(ticket, "respuesta")
    assert (answer.text.count(text), "49" in answer.text + answer.subject) == (2, False)
    assert text in answer.subject
    bench.check()


HOSTILE = 'a\r\n2026-01-01 INFO forged\x1b[31m\x00\u2028\u0085\x9b31m","level":"x'


def record(message: str) -> logging.LogRecord:
    """A line of the log that repeats a stranger's text."""
    return logging.LogRecord("mailbridge", logging.WARNING, __file__, 1, "arrival: %s", (message,), None)


def test_a153_a_strangers_text_is_no_line_of_the_json_log() -> None:
    line = JsonLines().format(record(HOSTILE))
    assert line.isprintable()
    assert json.loads(line)["message"] == f"arrival: {HOSTILE}"


def test_a153_a_strangers_text_is_no_line_of_the_plain_log() -> None:
    line = Lines("%(levelname)s %(message)s").format(record(HOSTILE))
    assert line.isprintable()
    assert "forged" in line


def test_a153_mail_full_of_control_characters_leaves_a_clean_log(bench: Bench) -> None:
    body = b'hola\x1b[31m\x00\r\n{"level":"x"}'
    for number in range(3):
        bench.arrives(mail(ATTACKER, f"Consulta \x1b[31m{number}", body, ("X-A", "\x07\x08")))
    bench.arrives(b"\x00\x1b[31m\r\n\r\n" * 50)
    bench.check()
