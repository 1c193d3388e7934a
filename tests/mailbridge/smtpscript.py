"""An SMTP server that answers what a test scripts."""

import socket
import threading
from dataclasses import dataclass, field


@dataclass
class Script:
    """Replies by command word; `DOT` is the reply after the final dot, None there closes the connection unanswered.

    `keeps` tells whether a message whose dot arrived is kept although the reply never leaves.
    """

    replies: dict[str, str | None] = field(default_factory=dict)
    keeps: bool = True
    extensions: tuple[str, ...] = ("8BITMIME", "SIZE 52428800")


class ScriptedServer:
    """Listens on a free port of this machine, one conversation at a time; `messages` are those whose dot came."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.messages: list[bytes] = []
        self.commands: list[str] = []
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
                except OSError:
                    continue

    def _converse(self, stream) -> None:  # type: ignore[no-untyped-def]  # a socket's file object
        def say(line: str) -> None:
            stream.write(line.encode() + b"\r\n")
            stream.flush()

        say(self.script.replies.get("GREETING") or "220 scripted")
        while line := stream.readline():
            word = line.split()[0].decode().upper()
            self.commands.append(line.decode().strip())
            if word in ("EHLO", "HELO"):
                say("250-scripted")
                for extension in self.script.extensions:
                    say(f"250-{extension}")
                say("250 HELP")
            elif word == "DATA":
                reply = self.script.replies.get("DATA") or "354 go on"
                say(reply)
                if reply.startswith("354") and not self._take_body(stream, say):
                    return
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say(self.script.replies.get(word) or "250 ok")

    def _take_body(self, stream, say) -> bool:  # type: ignore[no-untyped-def]  # as above
        body = b""
        while line := stream.readline():
            if line == b".\r\n":
                break
            body += line[1:] if line.startswith(b".") else line
        else:
            return False
        dot = self.script.replies.get("DOT", "250 kept")
        if dot is None:
            if self.script.keeps:
                self.messages.append(body)
            return False
        if dot.startswith("2"):
            self.messages.append(body)
        say(dot)
        return True
