"""The wire below the IMAP client: what a server may send us at once, and a sign of life while it sends.

imaplib reserves the memory for a literal before it comes and limits a line to a megabyte, but not an answer.
"""

import imaplib
from collections.abc import Callable

from imapclient import IMAPClient
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

from mailbridge.limits import MAX_MESSAGE_BYTES

LONGEST_LITERAL = MAX_MESSAGE_BYTES + 1024 * 1024
LONGEST_ANSWER = 2 * LONGEST_LITERAL
PIECE = 1024 * 1024


class _Bounded(imaplib.IMAP4):
    """Reads piece by piece and calls `alive` between them; too much ends the connection (`abort`)."""

    alive: Callable[[], None] | None = None
    _received = 0

    def _command(self, name: str, *args: object) -> bytes:
        self._received = 0
        tag: bytes = super()._command(name, *args)  # type: ignore[misc]  # private, yet the one place where a command begins
        return tag

    def read(self, size: int) -> bytes:
        """A literal of `size` bytes."""
        if size > LONGEST_LITERAL:
            raise self.abort(f"the server announced {size} bytes")
        pieces = list[bytes]()
        left = size
        while left:
            piece = super().read(min(left, PIECE))
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece)
            self._count(len(piece))
        return b"".join(pieces)

    def readline(self) -> bytes:
        """A line with its end."""
        line = super().readline()
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self._received += size
        if self._received > LONGEST_ANSWER:
            raise self.abort("the server's answer has no end")
        if self.alive is not None:
            self.alive()


class _Plain(_Bounded, IMAP4WithTimeout):  # type: ignore[misc]  # a library without types
    """A connection without TLS, or before STARTTLS."""


class _Tls(_Bounded, IMAP4_TLS):  # type: ignore[misc]  # as above
    """A connection with TLS from its first byte."""


class GuardedClient(IMAPClient):  # type: ignore[misc]  # a library without types
    """The client over a guarded wire."""

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802  # the library's hook
        seconds = getattr(self._timeout, "connect", None)
        if self.ssl:
            return _Tls(self.host, self.port, self.ssl_context, seconds)  # type: ignore[call-arg]  # as above
        return _Plain(self.host, self.port, seconds)

    def starttls(self, ssl_context: object = None) -> None:
        """Encrypts; what the server said before is forgotten (RFC 9051 §11.1)."""
        super().starttls(ssl_context)
        self._imap.untagged_responses.clear()
        self._cached_capabilities = None

    def is_let_in(self) -> bool:
        """Whether the server greeted us as logged in already (PREAUTH)."""
        return bool(self._imap.state == "AUTH")

    def when_receiving(self, alive: Callable[[], None]) -> None:
        """Has `alive` called whenever something came in."""
        self._imap.alive = alive
