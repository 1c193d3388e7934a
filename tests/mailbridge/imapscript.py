"""An IMAP server that misbehaves as a test scripts it."""

import re
import socket
import ssl
import threading
from dataclasses import dataclass, field


@dataclass
class Script:
    """What the server holds and how it behaves; may be changed while it runs.

    `replies` take the place of a command's answer: tagged text such as `NO [OVERQUOTA] full`; None closes the
    connection. `removed` are gone when they are asked for although SEARCH still named them, `withheld` stay named and
    are never given. `drops_in` is a UID in the middle of whose content the connection breaks. A `silent` server
    takes IDLE and says nothing any more; one that `leaves_idle` closes the connection there, once.
    """

    messages: dict[int, bytes] = field(default_factory=dict)
    uidvalidity: int = 1
    capabilities: str = "IMAP4rev1 IDLE UIDPLUS MOVE"
    greeting: str = "* OK scripted"
    read_only: bool = False
    replies: dict[str, str | None] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    withheld: set[int] = field(default_factory=set)
    drops_in: int | None = None
    always_drops_in: int | None = None
    silent: bool = False
    leaves_idle: bool = False
    tells_uidnext: bool = False
    sizeless: set[int] = field(default_factory=set)
    untagged: dict[str, bytes] = field(default_factory=dict)


class ScriptedImap:
    """Listens on a free port of this machine; `commands` are those that came, `flagged` and `moved` their effect."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.script, self._tls = script, tls
        self.commands: list[str] = []
        self.flagged: set[int] = set()
        self.moved: set[int] = set()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        """Where it listens, without encryption."""
        return f"imap://127.0.0.1:{self.port}"

    def count(self, word: str) -> int:
        """How often a command came."""
        return sum(command.upper().startswith(word) for command in self.commands)

    def close(self) -> None:
        """Stops listening and breaks what is open."""
        for one in (self._socket, *self._open):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
            finally:
                one.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if self._tls is not None:
                try:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                except OSError:
                    continue
            self._open.append(connection)
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rwb") as stream:
                _Conversation(self, stream).hold()
        except (OSError, ValueError):
            return


class _Conversation:
    def __init__(self, server: ScriptedImap, stream) -> None:  # type: ignore[no-untyped-def]  # a socket's file object
        self._server, self._script, self._stream = server, server.script, stream

    def _say(self, *lines: str) -> None:
        for line in lines:
            self._stream.write(line.encode() + b"\r\n")
        self._stream.flush()

    def hold(self) -> None:
        """Answers until the other side leaves or the script ends it."""
        self._say(self._script.greeting)
        while line := self._stream.readline():
            tag, _, command = line.decode().strip().partition(" ")
            self._server.commands.append(command)
            words = command.split()
            word = " ".join(words[:2]).upper() if words[0].upper() == "UID" else words[0].upper()
            if word in self._script.untagged:
                self._stream.write(self._script.untagged[word])
                self._stream.flush()
            if word in self._script.replies:
                reply = self._script.replies[word]
                if reply is None:
                    return
                self._say(f"{tag} {reply}")
            elif not self._answer(tag, word, words):
                return

    def _answer(self, tag: str, word: str, words: list[str]) -> bool:
        script = self._script
        match word:
            case "CAPABILITY":
                self._say(f"* CAPABILITY {script.capabilities}")
            case "SELECT" | "EXAMINE":
                mode = "READ-ONLY" if script.read_only else "READ-WRITE"
                self._say(f"* {len(script.messages)} EXISTS", f"* OK [UIDVALIDITY {script.uidvalidity}] ok")
                if script.tells_uidnext:
                    self._say(f"* OK [UIDNEXT {max(script.messages, default=0) + 1}] ok")
                self._say(f"{tag} OK [{mode}] done")
                return True
            case "LIST":
                self._say('* LIST () "/" INBOX')
            case "UID SEARCH":
                found = self._found(words[-1])
                if len(words) == 5:
                    first, _, last = words[2].partition(":")
                    numbered = sorted(script.messages)[int(first) - 1 : None if last == "*" else int(last)]
                    found = [uid for uid in found if uid in numbered]
                self._say("* SEARCH " + " ".join(map(str, found)))
            case "UID FETCH":
                if not self._fetch(self._uids(words[2]), "BODY" in " ".join(words)):
                    return False
            case "UID STORE":
                self._server.flagged |= self._uids(words[2])
            case "UID MOVE":
                self._server.moved |= self._uids(words[2])
            case "IDLE":
                return self._idle(tag)
            case "LOGOUT":
                self._say("* BYE", f"{tag} OK done")
                return False
        self._say(f"{tag} OK done")
        return True

    def _found(self, wanted: str) -> list[int]:
        script = self._script
        uids = sorted({*script.messages, *script.removed, *script.withheld})
        from_uid = re.fullmatch(r"(\d+):\*", wanted)
        if from_uid:
            return [uid for uid in uids if uid >= int(from_uid.group(1))]
        if wanted.upper() == "ALL":
            return uids
        return [uid for uid in self._uids(wanted) if uid in script.messages or uid in script.withheld]

    @staticmethod
    def _uids(text: str) -> set[int]:
        found = set[int]()
        for piece in text.split(","):
            first, _, last = piece.partition(":")
            found |= set(range(int(first), int(last or first) + 1))
        return found

    def _fetch(self, uids: set[int], bodies: bool) -> bool:
        script = self._script
        for uid in sorted(uids & script.messages.keys()):
            content = script.messages[uid]
            if not bodies:
                size = "" if uid in script.sizeless else f" RFC822.SIZE {len(content)}"
                self._say(f"* {uid} FETCH (UID {uid}{size})")
                continue
            self._stream.write(f"* {uid} FETCH (UID {uid} BODY[] {{{len(content)}}}\r\n".encode())
            if uid in (script.drops_in, script.always_drops_in):
                script.drops_in = None
                self._stream.write(content[: len(content) // 2])
                self._stream.flush()
                return False
            self._stream.write(content + b")\r\n")
        self._stream.flush()
        script.removed -= uids
        return True

    def _idle(self, tag: str) -> bool:
        self._say("+ idling")
        if self._script.leaves_idle:
            self._script.leaves_idle = False
            return False
        while line := self._stream.readline():
            if line.strip().upper() == b"DONE" and not self._script.silent:
                self._say(f"{tag} OK done")
                return True
        return False
