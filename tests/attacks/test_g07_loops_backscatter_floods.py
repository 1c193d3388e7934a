"""G7: loops, backscatter, floods. No machine is answered, nobody is written to because of a forger."""

from collections import Counter
from itertools import product

import pytest
from sqlalchemy import select

from helpdesk.db import transaction
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.audit import Event
from helpdesk.models.outbox import Letter
from helpdesk.models.tickets import TicketParticipant
from helpdesk.services.post import OF_ONE_TICKET_PER_DAY, SAME_WORDS_PER_DAY, UNVERIFIED_PER_DAY
from mailbridge import runtime
from mailbridge.outgoing import composed
from tests.attacks.bench import ATTACKER, MAILBOX, Bench, Field, mail, stamp
from tests.cast import REGIONAL_HEAD, REQUESTER

FIELDS: tuple[tuple[Field, ...], ...] = (
    (("Return-Path", "<>"),),
    (("Auto-Submitted", "auto-generated"),),
    (("Auto-Submitted", "auto-replied"),),
    (("Auto-Submitted", "auto-notified; x=y"),),
    (("Auto-Submitted", "Auto-Replied (vac)"),),
    (("Auto-Submitted", "AUTO-GENERATED"),),
    (("Precedence", "bulk"),),
    (("Precedence", "list"),),
    (("Precedence", "junk"),),
    (("Precedence", "auto_reply"),),
    (("List-Id", "<lista.evil.test>"),),
    (("List-Unsubscribe", "<mailto:fuera@evil.test>"),),
    (("List-Post", "<mailto:lista@evil.test>"),),
    (("List-Help", "<mailto:lista@evil.test>"),),
    (("List-Owner", "<mailto:lista@evil.test>"),),
    (("List-Archive", "<http://evil.test/>"),),
    (("X-Autoreply", "yes"),),
    (("X-Autorespond", "mesa"),),
    (("X-Auto-Response-Suppress", "All"),),
    (("X-Auto-Response-Suppress", "DR"),),
    (("X-Auto-Response-Suppress", "OOF"),),
    (("X-Auto-Response-Suppress", "DR, OOF, RN, NRN, AutoReply"),),
    (("X-Loop", "otra-mesa"),),
    (("X-FC-Machinegenerated", "true"),),
    (("Auto-Submitted", "no"), ("Precedence", "bulk")),
)
ADDRESSES = (
    "MAILER-DAEMON@evil.test",
    "mailer-daemon@evil.test",
    "owner-lista@evil.test",
    "lista-request@evil.test",
    "noreply@evil.test",
    "no-reply@evil.test",
    "no_responder@evil.test",
    "bounces+7@evil.test",
)
SUBJECTS = (
    "Respuesta automática: Hemos recibido",
    "Fuera de la oficina: Hemos recibido",
    "Resposta automática: Recebemos",
    "Fora do escritório: Recebemos",
    "Automatic reply: Received",
    "Out of Office: Received",
    "Réponse automatique : Reçu",
    "Absence du bureau : Reçu",
    "Automatische Antwort: Erhalten",
    "Abwesenheitsnotiz: Erhalten",
)


def automatic() -> list[bytes]:
    """Forty and more kinds of machine mail to the mailbox itself."""
    text = "Estimados: no puedo ingresar al sistema, caso {}."
    made = [mail(ATTACKER, "Consulta", text.format(n), *fields) for n, fields in enumerate(FIELDS)]
    made += [mail(Named("Sistema", each), "Consulta", text.format(each)) for each in ADDRESSES]
    return made + [mail(ATTACKER, each, text.format(each)) for each in SUBJECTS]


def test_a079_no_kind_of_machine_is_answered_and_each_is_kept_with_its_reason(bench: Bench) -> None:
    kinds = automatic()
    assert len(kinds) >= 40
    before = bench.counts()
    rows = [bench.arrives(raw) for raw in kinds]
    after = bench.counts()
    assert (after["letters"], after["tickets"], after["messages"]) == (
        before["letters"],
        before["tickets"],
        before["messages"],
    )
    assert {row.state for row in rows} == {"ignored", "quarantined"}
    assert all(row.reason for row in rows)
    bench.check()


def test_a079_a_machine_that_answers_a_ticket_is_kept_there_by_its_kind(bench: Bench) -> None:
    ticket = bench.request()
    (receipt,) = bench.letters(ticket, "acuse")
    rows = [bench.answers(receipt, REQUESTER, f"Recibido {n}.", *fields) for n, fields in enumerate(FIELDS)]
    assert len(bench.letters()) == 2
    assert bench.ticket(ticket.id).status == "waiting_approval"
    kept = [message.kind for message in bench.messages(ticket)[1:]]
    assert set(kept) == {"auto_reply"}
    assert Counter(row.state for row in rows) == {"processed": len(kept), "ignored": len(rows) - len(kept)}
    assert {row.reason.partition(":")[0] for row in rows if row.state == "ignored" and row.reason} == {"list"}
    bench.check()


def returned(letter: Letter) -> bytes:
    """A letter of ours as it left, with the stamp of the border on its way back in."""
    name, value = stamp(letter.sender.rpartition("@")[2])
    return f"{name}: {value}\r\n".encode() + composed(letter, runtime.current().files)


def by_list(raw: bytes, *, own_from: bool) -> bytes:
    """The same passed on by a mailing list: another id, another subject, a footer."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith((b"message-id:", b"subject:"))]
    if not own_from:
        kept = [b"From: Lista <lista@evil.test>" if line.startswith(b"From:") else line for line in kept]
    new = [b"Message-ID: <nuevo@evil.test>", b"Subject: [lista] Aviso"]
    return b"\r\n".join([*kept, *new]) + b"\r\n\r\n" + body + b"\r\n-- \r\nlista@evil.test\r\n"


def test_a081_our_own_letters_that_come_back_open_and_answer_nothing(bench: Bench) -> None:
    ticket = bench.request()
    bench.agent_answers(ticket, "La revisamos esta semana.")
    letters = bench.letters(ticket)
    assert {letter.letter for letter in letters} == {"acuse", "aprobacion", "respuesta"}
    with bench.changes(ignored=2 * len(letters)):
        rows = [bench.arrives(returned(letter)) for letter in letters]
        rows += [bench.arrives(by_list(returned(letter), own_from=True)) for letter in letters]
    assert {row.reason for row in rows} == {"loop-mark"}


def test_a081_our_own_letter_without_its_marks_is_known_by_its_id(bench: Bench) -> None:
    ticket = bench.request()
    bench.agent_answers(ticket, "La revisamos esta semana.")
    (letter,) = bench.letters(ticket, "respuesta")
    lines = returned(letter).split(b"\r\n")
    with bench.changes(ignored=1):
        row = bench.arrives(b"\r\n".join(line for line in lines if not line.startswith(b"X-")))
    assert row.reason == "own_message"


def test_a081_an_automatic_letter_by_a_list_that_writes_in_its_own_name_is_ours(bench: Bench) -> None:
    (receipt,) = bench.letters(bench.request(), "acuse")
    with bench.changes(ignored=1):
        assert bench.arrives(by_list(returned(receipt), own_from=False)).reason == "loop-mark"


def other_helpdesk(letter: Letter, number: int, *, stripped: bool) -> bytes:
    """What another installation of ours answers to a letter: its own acknowledgement."""
    marks: tuple[Field, ...] = (
        ("Auto-Submitted", "auto-replied"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Loop", "otra.0123456789abcdef"),
        ("X-Helpdesk", "otra.0123456789abcdef"),
    )
    text = f"Otra Institución\n\nBuen día:\n\nRecibimos su mensaje y lo registramos con el número OTRA-{number}.\n"
    return mail(
        Named("Otra mesa", "mesa@otra.test"), f"[OTRA {number}] Acuse de recibo", text, *(() if stripped else marks)
    )


@pytest.mark.parametrize("stripped", [False, True])
def test_a083_two_installations_of_ours_fall_silent(bench: Bench, stripped: bool) -> None:
    peer = Named("Otra mesa", "mesa@otra.test")
    bench.arrives(mail(peer, "Consulta", "No puedo ingresar al sistema SIGEC."))
    for number in range(8):
        bench.arrives(other_helpdesk(bench.letters(to=peer)[-1], number, stripped=stripped))
    assert len(bench.letters(to=peer)) == (1 + SAME_WORDS_PER_DAY if stripped else 1)
    bench.check()


RESPONDERS = 10
ROUNDS = 6


def test_a083_hostile_responders_get_three_letters_of_a_ticket_and_it_shows(bench: Bench) -> None:
    """They strip every mark, make new ids and subjects, answer the reply address or the mailbox, and rotate."""
    peers = [Named("Robot", f"robot{n}@evil.test") for n in range(RESPONDERS)]
    for peer in peers:
        bench.arrives(mail(peer, "Consulta", "Mensaje recibido, lo atenderemos."))
    for turn in range(ROUNDS):
        for n, peer in enumerate(peers):
            written = bench.letters(to=peer)
            there = (written[-1].reply_to or MAILBOX) if n % 2 else MAILBOX
            quoted = "".join(f"> {line}\n" for line in written[-1].text.splitlines()) if n % 3 else ""
            text = f"Mensaje recibido, lo atenderemos.\n\n{quoted}"
            sender = Named("Robot", f"robot{n}-{turn}@evil.test") if n == RESPONDERS - 1 else peer
            bench.arrives(mail(sender, f"Recibido {n}/{turn}", text, to=there), to=there)
    automatic = [letter for letter in bench.letters() if letter.automatic]
    assert max(Counter((letter.recipient, letter.ticket_id) for letter in automatic).values()) <= OF_ONE_TICKET_PER_DAY
    assert max(Counter(letter.recipient for letter in automatic).values()) <= SAME_WORDS_PER_DAY
    with transaction() as session:
        told = session.scalars(select(Event.ticket_id).where(Event.kind == "kept_silent")).all()
    assert len(set(told)) >= RESPONDERS // 2
    bench.check()


def test_a083_a_ticket_that_is_no_longer_answered_says_so(bench: Bench) -> None:
    peer = Named("Robot", "robot@evil.test")
    for turn in range(SAME_WORDS_PER_DAY + 1):
        row = bench.arrives(mail(peer, f"Aviso {turn}", f"Mensaje recibido, caso {turn}."))
    (event,) = bench.events(bench.ticket(row.ticket_id or 0), "kept_silent")
    assert event.data["sentence"].endswith("puede ser un sistema.")


def test_a083_a_person_who_asks_several_things_is_answered_each_time(bench: Bench) -> None:
    asks = (
        "No puedo ingresar.",
        "Falta el botón de rendir.",
        "¿Cuándo cierra marzo?",
        "Cambié de correo.",
        "Gracias, otra.",
    )
    with bench.changes(processed=5, tickets=5, messages=5, letters=5):
        for ask in asks:
            bench.arrives(mail(REQUESTER, f"Consulta: {ask}", ask))


ABUSE = "COMPRE-BARATO"


def abusive(number: int, verdict: str | None, box: str = MAILBOX) -> bytes:
    """A request in the victim's name that would have us send the forger's words."""
    name = f"{ABUSE} visite http://evil.test/{number}"
    return mail(
        Named(f'"{name}"', "victima@otra.test"),
        f"{ABUSE} {number} http://evil.test",
        f"{ABUSE}: no puedo ingresar al sistema {'abcdefghijklm'[number]}, visite http://evil.test/{number}",
        ("Reply-To", "victima2@otra.test"),
        ("Cc", "victima3@otra.test"),
        verdict=verdict,
        message_id=f"<{number}.{box}@otra.test>",
        to=box,
    )


def test_a085_a_victim_gets_five_letters_in_fixed_wording_and_no_word_of_the_forger(bench: Bench) -> None:
    boxes = (MAILBOX, bench.house.mailbox, bench.house.other_mailbox)
    for number, box in product(range(5), boxes):
        bench.arrives(abusive(number, None, box), to=box)
    letters = bench.letters()
    assert [letter.recipient for letter in letters] == ["victima@otra.test"] * UNVERIFIED_PER_DAY
    for letter in letters:
        written = returned(letter)
        assert ABUSE.encode() not in written
        assert b"evil.test" not in written
    bench.check()


def test_a085_mail_that_failed_gets_no_answer_at_all(bench: Bench) -> None:
    with bench.changes(processed=4, tickets=4, messages=4):
        for number in range(4):
            bench.arrives(abusive(number, "fail"))


def test_a085_a_name_that_a_forger_chose_is_not_learned(bench: Bench) -> None:
    bench.arrives(abusive(1, "fail"))
    victim = Named("Víctima", "victima@otra.test")
    bench.arrives(mail(victim, "Consulta", "No puedo ingresar."))
    person = bench.person(victim)
    assert person is not None
    assert person.name == "Víctima"
    assert ABUSE not in bench.letters(to=victim)[0].text


def report(named: str, original: str) -> tuple[bytes, str]:
    """A delivery report that names a recipient and the message that failed."""
    body = (
        "--=_r\r\nContent-Type: text/plain\r\n\r\nNo existe.\r\n"
        "--=_r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.evil.test\r\n\r\n"
        f"Final-Recipient: rfc822; {named}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"--=_r\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{original}>\r\nTo: {named}\r\n\r\nx\r\n--=_r--\r\n"
    )
    return body.encode(), 'multipart/report; report-type=delivery-status; boundary="=_r"'


def test_a087_a_forged_report_silences_nobody(bench: Bench) -> None:
    ticket = bench.request()
    (receipt,) = bench.letters(ticket, "acuse")
    theirs = bench.messages(ticket)[0].message_id or ""
    guesses = ("inventado@evil.test", theirs, receipt.rfc_message_id.replace(".", "-", 1), receipt.rfc_message_id[1:])
    token = MAILBOX.replace("@", f"+{'a' * 26}@")
    with bench.changes(quarantined=2 * len(guesses)):
        for original, there in product(guesses, (MAILBOX, token)):
            body, kind = report(REQUESTER.address, original)
            daemon = Named("Mail Delivery", "mailer-daemon@evil.test")
            row = bench.arrives(mail(daemon, "Undelivered", body, kind=kind, verdict=None, to=there), to=there)
            assert row.reason == "bounce_unmatched"
    assert bench.person(REQUESTER).undeliverable_since is None  # type: ignore[union-attr]  # the requester is known


def test_a087_a_report_of_the_attackers_own_letter_silences_the_attacker_alone(bench: Bench) -> None:
    row = bench.arrives(mail(ATTACKER, "Consulta", "No puedo ingresar."))
    (receipt,) = bench.letters(bench.ticket(row.ticket_id or 0), "acuse")
    bench.request()
    body, kind = report(REQUESTER.address, receipt.rfc_message_id)
    daemon = Named("Mail Delivery", "mailer-daemon@evil.test")
    with bench.changes(processed=1, messages=1, undeliverable=1):
        bench.arrives(
            mail(daemon, "Undelivered", body, kind=kind, verdict=None, to=receipt.reply_to or ""),
            to=receipt.reply_to or "",
        )
    assert bench.person(REQUESTER).undeliverable_since is None  # type: ignore[union-attr]  # the requester is known


def crowd(size: int) -> str:
    """People in copy: strangers, an approver, mailboxes of ours, machines."""
    known = [REGIONAL_HEAD.address, "ana@sigec-cl.example.org", MAILBOX, "noreply@evil.test", "lista@evil.test"]
    return ",\r\n ".join([*known, *(f"p{n}@crowd.test" for n in range(size - len(known)))])


def test_a089_a_crowd_in_copy_is_kept_for_a_person_and_written_to_by_nobody(bench: Bench) -> None:
    with bench.changes(quarantined=1):
        row = bench.arrives(mail(ATTACKER, "Consulta", "Hola a todos.", ("Cc", crowd(500))))
    assert (row.reason, row.size > 5000) == ("too_many_recipients", True)


def test_a089_nobody_in_copy_is_written_to(bench: Bench) -> None:
    with bench.changes(processed=1, tickets=1, messages=1, letters=1):
        row = bench.arrives(mail(ATTACKER, "Consulta", "Hola a todos.", ("Cc", crowd(40))))
    assert [letter.recipient for letter in bench.letters()] == [ATTACKER.address]
    with transaction() as session:
        boxes = select(TicketParticipant.person_id).where(TicketParticipant.ticket_id == row.ticket_id)
        assert len(session.scalars(boxes).all()) == 39
