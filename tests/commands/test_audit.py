"""The history proves that nobody changed it, nor what it vouches for, even with full rights on the database."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from helpdesk.files import Files
from tests.cast import ATTACHED_MEMO
from tests.cast import file as memo
from tests.commands import story
from tests.commands.operating import Operator
from tests.conftest import WORKER, create_from_template, drop

ORIGINAL = f"history_{WORKER}"
INTACT = "El historial y lo que registra están íntegros.\n"


@pytest.fixture(scope="module")
def written(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The name of a database with the history of one ticket and of its institution's set-up, and its data folder."""
    folder = tmp_path_factory.mktemp("history")
    story.tell(create_from_template(server, ORIGINAL), folder)
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


def events(database: Engine, where: str = "ticket_id IS NOT NULL") -> list[int]:
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
        ("tickets SET number = 7, id = 7", "hay eventos del ticket con id 1, pero el ticket no está"),
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
        ("tickets", "sin ticket: hay eventos del ticket con id 1, pero el ticket no está"),
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
    assert found(operator) == ["SIGEC-1: ningún evento registra la decisión del paso «otro_visto_bueno»"]


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
