"""The history proves that nobody changed it, nor what it vouches for, even with full rights on the database."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from helpdesk.commands.audit import in_words
from helpdesk.domain.actors import machine
from helpdesk.domain.actors import operator as at_the_desk
from helpdesk.domain.seals import REPLAYED
from helpdesk.files import Files
from helpdesk.models.documents import Original
from helpdesk.models.ledger import Arrival
from helpdesk.models.tickets import Extension, Ticket
from helpdesk.queries import chains, dossier, standing
from helpdesk.services import history as changes
from helpdesk.services import links, seals
from tests.cast import ATTACHED_MEMO, Cast
from tests.cast import file as memo
from tests.commands import story
from tests.commands.operating import Operator
from tests.commands.test_evidence import verify
from tests.conftest import WORKER, create_from_template, drop

ORIGINAL = f"history_{WORKER}"
INTACT = "El historial y lo que registra están íntegros.\n"


def more_of_everything(cast: Cast, ticket: Ticket) -> None:
    """A second ticket that was returned, so that its clock stands still, with a row of every kind; one letter to us was
    put aside."""
    returned = cast.open(files=())
    cast.do(links.join, cast.agent, returned, ticket, "follow_up")
    more: dict[str, Any] = {"ticket_id": returned.id, "reason": "Falta un informe.", "granted_at": cast.now}
    cast.session.add(Extension(amount=2, unit="business_days", **more))
    cast.session.add(Original(ticket_id=returned.id, key="memorandum", seen_at=cast.now))
    row = cast.session.get_one(Arrival, cast.incoming().ledger_id)
    row.state, row.settled_at, row.reason = "quarantined", cast.now, "no_mailbox"
    for institution in (cast.sigec, cast.mef):
        cast.do(seals.seal, machine(institution.id), institution.id)


@pytest.fixture(scope="module")
def written(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The name of a database with the history of one ticket and of its institution's set-up, and its data folder."""
    folder = tmp_path_factory.mktemp("history")
    story.tell(create_from_template(server, ORIGINAL), folder, more_of_everything)
    yield ORIGINAL, folder
    drop(server, ORIGINAL)


@pytest.fixture
def database_url(server: str, written: tuple[str, Path], tmp_path: Path) -> Iterator[str]:
    """A copy of it to be changed, with a copy of its files."""
    name = f"test_{uuid4().hex[:16]}"
    shutil.copytree(written[1], tmp_path, dirs_exist_ok=True)
    yield create_from_template(server, name, written[0])
    drop(server, name)


@pytest.fixture
def history(database: Engine) -> Engine:
    """The copied history."""
    return database


def events(database: Engine, where: str = "ticket_id = 1") -> list[int]:
    """The ids of events, oldest first."""
    with database.connect() as connection:
        return list(connection.scalars(text(f"SELECT id FROM events WHERE {where} ORDER BY id")))


def tamper(database: Engine, sql: str, rows: int = 1, **values: object) -> None:
    """Changes a table as a superuser can who first takes its guards away."""
    with database.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        assert connection.execute(text(sql), values).rowcount == rows


def found(operator: Operator) -> list[str]:
    """What the audit finds, without its last line."""
    answer = operator.orders("audit", "verify")
    assert answer.status == 1
    *lines, last = answer.said.splitlines()
    assert last == f"{len(lines)} hallazgo(s): lo guardado no coincide con el historial."
    return lines


def test_an_untouched_history_is_intact(operator: Operator, history: Engine) -> None:
    assert operator.does("audit", "verify") == INTACT


def while_it_reads(monkeypatch: pytest.MonkeyPatch, place: ModuleType, name: str, history: Engine) -> None:
    """The desk goes on working whenever a part of what is stored was read: a ticket changes, and a mail that was put
    aside is taken in by hand."""
    read = getattr(place, name)

    def and_work_goes_on(*arguments: object) -> object:
        found = read(*arguments)
        with Session(history) as session:
            ticket = session.get_one(Ticket, 1)
            ticket.subject = f"{ticket.subject}, otra vez"
            mail = session.scalars(select(Arrival).where(Arrival.reason.is_not(None))).one()
            mail.attempts += 1
            data = {"ledger_id": mail.id}
            changes.record(session, at_the_desk(), None, REPLAYED, data, institution_id=mail.institution_id)
            session.commit()
        return found

    monkeypatch.setattr(place, name, and_work_goes_on)


@pytest.mark.parametrize(("place", "name"), [(standing, "of_tickets"), (chains, "_ends")])
def test_a_history_to_which_is_written_meanwhile_is_intact(
    operator: Operator, history: Engine, monkeypatch: pytest.MonkeyPatch, place: ModuleType, name: str
) -> None:
    while_it_reads(monkeypatch, place, name, history)
    assert operator.does("audit", "verify") == INTACT


def test_the_folder_of_a_ticket_that_changes_meanwhile_is_whole(
    operator: Operator, history: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    while_it_reads(monkeypatch, dossier, "evidence", history)
    operator.does("ticket", "export", story.NUMBER, tmp_path / "evidence")
    assert verify(tmp_path / "evidence").returncode == 0


def test_the_database_itself_refuses_a_change(history: Engine) -> None:
    with pytest.raises(DBAPIError, match="append"), history.begin() as connection:
        connection.execute(text("UPDATE events SET actor = 'nobody'"))


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'somebody else'",
        "at = at + interval '1 microsecond'",
        "kind = 'closed'",
        "data = data || '{\"x\": 1}'",
        "hash = repeat('0', 64)",
    ],
)
def test_a_changed_event_is_named(operator: Operator, history: Engine, change: str) -> None:
    victim = events(history)[1]
    tamper(history, f"UPDATE events SET {change} WHERE id = :id", id=victim)
    assert found(operator) == [f"SIGEC-1: el evento {victim} no sigue al anterior"]


def test_after_an_event_was_taken_out_the_next_one_is_named(operator: Operator, history: Engine) -> None:
    _, victim, following, *_ = events(history)
    tamper(history, "DELETE FROM events WHERE id = :id", id=victim)
    assert found(operator)[0] == f"SIGEC-1: el evento {following} no sigue al anterior"


def test_a_history_whose_end_was_cut_is_named(operator: Operator, history: Engine) -> None:
    tamper(history, "DELETE FROM events WHERE id = :id", id=events(history)[-1])
    assert found(operator)[0] == "SIGEC-1: faltan eventos al final"


def test_a_changed_set_up_of_an_institution_is_named(operator: Operator, history: Engine) -> None:
    first = events(history, "ticket_id IS NULL")[0]
    tamper(history, "UPDATE events SET actor = 'somebody else' WHERE id = :id", id=first)
    assert found(operator)[0] == f"sigec-cl: el evento {first} no sigue al anterior"


def test_the_end_of_an_institutions_history_that_was_cut_is_named(operator: Operator, history: Engine) -> None:
    tamper(history, "DELETE FROM events WHERE id = :id", id=events(history, "ticket_id IS NULL")[-1])
    assert found(operator)[0] == "sigec-cl: faltan eventos al final"


@pytest.mark.parametrize("change", ["previous_hash = repeat('0', 64)", "rows = rows || '{\"tickets\": {}}'"])
def test_what_an_event_tells_of_rows_and_its_predecessor_is_covered_too(
    operator: Operator, history: Engine, change: str
) -> None:
    (victim,) = events(history, "kind = 'opened' AND ticket_id = 1")
    tamper(history, f"UPDATE events SET {change} WHERE id = :id", id=victim)
    assert found(operator)[0] == f"SIGEC-1: el evento {victim} no sigue al anterior"


DECIDED = "via = 'mail' AND decided_at IS NOT NULL"


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("raw_messages SET content = set_byte(content, 5, get_byte(content, 5) # 1) WHERE ledger_id = 1",
         "libro de entrada: el correo original de la entrada 1 fue alterado"),
        ("messages SET text = text || '.' WHERE id = 1", "SIGEC-1: el mensaje 1 no es el que se registró: texto"),
        ("messages SET new_text = replace(new_text, 'Apruebo', 'Rechazo') WHERE new_text LIKE 'Apruebo%'",
         "no es el que se registró: texto nuevo"),
        ("messages SET from_address = 'otra@x.test' WHERE id = 1", "remitente, destinatarios o fecha"),
        ("messages SET trust = 'T3' WHERE id = 1", "remitente, destinatarios o fecha"),
        ("messages SET at = at - interval '1 microsecond' WHERE id = 1", "remitente, destinatarios o fecha"),
        ("messages SET subject = 'Otro' WHERE id = 1", "no es el que se registró: asunto"),
        ("messages SET html = '<p>Otro</p>' WHERE id = 1", "no es el que se registró: texto en HTML"),
        ("messages SET text = 'Otra nota.' WHERE kind = 'note'", "no es el que se registró: texto"),
        ("messages SET text = 'Otra respuesta.' WHERE kind = 'cierre'", "no es el que se registró: texto"),
        ("outbox SET text = text || '.' WHERE letter = 'cierre'", "no es el que se registró: correo enviado"),
        ("outbox SET html = '<p>Otro</p>' WHERE letter = 'acuse'", "no es el que se registró: correo enviado"),
        ("outbox SET recipient = 'otra@x.test' WHERE letter = 'acuse'", "no es el que se registró: correo enviado"),
        ("messages SET text = 'Otro acuse.' WHERE kind = 'acuse'", "no es el que se registró: texto"),
        ("attachments SET filename = 'otro.pdf'", "no es el que se registró: archivos"),
        ("ledger SET sha256 = repeat('0', 64) WHERE id = 1", "no es el que se registró: correo original"),
        (f"steps SET state = 'rejected' WHERE {DECIDED}",
         "«validar_encargado_nacional» no es la que se registró: estado"),
        (f"steps SET decided_by_id = 1 WHERE {DECIDED}", "no es la que se registró: quién decidió"),
        (f"steps SET reason = 'Sí.' WHERE {DECIDED}", "no es la que se registró: motivo"),
        (f"steps SET decided_at = decided_at + interval '1 s' WHERE {DECIDED}", "no es la que se registró: fecha"),
        (f"steps SET message_id = 1 WHERE {DECIDED}", "no es la que se registró: mensaje"),
        (f"steps SET on_behalf_of_id = 1 WHERE {DECIDED}", "no es la que se registró: en nombre de quién"),
        (f"steps SET round = 7 WHERE {DECIDED}", "falta la decisión del paso «validar_encargado_nacional»"),
        ("tickets SET number = 7, id = 7 WHERE id = 1", "hay eventos del ticket con id 1, pero el ticket no está"),
    ],
)  # fmt: skip
def test_what_the_history_vouches_for_cannot_be_changed(
    operator: Operator, history: Engine, sql: str, sentence: str
) -> None:
    tamper(history, f"UPDATE {sql}")
    assert any(sentence in line for line in found(operator))


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("raw_messages WHERE ledger_id = 1", "libro de entrada: falta el correo original de la entrada 1"),
        ("messages WHERE id = 1", "SIGEC-1: falta el mensaje 1"),
        ("messages WHERE kind = 'acuse'", "SIGEC-1: falta el mensaje"),
        ("outbox WHERE letter = 'acuse'", "no es el que se registró: correo enviado"),
        ("attachments", "SIGEC-1: el mensaje 1 no es el que se registró: archivos"),
        (f"steps WHERE {DECIDED}", "SIGEC-1: falta la decisión del paso «validar_encargado_nacional»"),
        ("tickets WHERE id = 1", "sin ticket: hay eventos del ticket con id 1, pero el ticket no está"),
    ],
)
def test_what_the_history_vouches_for_cannot_be_removed(
    operator: Operator, history: Engine, sql: str, sentence: str
) -> None:
    tamper(history, f"DELETE FROM {sql}")
    assert any(sentence in line for line in found(operator))


def test_a_message_that_was_put_in_without_an_event_is_named(operator: Operator, history: Engine) -> None:
    tamper(
        history,
        'INSERT INTO messages (ticket_id, direction, kind, at, "to", cc, from_address, text) '
        "VALUES (1, 'inbound', 'letter', now(), '[]', '[]', 'otra@x.test', 'Apruebo.')",
    )
    assert any("SIGEC-1: ningún evento registra el mensaje" in line for line in found(operator))


def test_a_letter_that_was_put_in_without_an_event_is_named(operator: Operator, history: Engine) -> None:
    tamper(
        history,
        'INSERT INTO messages (ticket_id, direction, kind, at, "to", cc, from_address, text) '
        "VALUES (1, 'outbound', 'acuse', now(), '[]', '[]', 'mesa@x.test', 'Recibido.')",
    )
    assert any("SIGEC-1: ningún evento registra el mensaje" in line for line in found(operator))


def test_a_decision_that_was_put_in_without_an_event_is_named(operator: Operator, history: Engine) -> None:
    tamper(
        history,
        "INSERT INTO steps (ticket_id, position, key, kind, name, state, round, decided_at, via) "
        "VALUES (1, 9, 'otro_visto_bueno', 'approve', 'Otro', 'done', 0, now(), 'web')",
    )
    decision, row = found(operator)
    assert decision == "SIGEC-1: ningún evento registra la decisión del paso «otro_visto_bueno»"
    assert re.fullmatch(r"SIGEC-1: el paso \d+: ningún evento lo registra", row)


def test_a_stored_file_with_another_byte_is_named_with_its_ticket(operator: Operator, history: Engine) -> None:
    path = Files(operator.folder / "var" / "files").path(memo().sha256)
    path.write_bytes(path.read_bytes()[:-1] + b"F")
    assert found(operator) == [f"SIGEC-1: el archivo «{ATTACHED_MEMO}» fue alterado ({memo().sha256})"]


def test_a_stored_file_that_is_gone_is_named_with_its_ticket(operator: Operator, history: Engine) -> None:
    Files(operator.folder / "var" / "files").path(memo().sha256).unlink()
    assert found(operator) == [f"SIGEC-1: falta el archivo «{ATTACHED_MEMO}» ({memo().sha256})"]


def test_a_file_that_we_sent_is_looked_at_too(operator: Operator, history: Engine) -> None:
    for path in (operator.folder / "var" / "files").glob("??/??/*"):
        path.write_bytes(b"x")
    assert len(found(operator)) == 2


def test_a_published_file_that_is_gone_is_named_with_its_institution(operator: Operator, history: Engine) -> None:
    tamper(
        history,
        "INSERT INTO materials (institution_id, title, kind, filename, content_type, size, sha256, authorised_at) "
        "SELECT id, 'Folleto', 'leaflet', 'folleto.pdf', 'application/pdf', 1, repeat('a', 64), now() "
        "FROM institutions WHERE key = 'sigec-cl'",
    )
    assert found(operator) == [f"sigec-cl: falta el archivo «folleto.pdf» ({'a' * 64})"]


def test_an_event_that_was_altered_beyond_reading_is_a_finding_too(operator: Operator, history: Engine) -> None:
    (victim,) = events(history, "kind = 'decided' AND data->>'via' = 'mail'")
    tamper(history, 'UPDATE events SET data = \'{"message": 1, "sha256": [], "step": []}\' WHERE id = :id', id=victim)
    assert found(operator)[0] == f"SIGEC-1: el evento {victim} no sigue al anterior"


@pytest.mark.parametrize("column", ["data", "rows"])
@pytest.mark.parametrize("value", ['["x"]', '"x"', "7", "null", '{"tickets": 7, "steps": {"1": [1]}}'])
def test_whatever_an_event_is_altered_to_is_a_finding(
    operator: Operator, history: Engine, column: str, value: str
) -> None:
    (victim,) = events(history, "kind = 'opened' AND ticket_id = 1")
    tamper(history, f"UPDATE events SET {column} = CAST(:value AS jsonb) WHERE id = :id", id=victim, value=value)
    assert found(operator)[0] == f"SIGEC-1: el evento {victim} no sigue al anterior"


@pytest.mark.parametrize("value", ['["x"]', '{"tickets": 7, "arrivals": {"x": 1}}'])
def test_whatever_a_seal_is_altered_to_is_a_finding(operator: Operator, history: Engine, value: str) -> None:
    victim = events(history, "kind = 'sealed'")[0]
    tamper(history, "UPDATE events SET data = CAST(:value AS jsonb) WHERE id = :id", id=victim, value=value)
    assert found(operator)[0] == f"sigec-cl: el evento {victim} no sigue al anterior"


def changed(column: str, kind: str) -> str:
    """Another value of a column's kind."""
    if kind.startswith("timestamp"):
        return f"COALESCE({column}, now()) + interval '1 s'"
    if kind == "date":
        return f"COALESCE({column}, now()::date) + 1"
    if kind == "jsonb":
        return f"jsonb_build_array({column})"
    if kind in ("integer", "bigint"):
        return f"COALESCE({column}, 0) + 1000"
    return f"NOT {column}" if kind == "boolean" else f"COALESCE({column}, '') || 'x'"


# What a constraint ties together needs its own change; what keeps locks and seals says nothing of the case.
TIED = {
    ("tickets", "status"): "status = 'rejected'",
    ("tickets", "kind"): "kind = 'consultation', parent_id = 7",
    ("tickets", "parent_id"): "kind = 'consultation', parent_id = 7",
    ("steps", "state"): "state = 'skipped'",
    ("documents", "state"): "state = 'proposed'",
    ("documents", "objection"): "objection = 'other'",
    ("originals", "kind"): "kind = 'electronic_signature'",
    ("ticket_links", "kind"): "kind = 'split'",
    ("messages", "standing"): "standing = 'set_aside'",
}
NOT_EVIDENCE = {("tickets", name) for name in ("updated_at", "touched", "sealed_hash")}
TABLES = ("tickets", "steps", "documents", "originals", "suspensions", "extensions", "ticket_links")


@pytest.mark.parametrize("table", TABLES)
def test_no_column_of_a_tickets_rows_can_be_changed(operator: Operator, history: Engine, table: str) -> None:
    with history.connect() as connection:
        rows = connection.execute(
            text("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = :table"),
            {"table": table},
        )
        columns = [(name, kind) for name, kind in rows if (table, name) not in NOT_EVIDENCE]
    assert len(columns) > 4
    for name, kind in columns:
        setting = TIED.get((table, name)) or f"{name} = {changed(name, kind)}"
        assert altered(operator, history, f"UPDATE {table} SET {setting}"), name


@pytest.mark.parametrize("table", TABLES)
def test_no_row_of_a_ticket_can_be_removed(operator: Operator, history: Engine, table: str) -> None:
    assert altered(operator, history, f"DELETE FROM {table}")


@pytest.mark.parametrize("column", ["standing", "standing_reason", "author_id", "came_for_id", "ledger_id"])
def test_where_a_message_stands_and_whose_it_is_cannot_be_changed(
    operator: Operator, history: Engine, column: str
) -> None:
    kind = "bigint" if column.endswith("_id") else "text"
    setting = TIED.get(("messages", column)) or f"{column} = {changed(column, kind)}"
    assert altered(operator, history, f"UPDATE messages SET {setting} WHERE id = 1")


def altered(operator: Operator, history: Engine, sql: str) -> list[str]:
    """What the audit finds after that change of the first row, which is undone."""
    table = sql.split()[1 if sql.startswith("UPDATE") else 2]
    where = "" if " WHERE " in sql else f" WHERE ctid = (SELECT min(ctid) FROM {table})"
    with history.connect() as connection, connection.begin() as change:
        connection.execute(text("SET session_replication_role = replica"))
        assert connection.execute(text(sql + where)).rowcount == 1
        with Session(connection) as session:
            store = Files(operator.folder / "var" / "files")
            lines = [in_words(each) for findings in chains.altered(session, store) for each in findings]
        change.rollback()
    return lines


def test_a_ticket_that_was_removed_with_its_whole_history_is_named(operator: Operator, history: Engine) -> None:
    with history.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        for table in ("events", "steps", "messages", "outbox", "suspensions", "documents", "ledger", "ticket_links"):
            connection.execute(text(f"DELETE FROM {table} WHERE ticket_id = 1"))
        connection.execute(text("DELETE FROM tickets WHERE id = 1"))
    assert "SIGEC-1: el historial de la institución nombra el ticket, pero no está" in found(operator)


def test_a_history_that_was_written_anew_with_all_its_hashes_is_named(operator: Operator, history: Engine) -> None:
    with history.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("DELETE FROM events WHERE ticket_id = 2 AND previous_hash IS NOT NULL"))
        connection.execute(
            text("UPDATE tickets SET last_hash = (SELECT hash FROM events WHERE ticket_id = 2) WHERE id = 2")
        )
    assert any(
        line.startswith("SIGEC-2: el historial del ticket se rehízo: le falta el sello") for line in found(operator)
    )


SETTLED = (
    "institution_id", "mailbox_id", "source", "arrival_key", "envelope_from", "envelope_to", "fingerprint",
    "message_id", "size", "accepted_at", "received_at", "reason", "sentence", "trust", "action", "attempts",
    "accepted_by_hand", "settled_at", "ticket_id", "duplicate_of_id", "from_address", "subject",
)  # fmt: skip


def test_no_column_of_a_settled_entry_of_the_ledger_can_be_changed(operator: Operator, history: Engine) -> None:
    with history.connect() as connection:
        rows = connection.execute(
            text("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'ledger'")
        )
        kinds = {row.column_name: row.data_type for row in rows}
    assert set(SETTLED) == kinds.keys() - {"id", "sha256", "state", "sealed"}
    for name in SETTLED:
        lines = altered(
            operator, history, f"UPDATE ledger SET {name} = {changed(name, kinds[name])} WHERE reason IS NOT NULL"
        )
        assert any("no es como se asentó" in line for line in lines), name


def test_a_settled_entry_that_is_gone_is_named(operator: Operator, history: Engine) -> None:
    lines = altered(operator, history, "DELETE FROM ledger WHERE reason IS NOT NULL")
    assert any(line.startswith("libro de entrada: falta la entrada") for line in lines)


def test_an_entry_that_is_tried_once_more_is_not_altered(operator: Operator, history: Engine) -> None:
    with history.connect() as connection:
        (number,) = connection.scalars(text("SELECT id FROM ledger WHERE reason IS NOT NULL"))
    operator.does("ledger", "replay", number)
    assert operator.does("audit", "verify") == INTACT


def test_how_a_mail_of_a_ticket_came_cannot_be_changed(operator: Operator, history: Engine) -> None:
    lines = altered(operator, history, "UPDATE ledger SET envelope_to = 'otra@x.test' WHERE id = 1")
    assert "SIGEC-1: el mensaje 1 no es el que se registró: entrada en el libro" in lines


def test_a_letter_whose_files_are_altered_beyond_reading_is_named(operator: Operator, history: Engine) -> None:
    tamper(history, "UPDATE outbox SET files = '[\"x\"]' WHERE letter = 'acuse'")
    assert any("no es el que se registró: archivos" in line for line in found(operator))


@pytest.mark.parametrize("column", ["sender", "reply_to", "rfc_message_id", "envelope_from", "recipient_name"])
def test_nothing_of_a_letter_that_left_can_be_changed(operator: Operator, history: Engine, column: str) -> None:
    lines = altered(operator, history, f"UPDATE outbox SET {column} = 'otra@x.test' WHERE letter = 'acuse'")
    assert any("no es el que se registró: correo enviado" in line for line in lines)


def test_what_was_kept_elsewhere_shows_that_the_whole_history_was_written_anew(
    operator: Operator, history: Engine, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(operator.does("audit", "seal"), "utf-8")
    assert operator.does("audit", "verify", "--kept", kept) == INTACT
    forged = kept.read_text("utf-8").split()[1]
    kept.write_text(f"sigec-cl {forged[::-1]}\n", "utf-8")
    answer = operator.orders("audit", "verify", "--kept", kept)
    assert (answer.status, answer.said.splitlines()[0]) == (
        1,
        f"sigec-cl: el sello que usted conserva no está en el historial: {forged[::-1]}",
    )


@pytest.mark.parametrize("content", ["", "sigec-cl", "una línea que no es nada"])
def test_a_file_that_holds_no_seals_is_refused(
    operator: Operator, history: Engine, tmp_path: Path, content: str
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(content, "utf-8")
    assert "helpdesk audit seal" in operator.is_refused("audit", "verify", "--kept", kept)
