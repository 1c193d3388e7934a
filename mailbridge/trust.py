"""Who vouches for the sender: what our own border's Authentication-Results says (RFC 8601), and nothing else.

The reader is tolerant: comments anywhere, a version after the server's name, and Microsoft's field without any name.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from helpdesk.domain.addresses import ascii_domain
from mailbridge.authors import AMBIGUOUS, PARTLY_SIGNED
from mailbridge.values import ParsedMail

# Microsoft 365 writes no authserv-id and deletes foreign fields at its edge, so there a nameless topmost field is ours.
NAMELESS_BORDER = "protection.outlook.com"

_MAX_FIELD = 20_000
_PAIR = re.compile(r"([A-Za-z0-9_.\-/]{1,80})\s*=\s*(\"(?:[^\"\\]|\\.){0,500}\"|[^\s;]{1,500})")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The trust of a message: T1 when authenticated, else T0. `failed` means that our border saw DMARC fail."""

    trust: Literal["T0", "T1"]
    failed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Method:
    """One result of a field: `dmarc=pass header.from=example.org`, all in lower case."""

    name: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Results:
    """One Authentication-Results field; `server` is `""` when it names none."""

    server: str
    methods: tuple[Method, ...]


def judge(mail: ParsedMail, border: str | None) -> Judgement:
    """Trust by the topmost field whose authserv-id is our `border`'s; every other field may be the sender's own.

    T1 needs DMARC pass for the one domain in From, or an authenticated submission by that very address.
    """
    if not border:
        return Judgement("T0", False, "no border configured")
    stamp = _stamp(mail.authentication_results, border.strip().rstrip(".").lower())
    if stamp is None:
        return Judgement("T0", False, "no stamp of our border")
    verdicts = [method for method in stamp.methods if method.name == "dmarc"]
    if any(method.result == "fail" for method in verdicts):
        return Judgement("T0", True, "dmarc=fail")
    if len(mail.senders) != 1 or AMBIGUOUS in mail.defects:
        return Judgement("T0", False, "not exactly one author")
    if PARTLY_SIGNED in mail.defects:
        return Judgement("T0", False, "signed in part, anything may have been added")
    address = mail.senders[0].address.lower()
    domain = _domain(address.rpartition("@")[2])
    if verdicts and all(_vouches(method, domain) for method in verdicts):
        return Judgement("T1", False, "dmarc=pass")
    submitted = [method.properties.get("smtp.auth") for method in stamp.methods if method.name == "auth"]
    if not verdicts and submitted == [address] and _passed(stamp, "auth"):
        return Judgement("T1", False, "authenticated submission")
    return Judgement("T0", False, f"dmarc={verdicts[0].result}" if verdicts else "no dmarc verdict")


def _stamp(values: tuple[str, ...], border: str) -> Results | None:
    """The topmost field when our border wrote it; what stands below may have come with the message."""
    top = read(values[0]) if values else None
    if top is None or top.server != ("" if border == NAMELESS_BORDER else border):
        return None
    return top


def _vouches(method: Method, domain: str) -> bool:
    return method.result == "pass" and _domain(method.properties.get("header.from", "")) == domain


def _passed(stamp: Results, name: str) -> bool:
    return all(method.result == "pass" for method in stamp.methods if method.name == name)


def _domain(text: str) -> str:
    """A domain in lower case and ASCII form (IDNA), for comparing."""
    return ascii_domain(text.strip().rstrip(".").lower().rpartition("@")[2])


def read(value: str) -> Results:
    """One field value (RFC 8601 §2.2); never raises."""
    pieces = _split(_without_comments(value[:_MAX_FIELD]))
    first = pieces[0].strip().strip('"') if pieces else ""
    nameless = "=" in first
    server = "" if nameless else (first.split() or [""])[0].strip('"').rstrip(".")
    # Beyond ASCII other letters become ours when they are made small (the Kelvin sign a k), and not for our border.
    server = server.lower() if server.isascii() else server
    methods = (_method(piece) for piece in (pieces if nameless else pieces[1:]))
    return Results(server, tuple(method for method in methods if method is not None))


def _method(piece: str) -> Method | None:
    pairs = [(name.lower(), value.strip('"').lower()) for name, value in _PAIR.findall(piece)]
    if not pairs or pairs[0][0].startswith("/"):
        return None
    name, result = pairs[0]
    properties: dict[str, str] = {}
    for key, value in pairs[1:]:
        properties.setdefault(key, value)
    return Method(name.partition("/")[0], result, properties)


def _without_comments(value: str) -> str:
    """The value with each comment, nested ones included, as a blank. An unclosed comment reaches to the end."""
    kept: list[str] = []
    depth = 0
    quoted = escaped = False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif char == "(" and not quoted:
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            char = " "
        if not depth:
            kept.append(char)
    return "".join(kept)


def _split(value: str) -> list[str]:
    pieces: list[str] = []
    current: list[str] = []
    quoted = escaped = False
    for char in value:
        quoted = quoted != (char == '"' and not escaped)
        escaped = char == "\\" and not escaped
        if char == ";" and not quoted:
            pieces.append("".join(current))
            current = []
        else:
            current.append(char)
    return [*pieces, "".join(current)]
