"""Where services find the values of this installation: in the session they were handed."""

from sqlalchemy.orm import Session

from helpdesk.domain.desk import DeskSettings


def settings_of(session: Session) -> DeskSettings:
    """The installation's values; the starting point puts them into the session's `info` under `desk`."""
    found = session.info["desk"]
    assert isinstance(found, DeskSettings)
    return found
