"""`helpdesk mailbox set KEY … | list | check KEY`."""

import argparse
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

from helpdesk import vault
from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Invalid
from helpdesk.models.institutions import Mailbox
from helpdesk.queries import mailboxes as boxes
from helpdesk.services import mailboxes
from helpdesk.services.mailboxes import Connection
from mailbridge import diagnosis, oauth


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
    setting.add_argument("--folder", action="append", metavar="NAME", help="INBOX unless given; may be repeated")
    setting.add_argument(
        "--move-to", metavar="NAME", help="where messages go that were taken in; else they are flagged"
    )
    how = setting.add_mutually_exclusive_group(required=True)
    how.add_argument("--password-file", type=Path, metavar="FILE")
    how.add_argument("--oauth2", choices=tuple(oauth.PROVIDERS), help="log in with access tokens of this provider")
    setting.add_argument("--credentials-file", type=Path, metavar="FILE", help="JSON, with --oauth2; see the README")
    actions.add_parser("list", help="what is fetched")
    actions.add_parser("check", help="logs in and says what is wrong").add_argument("key")
    return parser.parse_args(argv)


def connect(chosen: argparse.Namespace, secret: bytes) -> str:
    """Stores the connection of a mailbox; its password or credential is encrypted with the secret key."""
    if urlsplit(chosen.imap).scheme not in ("imap", "imaps") or not urlsplit(chosen.imap).hostname:
        raise Invalid(f"{chosen.imap} is no IMAP address: write imaps://host or imap://host:port.")
    if (chosen.oauth2 is None) != (chosen.credentials_file is None):
        raise Invalid("--oauth2 and --credentials-file go together: name the provider and the file.")
    if chosen.oauth2:
        plain = oauth.written(credential(chosen.oauth2, contents(chosen.credentials_file)))
    else:
        plain = contents(chosen.password_file)
    with transaction() as session:
        box = boxes.by_key(session, chosen.key)
        mailboxes.connect(
            session,
            operator(box.institution_id),
            box,
            url=chosen.imap,
            user=chosen.user,
            folders=tuple(dict.fromkeys(chosen.folder or ["INBOX"])),
            sealed_secret=vault.seal(plain, secret),
            oauth2=chosen.oauth2 is not None,
            move_to=chosen.move_to,
        )
        return f"{box.address} is fetched from {chosen.imap} as {chosen.user}. Next: mailbox check {chosen.key}"


def contents(file: Path) -> str:
    """The text of a file with a secret, without its last line end. Raises Invalid."""
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise Invalid(f"The file {file} cannot be read: {reason}.") from error


def credential(provider: str, text: str) -> oauth.Credential:
    """The credential in the operator's file. Raises Invalid."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise Invalid(f"The credentials file is no JSON ({error}).") from error
    return oauth.credential(provider, given)


def listing() -> str:
    """One line a mailbox."""
    with transaction() as session:
        found = boxes.all_mailboxes(session)
        lines = [line(box, institution.key, mailboxes.connection_of(session, box)) for box, institution in found]
    return "\n".join(lines) or "There is no mailbox: load a catalogue (helpdesk catalogue load FILE)."


def line(box: Mailbox, institution: str, connection: Connection | None) -> str:
    """A mailbox with how it is connected and what is wrong."""
    how = "LMTP and pipe only"
    if connection is not None:
        names = ", ".join(connection.folders)
        how = f"{connection.user} at {connection.url}, folder{'s' * (len(connection.folders) > 1)} {names}"
        how += f", moved to {connection.move_to}" if connection.move_to else ""
        how += ", by access tokens" if connection.oauth2 else ""
    seen = f", last contact {box.last_contact_at:%Y-%m-%d %H:%M %Z}" if box.last_contact_at else ""
    wrong = "".join(f" — {sentence}" for sentence in (box.last_error, box.last_remark) if sentence)
    return f"{institution}/{box.key:<16} {box.address:<40} {how}{seen}{wrong}"


def check(key: str, secret: bytes) -> int:
    """Looks at the connection step by step; 1 when something keeps the mailbox from being read."""
    with transaction() as session:
        box = boxes.by_key(session, key)
        connection = mailboxes.connection_of(session, box)
    if connection is None:
        raise Invalid(f"{box.address} is not connected: «helpdesk mailbox set {key} --imap …» does it.")
    failed = False
    for finding in diagnosis.examine(connection, secret):
        say(f"{finding.grade:8} {finding.sentence}")
        failed = failed or finding.grade == "error"
    return int(failed)


def say(text: str) -> None:
    """Text on standard output."""
    sys.stdout.write(text + "\n")
