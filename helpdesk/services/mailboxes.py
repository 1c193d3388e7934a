"""Who fetches a mailbox, how far it was read, and how it is connected.

One bridge holds a mailbox by a lease. Each take-over raises the fence; a holder whose fence is not the newest can
write nothing any more, however long it was frozen.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import Conflict
from helpdesk.models.institutions import Mailbox
from helpdesk.models.ledger import Arrival
from helpdesk.services import history

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Connection:
    """How a mailbox is reached by IMAP; `secret` is still sealed: a password, or a credential where `oauth2`."""

    mailbox_id: int
    url: str
    user: str
    folder: str
    secret: str
    oauth2: bool = False

    @property
    def place(self) -> str:
        """The folder and its account as the ledger's keys name them. UIDVALIDITY tells folders apart within one account
        only (RFC 9051 §2.3.1.1; several servers always say 1), so another account's numbers are other messages."""
        account = hashlib.sha256(f"{self.url} {self.user}".encode()).hexdigest()[:12]
        return f"{account}:{self.folder}"


@dataclass(frozen=True, slots=True)
class Held:
    """A mailbox as its holder sees it."""

    mailbox_id: int
    institution_id: int
    address: str
    connection: Connection
    uidvalidity: int | None
    last_uid: int
    fence: int


def connection_of(mailbox: Mailbox) -> Connection | None:
    """How a mailbox is reached by IMAP; None when it is not connected."""
    if mailbox.imap_url is None or mailbox.imap_user is None or mailbox.secret is None:
        return None
    oauth2 = mailbox.imap_auth == "oauth2"
    return Connection(mailbox.id, mailbox.imap_url, mailbox.imap_user, mailbox.imap_folder, mailbox.secret, oauth2)


def take(session: Session, mailbox_id: int, holder: str) -> Held | None:
    """The lease of a mailbox for `holder`, with a new fence; None while another holds it or it is not connected."""
    row = session.scalar(select(Mailbox).where(Mailbox.id == mailbox_id).with_for_update())
    now = clock.now()
    connection = connection_of(row) if row is not None and row.active else None
    if row is None or connection is None:
        return None
    if row.lease_holder not in (None, holder) and row.lease_until is not None and row.lease_until > now:
        return None
    row.lease_holder, row.lease_until, row.lease_fence = holder, now + LEASE, row.lease_fence + 1
    session.flush()
    return Held(
        mailbox_id=row.id,
        institution_id=row.institution_id,
        address=row.address,
        connection=connection,
        uidvalidity=row.uidvalidity,
        last_uid=row.last_uid,
        fence=row.lease_fence,
    )


def guard(session: Session, mailbox_id: int, fence: int) -> None:
    """Makes the caller's transaction depend on the lease and renews it. Raises Conflict when the lease is lost."""
    _update(session, mailbox_id, fence, lease_until=clock.now() + LEASE)


def progress(session: Session, mailbox_id: int, fence: int, *, uidvalidity: int, last_uid: int, backlog: int) -> None:
    """Notes that everything up to `last_uid` was accepted and `backlog` messages wait. Raises Conflict as `guard`."""
    now = clock.now()
    _update(
        session,
        mailbox_id,
        fence,
        uidvalidity=uidvalidity,
        last_uid=last_uid,
        backlog=backlog,
        last_contact_at=now,
        last_error=None,
        lease_until=now + LEASE,
    )


def trouble(session: Session, mailbox_id: int, fence: int, sentence: str) -> None:
    """Notes what keeps the mailbox from being read, for the people who look after it. Raises Conflict as `guard`."""
    _update(session, mailbox_id, fence, last_error=sentence, lease_until=clock.now() + LEASE)


def release(session: Session, mailbox_id: int, fence: int) -> None:
    """Gives the lease up so that another bridge need not wait for its end; a lost lease is left alone."""
    session.execute(
        update(Mailbox)
        .where(Mailbox.id == mailbox_id, Mailbox.lease_fence == fence)
        .values(lease_holder=None, lease_until=None)
    )


def _update(session: Session, mailbox_id: int, fence: int, **values: object) -> None:
    found = session.execute(
        update(Mailbox)
        .where(Mailbox.id == mailbox_id, Mailbox.lease_fence == fence)
        .values(**values)
        .returning(Mailbox.id)
    ).first()
    if found is None:
        raise Conflict(f"The mailbox {mailbox_id} was taken over by another bridge.")


def accepted_uids(session: Session, mailbox_id: int, place: str, uidvalidity: int, above: int) -> frozenset[int]:
    """UIDs above `above` that the ledger has already."""
    prefix = f"{place}:{uidvalidity}:"
    keys = session.scalars(
        select(Arrival.arrival_key).where(
            Arrival.mailbox_id == mailbox_id,
            Arrival.source == "imap",
            Arrival.arrival_key.startswith(prefix, autoescape=True),
        )
    )
    return frozenset(uid for uid in (int(key.removeprefix(prefix)) for key in keys) if uid > above)


def replace_secret(session: Session, used: Connection, sealed: str) -> None:
    """Keeps the credential that a provider gave in place of the one used; one that was set meanwhile stays."""
    session.execute(
        update(Mailbox).where(Mailbox.id == used.mailbox_id, Mailbox.secret == used.secret).values(secret=sealed)
    )


def connect(
    session: Session,
    actor: Actor,
    mailbox: Mailbox,
    *,
    url: str,
    user: str,
    folder: str,
    sealed_secret: str,
    oauth2: bool = False,
) -> None:
    """Connects a mailbox of the catalogue to its IMAP account; another account or folder is read from its start."""
    if (mailbox.imap_url, mailbox.imap_user, mailbox.imap_folder) != (url, user, folder):
        mailbox.uidvalidity, mailbox.last_uid = None, 0
    mailbox.imap_url, mailbox.imap_user, mailbox.imap_folder = url, user, folder
    mailbox.imap_auth = "oauth2" if oauth2 else "password"
    mailbox.secret, mailbox.last_error = sealed_secret, None
    # The present holder loses its fence, so that it comes back with the new account.
    mailbox.lease_fence += 1
    mailbox.lease_holder = mailbox.lease_until = None
    data = {"mailbox": mailbox.address, "url": url, "user": user, "folder": folder, "oauth2": oauth2}
    history.record(session, actor, None, "mailbox_connected", data, institution_id=mailbox.institution_id)
    session.flush()
