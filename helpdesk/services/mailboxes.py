"""Who fetches a mailbox, how far it was read, and how it is connected.

One bridge holds a mailbox by a lease. Each take-over raises the fence; a holder whose fence is not the newest can
write nothing any more, however long it was frozen.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import BigInteger, case, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import Conflict, Invalid
from helpdesk.models.institutions import Mailbox, MailboxFolder, VanishedMessage
from helpdesk.models.ledger import Arrival
from helpdesk.services import history

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Connection:
    """How a mailbox is reached by IMAP; `secret` is still sealed: a password, or a credential where `oauth2`."""

    mailbox_id: int
    url: str
    user: str
    folders: tuple[str, ...]
    secret: str
    oauth2: bool = False
    move_to: str | None = None

    def place(self, folder: str) -> str:
        """A folder and its account as the ledger's keys name them. UIDVALIDITY tells folders apart within one account
        only (RFC 9051 §2.3.1.1; several servers always say 1), so another account's numbers are other messages."""
        account = hashlib.sha256(f"{self.url} {self.user}".encode()).hexdigest()[:12]
        return f"{account}:{folder}"


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a folder was read. `generation` tells numbers apart that a server used again under one UIDVALIDITY."""

    uidvalidity: int | None
    last_uid: int
    generation: int = 0

    @property
    def validity(self) -> str:
        """What the ledger's keys name beside the UID."""
        return f"{self.uidvalidity}.{self.generation}" if self.generation else f"{self.uidvalidity}"


@dataclass(frozen=True, slots=True)
class Held:
    """A mailbox as its holder sees it."""

    mailbox_id: int
    institution_id: int
    address: str
    connection: Connection
    marks: dict[str, Mark]
    fence: int


def connection_of(session: Session, mailbox: Mailbox) -> Connection | None:
    """How a mailbox is reached by IMAP; None when it is not connected."""
    return _connection(mailbox, folders_of(session, mailbox.id))


def _connection(mailbox: Mailbox, folders: list[MailboxFolder]) -> Connection | None:
    if mailbox.imap_url is None or mailbox.imap_user is None or mailbox.secret is None:
        return None
    return Connection(
        mailbox_id=mailbox.id,
        url=mailbox.imap_url,
        user=mailbox.imap_user,
        folders=tuple(folder.name for folder in folders),
        secret=mailbox.secret,
        oauth2=mailbox.imap_oauth2,
        move_to=mailbox.move_to,
    )


def take(session: Session, mailbox_id: int, holder: str) -> Held | None:
    """The lease of a mailbox for `holder`, with a new fence; None while another holds it or it is not connected."""
    row = session.scalar(select(Mailbox).where(Mailbox.id == mailbox_id).with_for_update())
    now = clock.now()
    folders = folders_of(session, mailbox_id)
    connection = _connection(row, folders) if row is not None and row.active else None
    if row is None or connection is None:
        return None
    if row.not_before is not None and row.not_before > now:
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
        marks={one.name: Mark(one.uidvalidity, one.last_uid, one.generation) for one in folders},
        fence=row.lease_fence,
    )


def guard(session: Session, mailbox_id: int, fence: int) -> None:
    """Makes the caller's transaction depend on the lease and renews it. Raises Conflict when the lease is lost."""
    _update(session, mailbox_id, fence, lease_until=clock.now() + LEASE)


def progress(
    session: Session,
    mailbox_id: int,
    fence: int,
    marks: dict[str, Mark],
    *,
    backlog: int,
    remark: str | None = None,
) -> None:
    """Notes for each folder how far everything was accepted, and that `backlog` messages wait in them together.

    `remark` is what an operator should know although mail is read. Raises Conflict as `guard`.
    """
    now = clock.now()
    _update(
        session,
        mailbox_id,
        fence,
        backlog=backlog,
        last_contact_at=now,
        last_error=None,
        last_remark=remark,
        not_before=None,
        lease_until=now + LEASE,
    )
    for name, mark in marks.items():
        session.execute(
            update(MailboxFolder)
            .where(MailboxFolder.mailbox_id == mailbox_id, MailboxFolder.name == name)
            .values(uidvalidity=mark.uidvalidity, last_uid=mark.last_uid, generation=mark.generation)
        )


def vanished(session: Session, mailbox_id: int, fence: int, folder: str, uidvalidity: int, uids: Iterable[int]) -> None:
    """Notes messages that were there when we looked and not when we fetched. Raises Conflict as `guard`."""
    guard(session, mailbox_id, fence)
    place = {"mailbox_id": mailbox_id, "folder": folder, "uidvalidity": uidvalidity, "noticed_at": clock.now()}
    session.execute(insert(VanishedMessage).on_conflict_do_nothing(), [{**place, "uid": uid} for uid in uids])


def trouble(session: Session, mailbox_id: int, fence: int, sentence: str) -> None:
    """Notes what keeps the mailbox from being read, for the people who look after it. Raises Conflict as `guard`."""
    _update(session, mailbox_id, fence, last_error=sentence, lease_until=clock.now() + LEASE)


def refused(session: Session, mailbox_id: int, fence: int, sentence: str, pause: timedelta) -> None:
    """Notes that the server refused the log-in: no bridge tries again before the pause is over, whichever starts anew
    meanwhile, unless the mailbox is connected again. Raises Conflict as `guard`."""
    _update(session, mailbox_id, fence, last_error=sentence, not_before=clock.now() + pause)


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


def accepted_uids(session: Session, mailbox_id: int, place: str, validity: str, above: int) -> frozenset[int]:
    """UIDs above `above` that the ledger has already; `validity` as a `Mark` tells it."""
    prefix = f"{place}:{validity}:"
    ours = Arrival.arrival_key.startswith(prefix, autoescape=True)
    # The keys of other doors end otherwise: only ours are read as numbers.
    uid = case((ours, cast(func.substr(Arrival.arrival_key, len(prefix) + 1), BigInteger)), else_=0)
    query = select(uid).where(Arrival.mailbox_id == mailbox_id, Arrival.source == "imap", ours, uid > above)
    return frozenset(session.scalars(query))


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
    folders: tuple[str, ...],
    sealed_secret: str,
    oauth2: bool = False,
    move_to: str | None = None,
) -> None:
    """Connects a mailbox of the catalogue to folders of its IMAP account; what was not read before is read from its
    start.

    Raises Invalid when messages would be moved to a folder that is read: they would come in again.
    """
    if move_to in folders:
        raise Invalid(f"Messages cannot be moved to {move_to}, which is read itself: name another folder.")
    known = {folder.name: folder for folder in folders_of(session, mailbox.id)}
    same_account = (mailbox.imap_url, mailbox.imap_user) == (url, user)
    for name, folder in known.items():
        if name not in folders or not same_account:
            session.delete(folder)
    session.flush()
    for name in folders:
        if name not in known or not same_account:
            session.add(MailboxFolder(mailbox_id=mailbox.id, name=name))
    mailbox.imap_url, mailbox.imap_user, mailbox.imap_oauth2, mailbox.move_to = url, user, oauth2, move_to
    mailbox.secret, mailbox.last_error, mailbox.last_remark, mailbox.not_before = sealed_secret, None, None, None
    # The present holder loses its fence, so that it comes back with the new account.
    mailbox.lease_fence += 1
    mailbox.lease_holder = mailbox.lease_until = None
    data = {
        "mailbox": mailbox.address,
        "url": url,
        "user": user,
        "folders": list(folders),
        "oauth2": oauth2,
        "move_to": move_to,
    }
    history.record(session, actor, None, "mailbox_connected", data, institution_id=mailbox.institution_id)
    session.flush()


def folders_of(session: Session, mailbox_id: int) -> list[MailboxFolder]:
    """The folders that are read, in the order in which they were named; the first is the one that is waited on."""
    query = select(MailboxFolder).where(MailboxFolder.mailbox_id == mailbox_id).order_by(MailboxFolder.id)
    return list(session.scalars(query))
