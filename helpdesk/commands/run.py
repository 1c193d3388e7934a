"""`helpdesk run`: web, worker and bridge together on this machine; the schema is brought up to date first."""

import argparse
import logging

import config
from helpdesk import embedded, logs, schema
from helpdesk.processes import Household

log = logging.getLogger(__name__)


def main(argv: list[str]) -> int:
    """Runs until SIGTERM or SIGINT."""
    argparse.ArgumentParser(prog="helpdesk run").parse_args(argv)
    settings = config.load()
    logs.set_up(settings.log, "run")
    assert settings.secret_key is not None
    with embedded.database(settings.database_url, settings.data_dir, settings.embedded) as url:
        schema.upgrade(url)
        household = Household({"HELPDESK_DATABASE_URL": url, "HELPDESK_SECRET_KEY": settings.secret_key})
        household.start()
        log.info("the desk is at %s", settings.public_url)
        try:
            household.watch()
        finally:
            household.stop()
    return 0
