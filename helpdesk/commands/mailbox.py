"""`helpdesk mailbox set KEY … | list | check KEY`."""

import argparse
import sys
from pathlib import Path
from urllib.parse import urlsplit

from helpdesk import vault
from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.errors import HelpdeskError, Invalid
from helpdesk.models.institutions import Mailbox
from helpdesk.queries import mailboxes as boxes
from helpdesk.services import mailboxes
from mailbridge import imap_client
from mailbridge.imap_client import FAILURES, Account


def main(argv: list[str]) -> int:
    """`check` exits 1 when the mailbox cannot be read, with the reason in one sentence."""
    chosen = arguments(argv)
    with desk() as settings:
        secret = (settings.secret_key or "").encode()
        match chosen.action:
            case "set":
                say(connect(chosen, secret))
            case "list":
                say(listing())
            case "check":
                return check(chosen.key, secret)
    return 0


def arguments(argv: list[str]) -> argparse.Namespace:
    """The parsed command line."""
    parser = argparse.ArgumentParser(prog="helpdesk mailbox")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    setting = actions.add_parser("set", help="connects a mailbox of the catalogue", allow_abbrev=False)
    setting.add_argument("key", help="its address, INSTITUTION/KEY, or KEY where unique")
    setting.add_argument("--imap", required=True, metavar="URL", help="imaps://host[:port] or imap://host[:port]")
    setting.add_argument("--user", required=True)
    setting.add_argument("--folder", default="INBOX")
    setting.add_argument("--password-file", required=True, type=Path, metavar="FILE")
    actions.add_parser("list", help="what is fetched")
    actions.add_parser("check", help="logs in and says what is wrong").add_argument("key")
    return parser.parse_args(argv)


def connect(chosen: argparse.Namespace, secret: bytes) -> str:
    """Stores the connection of a mailbox; the password is encrypted with the secret key."""
    if urlsplit(chosen.imap).scheme not in ("imap", "imaps") or not urlsplit(chosen.imap).hostname:
        raise Invalid(f"{chosen.imap} is no IMAP address: write imaps://host or imap://host:port.")
    try:
        password = chosen.password_file.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise Invalid(f"The password file {chosen.password_file} cannot be read: {error.strerror}.") from error
    with transaction() as session:
        box = boxes.by_key(session, chosen.key)
        mailboxes.connect(
            session,
            operator(box.institution_id),
            box,
            url=chosen.imap,
            user=chosen.user,
            folder=chosen.folder,
            sealed_secret=vault.seal(password, secret),
        )
        return f"{box.address} is fetched from {chosen.imap} as {chosen.user}. Next: mailbox check {chosen.key}"


def listing() -> str:
    """One line a mailbox."""
    with transaction() as session:
        lines = [line(box, institution.key) for box, institution in boxes.all_mailboxes(session)]
    return "\n".join(lines) or "There is no mailbox: load a catalogue (helpdesk catalogue load FILE)."


def line(box: Mailbox, institution: str) -> str:
    """A mailbox with how it is connected and what is wrong."""
    how = f"{box.imap_user} at {box.imap_url}, folder {box.imap_folder}" if box.imap_url else "LMTP and pipe only"
    seen = f", last contact {box.last_contact_at:%Y-%m-%d %H:%M %Z}" if box.last_contact_at else ""
    wrong = f" — {box.last_error}" if box.last_error else ""
    return f"{institution}/{box.key:<16} {box.address:<40} {how}{seen}{wrong}"


def check(key: str, secret: bytes) -> int:
    """Logs in, lists folders, fetches one header."""
    with transaction() as session:
        box = boxes.by_key(session, key)
    if box.imap_url is None or box.imap_user is None or box.secret is None:
        raise Invalid(f"{box.address} is not connected: «helpdesk mailbox set {key} --imap …» does it.")
    account = Account(box.imap_url, box.imap_user, vault.unseal(box.secret, secret), box.imap_folder)
    try:
        with imap_client.logged_in(account) as client:
            folders = [name for _, _, name in client.list_folders()]
            say(f"logged in as {account.user}; folders: {', '.join(folders)}")
            imap_client.select(client, account.folder)
            uids = client.search(["ALL"])
            head = client.fetch(uids[-1:], ["BODY.PEEK[HEADER.FIELDS (SUBJECT)]"]) if uids else {}
            say(f"{account.folder}: {len(uids)} messages{', the newest header can be read' if head else ''}")
    except HelpdeskError as error:
        say(str(error))
        return 1
    except FAILURES as error:
        say(f"El servidor de correo cortó la conexión: {imap_client.reason(error)}.")
        return 1
    return 0


def say(text: str) -> None:
    """Text on standard output."""
    sys.stdout.write(text + "\n")
