"""Small messages for the tests of the pure core, written as a mail program would send them."""

import base64

HEADER = (
    "From: Lucía Gómez <lucia@example.org>\r\nTo: mesa@example.com\r\nSubject: Pedido\r\n"
    "Date: Mon, 02 Mar 2026 10:00:00 -0500\r\nMessage-ID: <a1@example.org>\r\n"
)


def letter(body: str = "Hola.\r\n", extra: str = "", header: str = HEADER) -> bytes:
    """A message with extra header fields (each ended by CRLF)."""
    return f"{header}{extra}\r\n{body}".encode()


def typed(content_type: str, body: bytes, extra: str = "") -> bytes:
    """A message of one part whose body is given as bytes."""
    return f"{HEADER}MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n{extra}\r\n".encode() + body


def mixed(*parts: bytes, kind: str = "mixed", parameters: str = "") -> bytes:
    """A multipart message of the parts given (header, blank line, body)."""
    opening = f'{HEADER}MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary="=_b"{parameters}\r\n\r\n'
    return opening.encode() + b"".join(b"--=_b\r\n" + part + b"\r\n" for part in parts) + b"--=_b--\r\n"


def part(content_type: str, body: bytes, extra: str = "") -> bytes:
    """One part of a multipart."""
    return f"Content-Type: {content_type}\r\n{extra}\r\n".encode() + body


def base64_part(content_type: str, content: bytes, extra: str = "") -> bytes:
    """One part whose content travels as base64."""
    return part(content_type, base64.encodebytes(content), f"Content-Transfer-Encoding: base64\r\n{extra}")
