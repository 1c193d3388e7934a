"""The library of authorised material: leaflets and posters that may go out with an answer (R-126)."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base

MATERIAL_KINDS = ("leaflet", "poster", "other")


class Material(Base):
    """A file that may be attached to answers from `authorised_at` until it is retired; what was sent stays sent. Its
    bytes lie in the content store under `sha256`."""

    __tablename__ = "materials"
    __table_args__ = (
        CheckConstraint(f"kind IN {MATERIAL_KINDS!r}", name="kind"),
        Index("ix_materials_institution", "institution_id", "retired_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"))
    title: Mapped[str]
    kind: Mapped[str]
    filename: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    authorised_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    authorised_at: Mapped[datetime]
    retired_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    retired_at: Mapped[datetime | None]
