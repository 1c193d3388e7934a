"""Tenants, their catalogue versions and their shared mailboxes."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class Institution(Base):
    """Owner of mailboxes, teams and catalogue; every other row hangs below one.

    Its tickets are numbered by a sequence of its own (`number_sequence`): no two messages wait for each other's number,
    at the price of a gap where a message had to be tried again. `last_hash` ends the institution's own history.
    """

    __tablename__ = "institutions"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    ticket_prefix: Mapped[str] = mapped_column(unique=True)
    timezone: Mapped[str]
    last_hash: Mapped[str | None]
    catalogue_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("catalogue_versions.id", use_alter=True, name="fk_institutions_catalogue_version_id")
    )


def number_sequence(institution_id: int) -> str:
    """The name of the sequence that numbers an institution's tickets; made when the institution is first loaded."""
    return f"ticket_number_{institution_id}"


class CatalogueVersion(Base):
    """One published catalogue, whole. A ticket keeps the version it was opened with (R-193)."""

    __tablename__ = "catalogue_versions"
    __table_args__ = (UniqueConstraint("institution_id", "number"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"), index=True)
    number: Mapped[int]
    loaded_at: Mapped[datetime]
    sha256: Mapped[str]
    content: Mapped[dict[str, Any]]


class Mailbox(Base):
    """A shared mailbox of the catalogue with its connection and its state on the IMAP server.

    `secret`, a password or (`imap_oauth2`) a provider's credential, is encrypted with the installation's key. What was
    taken in is moved to the folder `move_to`, or flagged where there is none. `backlog` counts what waits in all its
    folders. `last_error` keeps the mailbox from being read, `last_remark` does not. Nobody logs in before `not_before`.
    `lease_fence` grows with each take-over: a holder whose fence is not the newest has lost the mailbox.
    """

    __tablename__ = "mailboxes"
    __table_args__ = (
        UniqueConstraint("institution_id", "key"),
        CheckConstraint("address = lower(address)", name="address_lower"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"), index=True)
    key: Mapped[str]
    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    imap_url: Mapped[str | None]
    imap_user: Mapped[str | None]
    imap_oauth2: Mapped[bool] = mapped_column(default=False, server_default="false")
    move_to: Mapped[str | None]
    secret: Mapped[str | None]
    last_contact_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    last_remark: Mapped[str | None]
    not_before: Mapped[datetime | None]
    backlog: Mapped[int] = mapped_column(default=0, server_default="0")
    lease_holder: Mapped[str | None]
    lease_fence: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    lease_until: Mapped[datetime | None]


class MailboxFolder(Base):
    """A folder of the IMAP account that is read, and how far: everything up to `last_uid` under `uidvalidity` is in the
    ledger or was noted as vanished. `generation` counts how often the server began its numbers anew unsaid."""

    __tablename__ = "mailbox_folders"
    __table_args__ = (UniqueConstraint("mailbox_id", "name"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"))
    name: Mapped[str]
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    generation: Mapped[int] = mapped_column(default=0, server_default="0")


class VanishedMessage(Base):
    """A message that somebody removed from the server between our seeing and our fetching it: never counted as taken
    in, never forgotten."""

    __tablename__ = "vanished_messages"
    __table_args__ = (UniqueConstraint("mailbox_id", "folder", "uidvalidity", "uid"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"))
    folder: Mapped[str]
    uidvalidity: Mapped[int] = mapped_column(BigInteger)
    uid: Mapped[int] = mapped_column(BigInteger)
    noticed_at: Mapped[datetime]
