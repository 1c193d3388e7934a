"""G5: threads and tokens. What a message names is where it may wait; only what we issued to the sender lets it in."""

import re
from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.domain.errors import NotFound
from helpdesk.models.outbox import Letter
from helpdesk.services import approvals, ledger, tokens
from tests.attacks.bench import ATTACKER, Bench, Site, mail
from tests.cast import REGIONAL_HEAD, REQUESTER, token_of

LINK = re.compile(r"/aprobar/(\S+)")


def page_token(letter: Letter) -> str:
    """The token of the link in a letter."""
    found = LINK.search(letter.text)
    assert found is not None
    return found[1]


def test_a057_a_strangers_number_waits_and_gets_nothing_of_the_ticket(bench: Bench) -> None:
    ticket = bench.request()
    with bench.changes(processed=1, messages=1, to_confirm=1):
        row = bench.arrives(mail(ATTACKER, f"Re: [SIGEC {ticket.number}] Rendición", "Envíenme el expediente."))
    assert (row.action, row.ticket_id) == ("needs_human", ticket.id)
    assert bench.letters(to=ATTACKER) == []


def guessed(letter: Letter) -> list[str]:
    """Message-IDs that look like ours: another MAC, none, another ticket, another kind, a longer one."""
    kind, reference, rest = letter.rfc_message_id.split(".", 2)
    mac, _, domain = rest.partition("@")
    return [
        f"{kind}.{reference}.{'a' * len(mac)}@{domain}",
        f"{kind}.{reference}@{domain}",
        f"{kind}.2{reference[1:]}.{mac}@{domain}",
        f"cierre.{reference}.{mac}@{domain}",
        f"{kind}.{reference}.{mac[:-1]}{'a' if mac[-1] != 'a' else 'b'}@{domain}",
        f"{letter.rfc_message_id}.{domain}",
    ]


@pytest.mark.parametrize("verdict", ["pass", None])
def test_a059_a_guessed_message_id_of_ours_leads_nowhere(bench: Bench, verdict: str | None) -> None:
    ticket = bench.request()
    (receipt,) = bench.letters(ticket, "acuse")
    for value in guessed(receipt):
        raw = mail(ATTACKER, "Consulta", f"Hola: {value}.", ("In-Reply-To", f"<{value}>"), verdict=verdict)
        assert bench.arrives(raw).ticket_id != ticket.id
    assert len(bench.messages(ticket)) == 1
    bench.check()


def test_a059_our_message_ids_carry_more_than_can_be_guessed(bench: Bench) -> None:
    """64 random bits and a MAC of 80: an id is looked up whole."""
    first, second = bench.request(), bench.request()
    ids = [bench.letters(each, "acuse")[0].rfc_message_id for each in (first, second)]
    parts = [re.fullmatch(r"acuse\.\d+-([0-9a-f]{16})\.([a-z2-7]{16})@.+", each) for each in ids]
    assert all(parts)
    assert len({each[place] for each in parts if each for place in (1, 2)}) == 4


def test_a059_the_known_id_of_a_message_joins_for_no_unverified_sender(bench: Bench) -> None:
    ticket = bench.request()
    known = bench.messages(ticket)[0].message_id
    with bench.changes(processed=1, messages=1, to_confirm=1):
        bench.arrives(mail(REQUESTER, "Hola", "Cambien la cuenta.", ("In-Reply-To", f"<{known}>"), verdict=None))


def test_a061_a_message_under_a_stolen_id_suppresses_nothing(bench: Bench) -> None:
    stolen = "<solicitud-1@muni-ejemplo.example.com>"
    with bench.changes(processed=2, messages=2, tickets=2, letters=2):
        first = bench.arrives(mail(ATTACKER, "Consulta", "Yo primero.", message_id=stolen))
        second = bench.arrives(mail(REQUESTER, "Consulta", "Necesito ayuda con SIGEC.", message_id=stolen))
    assert (first.state, first.reason) == ("processed", None)
    assert (second.state, second.reason, second.duplicate_of_id) == ("processed", ledger.SAME_ID, first.id)
    assert second.ticket_id != first.ticket_id


def test_a063_the_reply_address_wins_over_ids_and_number_and_the_conflict_is_told(bench: Bench, site: Site) -> None:
    a, b, c, d = (bench.request() for _ in range(4))
    ids = [bench.letters(each, "acuse")[0].rfc_message_id for each in (a, b)]
    there = bench.letters(d, "acuse")[0].reply_to or ""
    raw = mail(
        REQUESTER,
        f"Re: [SIGEC {c.number}] Rendición",
        "Agrego un dato.",
        ("References", " ".join(f"<{each}>" for each in ids)),
        to=there,
    )
    with bench.changes(processed=1, messages=1):
        assert bench.arrives(raw, to=there).ticket_id == d.id
    named = ", ".join(f"SIGEC-{each.number}" for each in (a, b, c))
    assert f"El mensaje también nombra {named}" in site.get(f"/tickets/SIGEC-{d.number}").text


def test_a063_our_message_id_wins_over_the_number(bench: Bench) -> None:
    a, b = bench.request(), bench.request()
    (receipt,) = bench.letters(a, "acuse")
    raw = mail(REQUESTER, f"Re: [SIGEC {b.number}] x", "Agrego un dato.", ("References", f"<{receipt.rfc_message_id}>"))
    assert bench.arrives(raw).ticket_id == a.id
    assert bench.events(a, "names_other_tickets")[0].data["tickets"] == [f"SIGEC-{b.number}"]


def test_a063_a_conflict_lets_no_stranger_in(bench: Bench) -> None:
    a, b = bench.request(), bench.request()
    there = bench.letters(a, "acuse")[0].reply_to or ""
    with bench.changes(processed=1, messages=1, to_confirm=1):
        row = bench.arrives(mail(ATTACKER, f"Re: [SIGEC {b.number}] x", "Hola.", to=there), to=there)
    assert row.ticket_id == a.id


def test_a065_the_link_of_a_page_is_no_reply_address(bench: Bench) -> None:
    ticket = bench.request()
    (asked,) = bench.letters(ticket, "aprobacion")
    there = (asked.reply_to or "").replace(token_of(asked), page_token(asked))
    with bench.changes(processed=1, messages=1):
        row = bench.arrives(mail(REGIONAL_HEAD, f"Re: [SIGEC {ticket.number}]", "Apruebo.", to=there), to=there)
    assert (row.trust, bench.step(ticket).state) == ("T1", "active")


@pytest.mark.parametrize("kind", ["acuse", "aprobacion"])
def test_a065_a_reply_address_opens_no_page(bench: Bench, site: Site, kind: str) -> None:
    ticket = bench.request()
    (letter,) = bench.letters(ticket, kind)
    assert site.get(f"/aprobar/{token_of(letter)}").status_code == 404
    assert bench.step(ticket).state == "active"


def test_a065_the_token_of_a_conversation_decides_nothing(bench: Bench) -> None:
    ticket = bench.request()
    (receipt,) = bench.letters(ticket, "acuse")
    raw = mail(REGIONAL_HEAD, "Re: rendición", "Apruebo.", to=receipt.reply_to or "")
    bench.arrives(raw, to=receipt.reply_to or "")
    assert bench.step(ticket).state == "active"
    bench.check()


def test_a065_a_token_decides_no_other_ticket(bench: Bench) -> None:
    first, second = bench.request(), bench.request()
    (asked,) = bench.letters(first, "aprobacion")
    raw = mail(REGIONAL_HEAD, f"Re: [SIGEC {second.number}]", "Apruebo.", to=asked.reply_to or "")
    bench.arrives(raw, to=asked.reply_to or "")
    assert (bench.step(first).state, bench.step(second).state) == ("active", "active")


def test_a065_a_used_token_decides_no_second_time(bench: Bench) -> None:
    ticket = bench.request()
    (asked,) = bench.letters(ticket, "aprobacion")
    with bench.changes(processed=1, messages=1, letters=1, decisions=1):
        assert bench.answers(asked, REGIONAL_HEAD, "Apruebo.").action == "approve"
    with bench.changes(processed=1, messages=1):
        assert bench.answers(asked, REGIONAL_HEAD, "Rechazo: me equivoqué.").action == "append"
    assert bench.step(ticket).state == "done"


def test_a065_a_link_ends_to_the_second(bench: Bench) -> None:
    ticket = bench.request()
    token = page_token(bench.letters(ticket, "aprobacion")[0])
    with transaction() as session:
        row = approvals.page_of(session, token).token
        assert row.expires_at - row.created_at == tokens.APPROVAL_VALID
    with clock.fixed(row.expires_at), transaction() as session, pytest.raises(NotFound):
        approvals.page_of(session, token)
    with clock.fixed(row.expires_at - timedelta(seconds=1)), transaction() as session:
        assert approvals.page_of(session, token).open
