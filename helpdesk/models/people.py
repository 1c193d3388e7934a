"""People of an institution: who writes to it, who works in it, and the functions they hold."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class Person(Base):
    """A person known to an institution by address. With `password_hash` and `is_staff` the person may sign in.

    `is_admin` administers the institution; `sees_all` is a national role (R-189).
    """

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("institution_id", "address"),
        CheckConstraint("address = lower(address)", name="address_lower"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"), index=True)
    address: Mapped[str]
    name: Mapped[str] = mapped_column(default="", server_default="")
    is_staff: Mapped[bool] = mapped_column(default=False, server_default="false")
    is_admin: Mapped[bool] = mapped_column(default=False, server_default="false")
    password_hash: Mapped[str | None]
    disabled: Mapped[bool] = mapped_column(default=False, server_default="false")
    session_epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    undeliverable_since: Mapped[datetime | None]

    @property
    def called(self) -> str:
        """The name, or where nobody told it the address."""
        return self.name or self.address


class TeamMember(Base):
    """A person works the queue of a team; `scope` is the region or centre of a team that has one instance each."""

    __tablename__ = "team_members"
    __table_args__ = (UniqueConstraint("person_id", "team", "scope", postgresql_nulls_not_distinct=True),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    team: Mapped[str]
    scope: Mapped[str | None]


class RoleHolding(Base):
    """A person holds a role within a scope between two dates (both included; None = open), as holder or substitute.

    A substitute (subrogante) acts for the role during the dates and comes before the holder (R-176); `in_place_of_id`
    names the holder, where the function has several. `subjects` are the matters attended (R-108; empty = any),
    `organ` is the one to which the holder of a role belongs that leaves that open (R-101). `named_by_id` is the person
    who named them; None: the catalogue or whoever runs the installation.
    """

    __tablename__ = "role_holdings"
    __table_args__ = (
        CheckConstraint("kind IN ('holder', 'substitute')", name="kind"),
        Index("ix_role_holdings_lookup", "institution_id", "role", "scope"),
        Index(
            "uq_role_holdings_open_holder",
            "institution_id",
            "role",
            "scope",
            "person_id",
            unique=True,
            postgresql_where=text("kind = 'holder' AND until IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str]
    scope: Mapped[str | None]
    kind: Mapped[str] = mapped_column(default="holder", server_default="holder")
    since: Mapped[date | None]
    until: Mapped[date | None]
    subjects: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    organ: Mapped[str | None]
    in_place_of_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    named_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Absence(Base):
    """A person is away between two dates (both included) and is asked for nothing; `until` None = no end is known.

    The functions stay with the holder: whoever substitutes acts for them meanwhile (R-176).
    """

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_person", "person_id", "since"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    since: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    noted_at: Mapped[datetime]
