"""A real Postfix and a real Dovecot for one run: private configuration, spool and ports, nothing of the machine's own.

Postfix is the border: it strips foreign Authentication-Results and stamps its own. Dovecot keeps everybody's mailbox,
the helpdesk's and the citizens'. Both need root (Postfix always; Dovecot to own mail as another account).
"""

import base64
import contextlib
import hmac
import imaplib
import json
import os
import shutil
import signal
import smtplib
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from tests.needs import SYSTEM_PATH

BORDER = "mx.border.example"
PASSWORD = "correct-horse"
FORGED_DOMAIN = "forged.example"
ENVIRONMENT = os.environ | {"PATH": SYSTEM_PATH}


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def wait_for_port(port: int, seconds: float = 30) -> None:
    """Returns when something listens there. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


@dataclass
class Dovecot:
    """Everybody's mailboxes: any user name, one password."""

    folder: Path
    imap_port: int
    lmtp_port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Its IMAP address."""
        return f"imap://127.0.0.1:{self.imap_port}"

    @contextlib.contextmanager
    def mailbox(self, user: str) -> Iterator[imaplib.IMAP4]:
        """A user's INBOX, open."""
        with imaplib.IMAP4("127.0.0.1", self.imap_port) as client:
            client.login(user, PASSWORD)
            status, said = client.select("INBOX")
            assert status == "OK", said
            yield client

    def messages(self, user: str) -> list[bytes]:
        """Everything in a user's INBOX, oldest first."""
        with self.mailbox(user) as client:
            numbers = client.search(None, "ALL")[1][0].split()
            return [client.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]  # type: ignore[index, misc]

    def stored(self, user: str) -> list[bytes]:
        """Everything in a user's INBOX as it lies on the disk, for whoever asks about thousands."""
        box = self.folder / "mail" / user / "Maildir"
        return [path.read_bytes() for part in ("new", "cur") for path in (box / part).glob("*")]

    def empty(self, user: str) -> None:
        """Removes everything from a user's INBOX."""
        with self.mailbox(user) as client:
            if client.search(None, "ALL")[1][0]:
                client.store("1:*", "+FLAGS", "(\\Deleted)")
                client.expunge()

    def wait_for(self, user: str, count: int, seconds: float = 60) -> list[bytes]:
        """The INBOX as soon as it holds `count` messages. Raises TimeoutError."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if len(found := self.messages(user)) >= count:
                return found
            time.sleep(0.1)
        raise TimeoutError(f"{user} has {len(found)} messages, {count} were expected")


DOVECOT_CONF = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:~/Maildir
recipient_delimiter = +
default_vsz_limit = 512M
mail_max_userip_connections = 100
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""


# Tokens are checked here and now (RFC 7519, HS256), so that no provider has to run beside the server.
OAUTH2_CONF = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
"""
TOKEN_KEY = b"a key that only these tests know"


def bearer_token(user: str, seconds: int = 3600) -> str:
    """An access token that Dovecot takes for that user."""
    now = int(time.time())
    claims = {"sub": user, "iat": now, "exp": now + seconds}
    parts = [_base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    signature = hmac.new(TOKEN_KEY, ".".join(parts).encode(), "sha256").digest()
    return ".".join([*parts, _base64url(signature)])


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@contextlib.contextmanager
def dovecot(folder: Path) -> Iterator[Dovecot]:
    """Dovecot in `folder`, ended with the block."""
    (folder / "mail").mkdir(parents=True)
    shutil.chown(folder / "mail", "nobody", "nogroup")
    imap, lmtp = free_port(), free_port()
    conf = folder / "dovecot.conf"
    conf.write_text(DOVECOT_CONF.format(folder=folder, password=PASSWORD, imap=imap, lmtp=lmtp))
    (folder / "oauth2.conf").write_text(OAUTH2_CONF.format(folder=folder))
    key = folder / "keys/default/HS256/default"
    key.parent.mkdir(parents=True)
    key.write_bytes(base64.b64encode(TOKEN_KEY))
    process = subprocess.Popen(["dovecot", "-F", "-c", str(conf)], env=ENVIRONMENT)
    try:
        wait_for_port(imap)
        wait_for_port(lmtp)
        yield Dovecot(folder, imap, lmtp, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
myhostname = {border}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
transport_maps = {transport}
maillog_file = {folder}/log/postfix.log
maillog_file_prefixes = {folder}
header_checks = regexp:{folder}/header_checks
nested_header_checks =
message_size_limit = 60000000
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_relay_restrictions = permit_mynetworks, reject
smtputf8_enable = no
minimal_backoff_time = 2s
maximal_backoff_time = 5s
queue_run_delay = 2s
"""

MASTER_CF = """
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 2 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

HEADER_CHECKS = """
/^Authentication-Results:/ IGNORE
/^From:.*@{forged}>?$/ PREPEND Authentication-Results: {border}; dmarc=fail header.from={forged}
/^From:.*@([a-z0-9.-]+)>?$/ PREPEND Authentication-Results: {border}; dmarc=pass header.from=$1
"""


@dataclass
class Postfix:
    """The border."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Where it takes mail."""
        return f"smtp://127.0.0.1:{self.port}"

    def is_empty(self) -> bool:
        """Whether it has delivered all it had."""
        return not any(path.is_file() for part in ("active", "deferred", "incoming") for path in self.part(part))

    def part(self, name: str) -> list[Path]:
        """Everything below a part of its queue."""
        return list((self.folder / "queue" / name).rglob("*"))

    def send(self, message: EmailMessage, *recipients: str) -> None:
        """Hands a message to it as anybody on the net would."""
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            client.send_message(message, to_addrs=list(recipients) or None)


@contextlib.contextmanager
def postfix(folder: Path, default_lmtp: int, routes: dict[str, int] | None = None) -> Iterator[Postfix]:
    """Postfix in `folder`: mail for an address in `routes` goes to that LMTP port, all other to `default_lmtp`."""
    etc, port = folder / "etc", free_port()
    for name in ("etc", "queue", "data", "log"):
        (folder / name).mkdir(parents=True)
    shutil.chown(folder / "data", "postfix")
    table = "".join(
        f"/^{address.replace('.', '[.]').replace('@', '([+].*)?@')}$/ lmtp:inet:127.0.0.1:{lmtp}\n"
        for address, lmtp in (routes or {}).items()
    )
    (folder / "transport").write_text(table + f"/./ lmtp:inet:127.0.0.1:{default_lmtp}\n")
    (folder / "header_checks").write_text(HEADER_CHECKS.format(border=BORDER, forged=FORGED_DOMAIN))
    values = {
        "folder": folder,
        "border": BORDER,
        "daemons": "/usr/lib/postfix/sbin",
        "transport": f"regexp:{folder}/transport",
    }
    (etc / "main.cf").write_text(MAIN_CF.format(**values))
    (etc / "master.cf").write_text(MASTER_CF.format(port=f"127.0.0.1:{port}"))
    subprocess.run(["postfix", "-c", str(etc), "start"], check=True, env=ENVIRONMENT, capture_output=True)
    try:
        wait_for_port(port)
        yield Postfix(folder, port)
    finally:
        subprocess.run(["postfix", "-c", str(etc), "stop"], check=False, env=ENVIRONMENT, capture_output=True)
