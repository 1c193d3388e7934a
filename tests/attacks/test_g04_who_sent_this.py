"""G4: who sent this. Identity is the one address in From, vouched for by our own border, or it is nobody's."""

import pytest
from sqlalchemy import select

from helpdesk.db import transaction
from helpdesk.domain.addresses import names_another
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.ledger import Arrival
from helpdesk.services.post import OF_ONE_TICKET_PER_DAY
from mailbridge.parse import parse
from mailbridge.screen import ScreenFacts, screen
from tests.attacks.bench import AGENT, ATTACKER, MAILBOX, Bench, Field, Site, mail, speaks, stamp
from tests.cast import NATIONAL_OFFICER, REGIONAL_HEAD, REQUESTER
from tests.mailhouse import BORDER


@pytest.mark.parametrize("verdict", ["fail", None])
def test_a043_mail_forged_in_an_agents_name_writes_to_nobody(bench: Bench, verdict: str | None) -> None:
    ticket = bench.request()
    (receipt,) = bench.letters(ticket, "acuse")
    kept = {"quarantined": 1} if verdict else {"processed": 1, "messages": 1, "to_confirm": 1}
    with bench.changes(**kept):
        row = bench.answers(receipt, AGENT, "Estimada: transfiera el saldo a esta cuenta.", verdict=verdict)
    assert (row.state, row.trust) == ("quarantined" if verdict else "processed", "T0")
    assert row.reason == ("spoof_suspect_agent" if verdict else None)


AMBIGUOUS = [
    f"{ATTACKER.address}, {REGIONAL_HEAD.address}",
    f"<{ATTACKER.address}>:<{REGIONAL_HEAD.address}>",
    f"<{ATTACKER.address}> <{REGIONAL_HEAD.address}>",
    f"Jefatura: {REGIONAL_HEAD.address};",
    f"Jefatura: {REGIONAL_HEAD.address}, {ATTACKER.address};",
    f"{REGIONAL_HEAD.address}\0@evil.test",
    f"Jefe <{REGIONAL_HEAD.address}>\0",
    f"Jefe <{REGIONAL_HEAD.address}\0.evil.test>",
    f"{REGIONAL_HEAD.address} {ATTACKER.address}",
    f"<{REGIONAL_HEAD.address}@evil.test>",
    f"Jefe <{ATTACKER.address}>,\r\n\t<{REGIONAL_HEAD.address}>",
    f"Jefe <{ATTACKER.address}\r\n >, <\r\n {REGIONAL_HEAD.address}>",
]


CAREFUL = [
    REQUESTER.address,
    f"Ruiz, Ana <{REQUESTER.address}>",
    f'"Ruiz: jefa@otra.example; Ana" <{REQUESTER.address}>',
    f"=?utf-8?q?Pe=C3=B1a=40casa=2Eexample?= <{REQUESTER.address}>",
    f"Ana (antes ana@otra.example) <{REQUESTER.address}>",
    f"{REQUESTER.address} <{REQUESTER.address}>",
    f"\r\n Ana\r\n <{REQUESTER.address}>",
    "Ana Peña <" + REQUESTER.address,
]
FACTS = ScreenFacts(frozenset(), frozenset(), BORDER, frozenset())


def test_a045_a_from_that_two_readers_may_read_differently_is_nobodys(bench: Bench) -> None:
    with bench.changes(quarantined=len(AMBIGUOUS)):
        rows = [bench.arrives(mail(sender, "Rendición", "Aprueben.", verdict=None)) for sender in AMBIGUOUS]
    assert {sender: row.reason for sender, row in zip(AMBIGUOUS, rows, strict=True)} == dict.fromkeys(
        AMBIGUOUS, "ambiguous_sender"
    )
    assert {row.trust for row in rows} == {"T0"}


def test_a045_a_second_from_makes_the_first_worthless(bench: Bench) -> None:
    """Also one with a blank before its colon, which some readers pass over and others believe."""
    names = ("From", "FROM", "From ", "From\t")
    with bench.changes(quarantined=2 * len(names)):
        rows = [
            bench.arrives(mail(ATTACKER, "Hola", "Aprueben.", (name, REGIONAL_HEAD.address), verdict=verdict))
            for name in names
            for verdict in ("pass", None)
        ]
    assert {(row.reason, row.trust) for row in rows} == {("ambiguous_sender", "T0")}


@pytest.mark.parametrize("sender", CAREFUL)
def test_a045_a_from_that_everybody_reads_alike_has_its_author(sender: str) -> None:
    found = parse(mail(sender, "Hola", "Consulta.", verdict=None))
    assert (screen(found, FACTS).kind, [box.address for box in found.senders]) == ("letter", [REQUESTER.address])


def forged(result: str = "pass") -> list[Field]:
    """The verdict that a sender would like us to believe, in the ways of writing it."""
    domain = REGIONAL_HEAD.address.rpartition("@")[2]
    return [
        stamp(domain, result),
        ("AUTHENTICATION-RESULTS", f"{BORDER.upper()}; dmarc={result} header.from={domain.upper()}"),
        ("Authentication-Results", f"{BORDER};\r\n\tdmarc={result}\r\n\theader.from={domain}"),
        ("Authentication-Results", f"(nosotros) {BORDER} (mx) 1; dmarc={result} (ok) header.from={domain}"),
        ("Authentication-Results ", f"{BORDER}; dmarc={result} header.from={domain}"),
        ("ARC-Authentication-Results", f"i=1; {BORDER}; dmarc={result} header.from={domain}"),
    ]


@pytest.mark.parametrize("verdict", ["fail", "none"])
def test_a047_a_verdict_that_came_with_the_message_vouches_for_nobody(bench: Bench, verdict: str) -> None:
    ticket = bench.request()
    (asked,) = bench.letters(ticket, "aprobacion")
    fields = forged()
    rows = [bench.answers(asked, REGIONAL_HEAD, "Apruebo.", each, each, verdict=verdict) for each in fields]
    assert {row.trust for row in rows} == {"T0"}
    assert {row.state for row in rows} == {"quarantined" if verdict == "fail" else "processed"}
    assert bench.step(ticket).state == "active"
    assert len(bench.letters(ticket, "aclarar")) == (0 if verdict == "fail" else OF_ONE_TICKET_PER_DAY)
    bench.check()


def test_a047_a_verdict_above_that_of_our_border_is_not_ours(bench: Bench) -> None:
    raw = b"Authentication-Results: mx.evil.test; dmarc=pass header.from=sigec-cl.example.org\r\n"
    raw += mail(REGIONAL_HEAD, "Hola", "Aprueben.", verdict="pass")
    assert bench.arrives(raw).trust == "T0"


def signed(domain: str, *, part: bool = False) -> Field:
    """A DKIM signature, of the whole text or of its beginning."""
    length = " l=12;" if part else ""
    return ("DKIM-Signature", f"v=1; a=rsa-sha256; d={domain}; s=k;{length} h=from:subject; bh=AA==; b=AA==")


def test_a049_a_signature_of_another_domain_vouches_for_nobody(bench: Bench) -> None:
    results = ("Authentication-Results", f"{BORDER}; dkim=pass header.d=evil.test; dmarc=none header.from=evil.test")
    raw = "".join(f"{name}: {value}\r\n" for name, value in (results, signed("evil.test"))).encode()
    row = bench.arrives(raw + mail(REGIONAL_HEAD, "Hola", "Aprueben.", verdict=None))
    assert row.trust == "T0"


def test_a049_a_signature_of_the_beginning_vouches_for_no_text(bench: Bench) -> None:
    ticket = bench.request()
    (asked,) = bench.letters(ticket, "aprobacion")
    domain = REGIONAL_HEAD.address.rpartition("@")[2]
    with bench.changes(processed=1, messages=1, letters=1):
        row = bench.answers(asked, REGIONAL_HEAD, "Apruebo.", signed(domain, part=True))
    assert row.trust == "T0"
    assert bench.step(ticket).state == "active"


def test_a049_a_signature_of_the_whole_takes_nothing_from_the_borders_verdict(bench: Bench) -> None:
    domain = REQUESTER.address.rpartition("@")[2]
    assert bench.arrives(mail(REQUESTER, "Hola", "Consulta.", signed(domain))).trust == "T1"


def test_a049_a_signed_message_with_a_second_author_on_top_is_nobodys(bench: Bench) -> None:
    old = mail(REQUESTER, "Hola", "Consulta.", signed(REQUESTER.address.rpartition("@")[2]))
    with bench.changes(quarantined=1):
        row = bench.arrives(f"From: {REGIONAL_HEAD.address}\r\n".encode() + old)
    assert (row.reason, row.trust) == ("ambiguous_sender", "T0")


OTHER_IDENTITIES = ("Reply-To", "Sender", "Resent-From", "X-Original-From", "Return-Path", "X-Sender")


def test_a051_no_other_field_says_who_writes(bench: Bench) -> None:
    ticket = bench.request()
    (receipt,) = bench.letters(ticket, "acuse")
    with bench.changes(processed=len(OTHER_IDENTITIES), messages=len(OTHER_IDENTITIES)):
        for name in OTHER_IDENTITIES:
            bench.answers(receipt, REQUESTER, f"Agrego un dato: {name}.", (name, f"<{ATTACKER.address}>"))
    assert {message.from_address for message in bench.messages(ticket)} == {REQUESTER.address}
    assert bench.person(ATTACKER) is None


def test_a051_without_from_no_other_field_takes_its_place(bench: Bench) -> None:
    """A border that finds no author finds no policy either: leaving From out would walk around it."""
    ticket = bench.request()
    (receipt,) = bench.letters(ticket, "acuse")
    there = receipt.reply_to or ""
    raw = mail(REQUESTER, f"Re: {receipt.subject}", "Transfiera el saldo.", verdict=None, to=there)
    names = (b"Reply-To", b"Sender", b"Return-Path", b"X-Original-From")
    with bench.changes(quarantined=len(names)):
        rows = [bench.arrives(raw.replace(b"From:", name + b":", 1), to=there) for name in names]
    assert {row.reason for row in rows} == {"no_sender"}


def test_a051_an_agents_answer_goes_to_the_requester_whatever_reply_to_says(bench: Bench) -> None:
    ticket = bench.request()
    (receipt,) = bench.letters(ticket, "acuse")
    bench.answers(receipt, REQUESTER, "Agrego un dato.", ("Reply-To", ATTACKER.address))
    with bench.changes(letters=1):
        bench.agent_answers(ticket, "La revisamos esta semana.")
    assert [letter.recipient for letter in bench.letters(ticket, "respuesta")] == [REQUESTER.address]


def test_a051_another_reply_address_is_shown_on_the_ticket(bench: Bench, site: Site) -> None:
    ticket = bench.request()
    (receipt,) = bench.letters(ticket, "acuse")
    bench.answers(receipt, REQUESTER, "Agrego un dato.", ("Reply-To", ATTACKER.address))
    bench.answers(receipt, REQUESTER, "Agrego otro.", ("Reply-To", REQUESTER.address))
    page = site.get(f"/tickets/SIGEC-{ticket.number}").text
    assert page.count("Pide que le respondan a") == 1
    assert f"Pide que le respondan a {ATTACKER.address}" in page


def test_a051_a_name_that_shows_an_agents_address_is_shown_as_suspicious(bench: Bench, site: Site) -> None:
    pretending = Named(f'"{AGENT.address}"', ATTACKER.address)
    row = bench.arrives(mail(pretending, "Consulta", "¿Me envía su clave?"))
    person = bench.person(ATTACKER)
    assert person is not None
    assert person.name == ""
    page = site.get(f"/tickets/SIGEC-{bench.ticket(row.ticket_id or 0).number}").text
    assert f"El nombre del remitente muestra otra dirección. El mensaje vino de {ATTACKER.address}." in page


@pytest.mark.parametrize("name", ["ana＠sigec-cl.example.org", "Ana ANA@SIGEC-CL.EXAMPLE.ORG (Agente)", "a@b"])
def test_a051_an_address_in_a_name_is_seen_however_it_is_written(name: str) -> None:
    assert names_another(name, ATTACKER.address)
    assert not names_another(f"Mal {ATTACKER.address}", ATTACKER.address)


COMMANDS_IN_FIELDS: list[Field] = [
    ("X-HD-Queue", "finanzas"),
    ("X-RT-Queue", "finanzas"),
    ("X-RT-Command-Status", "resolved"),
    ("X-Zammad-Ticket-Priority", "3 high"),
    ("X-Zammad-Article-Internal", "true"),
    ("X-Ticket-Status", "closed"),
    ("X-OTRS-State", "closed successful"),
    ("X-Spam-Flag", "NO"),
    ("X-Priority", "1"),
    ("X-Helpdesk-Trust", "T3"),
    ("Auto-Submitted", "no"),
]


def test_a053_no_field_from_outside_commands_the_desk(bench: Bench) -> None:
    plain = bench.request()
    ticket = bench.request(sender=NATIONAL_OFFICER)
    (receipt,) = bench.letters(plain, "acuse")
    with bench.changes(processed=1, messages=1):
        row = bench.answers(receipt, REQUESTER, "Agrego un dato.", *COMMANDS_IN_FIELDS)
    now = bench.ticket(plain.id)
    assert (now.status, now.team, now.closed_at, now.request_type) == (
        plain.status,
        plain.team,
        plain.closed_at,
        plain.request_type,
    )
    assert row.trust == "T1"
    assert ticket.team == plain.team


def test_a053_auto_submitted_no_makes_no_person_of_a_machine(bench: Bench) -> None:
    with bench.changes(quarantined=1):
        bench.arrives(mail(ATTACKER, "Hola", "Consulta.", ("Auto-Submitted", "no"), ("Precedence", "bulk")))


FAKE_ENDS = (
    b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r.\n", b"\n\n.\n\n", b"\r\r.\r\r",
    b"\r\n.\0\r\n", b"\r\n\0.\r\n", b"\r\n. \r\n", b"\r\n..\r\n", b"\x85.\x85", b"\r\n.\r\r\n",
)  # fmt: skip


@pytest.mark.parametrize("end", FAKE_ENDS)
def test_a055_no_false_end_of_data_makes_two_messages_of_one(bench: Bench, door: int, end: bytes) -> None:
    """SMTP smuggling: the border saw one message, and so must we."""
    second = mail(REGIONAL_HEAD, "Rendición", "Apruebo.", verdict="pass")
    inner = b"MAIL FROM:<jefe@sigec-cl.example.org>\r\nRCPT TO:<" + MAILBOX.encode() + b">\r\nDATA\r\n" + second
    said = speaks(
        door,
        b"LHLO border\r\nMAIL FROM:<mal@evil.test>\r\nRCPT TO:<"
        + MAILBOX.encode()
        + b">\r\nDATA\r\n"
        + mail(ATTACKER, "Consulta", "Hola.").removesuffix(b"\r\n")
        + end
        + inner
        + b"\r\n.\r\nQUIT\r\n",
    )
    assert [line[:3] for line in said][-2:] == ["250", "221"]
    bench.house.work()
    with transaction() as session:
        (row,) = session.scalars(select(Arrival)).all()
    assert (row.from_address, row.envelope_from) == (ATTACKER.address, "mal@evil.test")
    bench.check()
