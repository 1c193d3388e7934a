"""Goals of the organs' operative plans (metas del POI), by which activities are reported (R-105)."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class PlanGoal(Base):
    """A goal of an organ for a year. A retired one is offered no more; what was tagged with it stays."""

    __tablename__ = "plan_goals"
    __table_args__ = (
        Index(
            "uq_plan_goals_standing",
            "institution_id",
            "organ",
            "year",
            "code",
            unique=True,
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"))
    organ: Mapped[str]
    year: Mapped[int]
    code: Mapped[str]
    name: Mapped[str]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
