"""`helpdesk db upgrade | check | backup FILE | restore FILE`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track

import config
from helpdesk import backup, embedded, files, schema
from helpdesk.assembly import application
from helpdesk.db import transaction
from helpdesk.services import outbox


def main(argv: list[str]) -> int:
    """Exit status 1 when `check` finds a difference."""
    parser = argparse.ArgumentParser(prog="helpdesk db")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("upgrade", help="brings the schema up to date")
    actions.add_parser("check", help="compares the schema with this version's")
    actions.add_parser("backup", help="writes everything into one file").add_argument("file", type=Path)
    actions.add_parser("restore", help="fills an empty database from a backup").add_argument("file", type=Path)
    chosen = parser.parse_args(argv)
    settings = config.load()
    with embedded.database(settings.database_url, settings.data_dir, settings.embedded) as url:
        store = files.at(settings.files)
        match chosen.action:
            case "upgrade":
                return upgrade(url)
            case "check":
                return check(url)
            case "backup":
                show(backup.backup(url, store, chosen.file), "files")
                say(f"{chosen.file} holds everything but the secret key: keep that in another place.")
            case "restore":
                show(backup.restore(url, store, chosen.file), "files")
                say(f"{chosen.file} is restored.")
                hold_letters(settings, url)
    return 0


def upgrade(url: str) -> int:
    """Brings the schema up to date and says from where to where."""
    before = schema.present(url)
    schema.upgrade(url)
    say(f"The schema is at {schema.head()} (was: {before or 'empty'}).")
    return 0


def check(url: str) -> int:
    """Says how the schema differs from this version's."""
    found = schema.differences(url)
    if schema.present(url) != schema.head():
        found.insert(0, f"the database is at {schema.present(url)}, this version wants {schema.head()}: db upgrade")
    say("\n".join(found) if found else "The schema equals the models.")
    return 1 if found else 0


def hold_letters(settings: config.Settings, url: str) -> None:
    """Sends nothing that may have left after the backup, and says which letters those are."""
    with application(settings, url).app_context(), transaction() as session:
        numbers = outbox.hold_after_restore(session)
    if numbers:
        shown = " ".join(map(str, numbers))
        say(f"{len(numbers)} letters may have left after the backup and are not sent again by themselves: {shown}")
        say("Send those that did not arrive with «helpdesk outbox retry ID».")


def show(steps: Iterator[int], what: str) -> None:
    """Runs the steps under a progress bar on standard error."""
    console = Console(stderr=True)
    for _ in track(steps, description=what, console=console, transient=True, disable=not console.is_terminal):
        pass


def say(line: str) -> None:
    """A line on standard output."""
    sys.stdout.write(line + "\n")
