"""What the shell of the mail bridge needs from outside, handed over once by the starting point."""

from dataclasses import dataclass, field

from flask import Flask, current_app

from helpdesk.domain.desk import DeskSettings
from helpdesk.files import Files
from mailbridge.filewords import FileWords
from mailbridge.sandbox import Sandbox
from mailbridge.signing import Signer

KEY = "mailbridge"


@dataclass(frozen=True)
class Runtime:
    """`border` is the authserv-id we trust, `smtp_url` where letters are handed over (None: they wait, or are kept
    for reading when `keep_letters`), `signer` signs them when we have a key, `words` reads the text of files."""

    desk: DeskSettings
    files: Files
    sandbox: Sandbox
    border: str | None
    smtp_url: str | None
    keep_letters: bool = False
    signer: Signer | None = None
    words: FileWords = field(default_factory=FileWords)


def install(app: Flask, runtime: Runtime) -> None:
    """Makes `runtime` the one of this application."""
    app.extensions[KEY] = runtime


def current() -> Runtime:
    """The runtime of the application whose context is active."""
    found = current_app.extensions[KEY]
    assert isinstance(found, Runtime)
    return found
