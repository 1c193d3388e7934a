"""The signed-in person of the request, kept by Flask-Login as an id and the epoch of the account's sessions."""

from flask import Flask
from flask_login import LoginManager, UserMixin, current_user

from helpdesk.db import db
from helpdesk.domain.errors import NotAllowed
from helpdesk.models.people import Person
from helpdesk.queries import viewers
from helpdesk.queries.viewers import Viewer


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """A viewer in the form Flask-Login wants."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    def get_id(self) -> str:
        """Person and session epoch: a changed epoch ends every session of the account."""
        return session_id(self.viewer.person_id, self.viewer.session_epoch)


class Entering(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """A person at the moment of signing in, before anything else is known."""

    def __init__(self, person: Person) -> None:
        self.id = session_id(person.id, person.session_epoch)


def session_id(person_id: int, epoch: int) -> str:
    """What the session cookie names."""
    return f"{person_id}.{epoch}"


def init_app(app: Flask) -> None:
    """Connects Flask-Login."""
    # Templates are handed their viewer: one that asks for it itself would read the database on an error page, too.
    manager = LoginManager(app, add_context_processor=False)
    manager.session_protection = None
    manager.user_loader(load)


def load(user_id: str) -> SignedIn | None:
    """The person of a session; None when unknown, disabled, or signed out everywhere."""
    person_id, _, epoch = user_id.partition(".")
    if not person_id.isdecimal():
        return None
    who = viewers.viewer(db.session(), int(person_id))
    if who is None or str(who.session_epoch) != epoch:
        return None
    return SignedIn(who)


def viewer_or_none() -> Viewer | None:
    """The signed-in person, if any."""
    return current_user.viewer if isinstance(current_user._get_current_object(), SignedIn) else None


def viewer() -> Viewer:
    """The signed-in person. Raises NotAllowed."""
    who = viewer_or_none()
    if who is None:
        raise NotAllowed("Entre con su cuenta para continuar.")
    return who
