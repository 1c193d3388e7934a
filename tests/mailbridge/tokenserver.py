"""A provider of access tokens that answers what a test scripts; its last answer is given again and again."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from urllib.parse import parse_qsl

from mailbridge.oauth import Credential


class TokenServer:
    """Listens on a free port of this machine while the block lasts; `asked` are the forms it got."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.asked: list[dict[str, str]] = []
        outer = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the name http.server calls
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.asked.append(dict(parse_qsl(body)))
                status, said = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.send_response(status)
                if "location" in said:
                    self.send_header("Location", said["location"])
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(said).encode())

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/token"

    def credential(self, refresh_token: str | None = None) -> Credential:
        """A credential of this provider."""
        return Credential(self.url, "imap", "the-desk", "its secret", refresh_token)

    def __enter__(self) -> "TokenServer":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
