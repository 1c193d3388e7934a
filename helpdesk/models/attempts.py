"""Attempts at signing in that did not succeed, so that all web processes count them together."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base

LONGEST_ADDRESS = 320


class SignInAttempt(Base):
    """One attempt with a wrong password, or one whose password is being verified.

    `address` is what was typed, in small letters and cut to `LONGEST_ADDRESS`; nobody need have it. `peer` is where
    the attempt came from, null where that is not known. Rows live a day (`helpdesk.services.attempts`).
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        CheckConstraint(f"char_length(address) <= {LONGEST_ADDRESS}", name="address_length"),
        Index("ix_sign_in_attempts_address", "address", "at"),
        Index("ix_sign_in_attempts_peer", "peer", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    address: Mapped[str]
    peer: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(index=True)
