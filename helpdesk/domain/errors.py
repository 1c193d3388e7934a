"""The small tree of errors the product raises on purpose.

The docstring of a class is its default message. One file per edge maps the classes to answers
(`docs/architecture.md`, «Where each error is decided»).
"""

from datetime import timedelta


class HelpdeskError(Exception):
    """Something went wrong in the helpdesk."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class NotFound(HelpdeskError):
    """What you are looking for does not exist or is not visible to you."""


class NotAllowed(HelpdeskError):
    """You may not do this."""


class Invalid(HelpdeskError):
    """The data given is not valid. `fields` maps a field's key to the sentence that says what is wrong."""

    def __init__(self, message: str | None = None, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class Conflict(HelpdeskError):
    """It changed meanwhile: look at the present state and try again."""


class IllegalMove(Conflict):
    """This step is not possible in the present state."""


class TooManyAttempts(HelpdeskError):
    """This was tried too often: wait and try again. `wait` is how long."""

    def __init__(self, message: str | None = None, wait: timedelta = timedelta()) -> None:
        super().__init__(message)
        self.wait = wait


class Unavailable(HelpdeskError):
    """A part the helpdesk needs does not answer now; nothing was lost, try again. (Transient.)"""
