"""Log lines tell what went wrong without telling what people wrote."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from helpdesk import logs
from helpdesk.app import AppSettings, create_app
from helpdesk.db import db, transaction
from helpdesk.files import Files

WRITTEN = "Buenos días:\n\nmi clave es hunter2\ny mi cédula 17"
log = logging.getLogger(__name__)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Puts the handlers of the test run back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_row_that_the_database_refuses_is_not_quoted(
    style: Literal["text", "json"], database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(AppSettings(database_url, "k" * 32, "http://localhost", None, Files(tmp_path)))
    logs.set_up(style, "worker")
    with app.app_context():
        try:
            with transaction() as session:
                refused = "INSERT INTO people (institution_id, name, address) VALUES (1, :name, 'x')"
                session.execute(text(refused), {"name": WRITTEN})
        except IntegrityError:
            log.exception("a letter could not be stored")
        db.engine.dispose()
    said = capsys.readouterr().err
    assert "IntegrityError" in said
    assert "hunter2" not in said


def test_a_line_for_machines_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "worker")
    log.warning("arrival %s\nwaits", 7)
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["message"], line["logger"]) == ("WARNING", "arrival 7\nwaits", __name__)


def test_a_line_for_people_names_the_process(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("text", "bridge")
    log.info("LMTP is open")
    assert capsys.readouterr().err.startswith("bridge  ")


def test_chatty_libraries_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("text", "worker")
    logging.getLogger("procrastinate.worker").info("job 1 with all its arguments")
    assert capsys.readouterr().err == ""
