"""An SMTP server that answers what a test scripts."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

USUAL = {"GREETING": "220 scripted", "DATA": "354 go on", "AUTH": "235 ok", "QUIT": "221 bye", "DOT": "250 kept"}


@dataclass
class Script:
    """Replies by command word, or by word and recipient (`RCPT ana@x.example`); None closes the connection unanswered.

    `GREETING` is the first line, `DOT` the reply after the final dot. `keeps` tells whether a message whose dot
    arrived is kept although the reply never leaves. A word in `silent` is never answered.
    """

    replies: dict[str, str | None] = field(default_factory=dict)
    keeps: bool = True
    extensions: tuple[str, ...] = ("8BITMIME", "SIZE 52428800")
    silent: frozenset[str] = frozenset()

    def reply(self, word: str, about: str = "") -> str | None:
        """What is answered to a command."""
        usual = self.replies.get(word, USUAL.get(word, "250 ok"))
        return self.replies.get(f"{word} {about}", usual)


class Ended(Exception):
    """The script closes the connection."""


class ScriptedServer:
    """Listens on a free port of this machine, one conversation at a time; `messages` are those whose dot came."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.messages: list[bytes] = []
        self.recipients: list[str] = []
        self.commands: list[str] = []
        self._closing = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stops listening."""
        self._closing.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                try:
                    self._converse(stream)
                except (Ended, OSError):
                    continue

    def _converse(self, stream) -> None:  # type: ignore[no-untyped-def]  # a socket's file object
        def say(word: str, about: str = "") -> str:
            if word in self.script.silent:
                self._closing.wait(30)
                raise Ended
            reply = self.script.reply(word, about)
            if reply is None:
                raise Ended
            for line in self._greeted(word, reply):
                stream.write(line.encode() + b"\r\n")
            stream.flush()
            return reply

        say("GREETING")
        recipient = ""
        while line := stream.readline().decode():
            word = line.split()[0].upper()
            self.commands.append(line.strip())
            if word == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
            reply = say(word, recipient)
            if word == "QUIT":
                return
            if word == "DATA" and reply.startswith("354"):
                self._take_body(stream, say, recipient)

    def _greeted(self, word: str, reply: str) -> list[str]:
        """A reply as its lines: a good one to EHLO tells of the extensions."""
        if word != "EHLO" or not reply.startswith("250"):
            return [reply]
        return ["250-scripted", *(f"250-{extension}" for extension in self.script.extensions), "250 HELP"]

    def _take_body(self, stream, say: Callable[[str, str], str], recipient: str) -> None:  # type: ignore[no-untyped-def]  # as above
        body = b""
        while (line := stream.readline()) != b".\r\n":
            if not line:
                raise Ended
            body += line[1:] if line.startswith(b".") else line
        dot = self.script.reply("DOT", recipient)
        if dot.startswith("2") if dot is not None else self.script.keeps:
            self.messages.append(body)
            self.recipients.append(recipient)
        say("DOT", recipient)
