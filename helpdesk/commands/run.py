"""`helpdesk run`: web, worker and bridge together on this machine; the schema is brought up to date first."""

import argparse
import logging

import config
from helpdesk import demo, embedded, logs, schema
from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.errors import Conflict
from helpdesk.processes import Household, end_as_interrupted, require_free

log = logging.getLogger(__name__)


def main(argv: list[str]) -> int:
    """Runs until SIGTERM or SIGINT. Raises Unavailable when a port is taken, Conflict on a demo's database."""
    argparse.ArgumentParser(prog="helpdesk run").parse_args(argv)
    settings = config.load()
    logs.set_up(settings.log, "run")
    assert settings.secret_key is not None
    require_free(*settings.web_listen, "HELPDESK_WEB_LISTEN")
    if settings.lmtp_listen is not None:
        require_free(*settings.lmtp_listen, "HELPDESK_LMTP_LISTEN")
    end_as_interrupted()
    with embedded.database(settings.database_url, settings.data_dir, settings.embedded) as url:
        schema.upgrade(url)
        refuse_demo()
        household = Household({"HELPDESK_DATABASE_URL": url, "HELPDESK_SECRET_KEY": settings.secret_key})
        try:
            household.start()
            log.info("the desk is at %s", settings.public_url)
            household.watch()
        finally:
            household.stop()
    return 0


def refuse_demo() -> None:
    """Raises Conflict when the database is the demo's."""
    with desk(), transaction() as session:
        if demo.lives_here(session):
            raise Conflict("This database holds the demo, whose passwords everybody knows: set HELPDESK_DATA_DIR.")
