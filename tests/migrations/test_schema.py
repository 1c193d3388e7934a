"""The schema that migrations make is the schema that the models describe."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from helpdesk import schema
from helpdesk.domain.errors import Unavailable
from helpdesk.models.audit import Event
from helpdesk.models.institutions import Institution


@pytest.fixture
def event(session: Session) -> Event:
    institution = Institution(key="mef", name="Ministerio", ticket_prefix="MEF", timezone="America/Guayaquil")
    session.add(institution)
    session.flush()
    made = Event(
        institution_id=institution.id,
        at=datetime(2025, 3, 3, tzinfo=UTC),
        actor="system",
        kind="opened",
        data={},
        hash="00",
    )
    session.add(made)
    session.flush()
    return made


def test_an_upgraded_database_equals_the_models(database_url: str) -> None:
    assert schema.differences(database_url) == []


def test_a_difference_is_found(database: Engine, database_url: str) -> None:
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE people DROP COLUMN name CASCADE"))
    assert any("name" in difference for difference in schema.differences(database_url))


def test_an_upgrade_may_be_repeated(database_url: str) -> None:
    schema.upgrade(database_url)
    assert schema.present(database_url) == schema.head()


def test_an_upgrade_gives_up_when_other_traffic_holds_the_lock(database: Engine, database_url: str) -> None:
    with database.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(7236511)"))
        with pytest.raises(Unavailable, match="nothing was changed"):
            schema.upgrade(database_url)


def test_a_database_that_is_away_is_one_sentence() -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        schema.present("postgresql+psycopg://helpdesk@/helpdesk?host=/nowhere")


def test_the_first_revision_holds_the_installed_queue_schema() -> None:
    ours = Path("migrations/sql/procrastinate_3_10.sql").read_text(encoding="utf-8")
    assert ours == SchemaManager.get_schema(), "Procrastinate changed its schema: bring its migration as our revision"


@pytest.mark.parametrize(
    "statement", ["UPDATE events SET actor = 'x'", "DELETE FROM events", "TRUNCATE events CASCADE"]
)
def test_history_cannot_be_rewritten(session: Session, event: Event, statement: str) -> None:
    # As in a transaction of its own: no check of this one waits for its end.
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(statement))


def test_search_finds_words_without_their_accents(session: Session) -> None:
    found = session.scalar(
        text(
            "SELECT to_tsvector('spanish', helpdesk_fold('Conexión del NIÑO'))"
            " @@ websearch_to_tsquery('spanish', helpdesk_fold('conexiones nino'))"
        )
    )
    assert found is True


def test_migrations_need_no_extension(server: str) -> None:
    with create_engine(server).connect() as connection:
        installed = connection.scalars(text("SELECT extname FROM pg_extension")).all()
    assert installed == ["plpgsql"]
