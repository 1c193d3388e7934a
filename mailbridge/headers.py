"""Header fields of a message or part: unfolding, encoded words, addresses, message ids, dates, parameters.

Every function is total: whatever the field holds, it answers with what could be read. Fields are kept as raw text in
which each byte outside ASCII is a surrogate (PEP 383), because which charset they are in is known only later.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from mailbridge import charsets, words
from mailbridge.values import Mailbox

_FOLD = re.compile(r"\r?\n|\r")
_MESSAGE_ID = re.compile(r"<([^<>]{1,998})>")
_WHOLE_IN_WORDS = re.compile(r"=\?[^?\s]{1,60}\?[qQ]\?[^?]{0,500}<[^?]{0,500}\?=")
_LONGEST_NAME = 200
# RFC 5321 §4.5.3.1.3 allows 256 octets, RFC 5322 §2.1.1 a line of 998. Both are indexed, and an index has its limit.
_LONGEST_ADDRESS = 500
_LONGEST_ID_BYTES = 998
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_STAMPS = frozenset({"authentication-results"})
_WHITE = re.compile(r"\s+")
_UNESCAPED_QUOTE = re.compile(r'(?<!\\)"')
_QUOTED_THEN_COMMENT = re.compile(r'"((?:[^"\\]|\\.)*)"\s*\([^"]*\)\s*\Z')
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Fields:
    """The header of one message or part. `charset` is the declared one of its body, the best guess for raw 8-bit."""

    items: tuple[tuple[str, str], ...]
    charset: str | None = None

    def all(self, name: str) -> tuple[str, ...]:
        """Unfolded raw values of every field of that name (lower case), topmost first."""
        return tuple(value for key, value in self.items if key == name)

    def first(self, name: str) -> str | None:
        """Unfolded raw value of the topmost field of that name, None when absent."""
        return next((value for key, value in self.items if key == name), None)

    def text(self, name: str) -> str | None:
        """Decoded value of the topmost field of that name, None when absent."""
        value = self.first(name)
        return None if value is None else words.decoded(value, self.charset)

    def mailboxes(self, name: str) -> tuple[Mailbox, ...]:
        """Mailboxes of all fields of that name, groups flattened."""
        return tuple(box for value in self.all(name) for box in mailboxes(value, self.charset))


def fields(items: Iterable[tuple[str, object]], charset: str | None = None) -> Fields:
    """Fields out of the name and value pairs of a parsed header."""
    named = ((name.strip().lower(), str(value)) for name, value in items)
    return Fields(
        tuple((name, unfolded(_apart(value) if name in _STAMPS else value)) for name, value in named), charset
    )


def _apart(value: str) -> str:
    """A stamp with blanks for control characters: left out they would join two halves to the name of our border, which
    did not see its name there and let it pass."""
    return _CONTROLS.sub(" ", value)


def unfolded(value: str) -> str:
    """A value on one line (RFC 5322 §2.2.3), without NUL characters."""
    return _FOLD.sub("", value).replace("\0", "").strip()


def mailboxes(value: str, charset: str | None = None) -> tuple[Mailbox, ...]:
    """Mailboxes of an address list; what holds no `@` is left out.

    Commas and, as Outlook writes them, semicolons part the list; both are data inside quotes, comments and angles.
    """
    found = [_mailbox(piece, charset) for piece in _pieces(value)]
    return tuple(box for box in found if box is not None)


def _pieces(value: str) -> list[str]:
    pieces: list[str] = []
    current: list[str] = []
    quoted = escaped = angled = False
    comment = 0
    # An opening mark that is never closed is a plain character, or it would swallow the rest of the list.
    closes_quote, closes_comment, closes_angle = value.rfind('"'), value.rfind(")"), value.rfind(">")
    for at, char in enumerate(value):
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or comment):
            escaped = True
        elif char == '"' and not comment and (quoted or at < closes_quote):
            quoted = not quoted
        elif not quoted and char == "(" and at < closes_comment:
            comment += 1
        elif not quoted and char == ")" and comment:
            comment -= 1
        elif not quoted and not comment:
            if char == "<" and at < closes_angle:
                angled = True
            elif char == ">":
                angled = False
            elif not angled and char == ":" and "@" not in "".join(current):
                current = []
                continue
            elif not angled and char in ",;":
                pieces.append("".join(current))
                current = []
                continue
        current.append(char)
    pieces.append("".join(current))
    return _rejoin_bare_commas(pieces)


def _rejoin_bare_commas(pieces: list[str]) -> list[str]:
    """Put an unquoted `Last, First <a@b>` together again: the words before the comma hold no address themselves."""
    joined: list[str] = []
    waiting = ""
    for piece in pieces:
        whole = f"{waiting},{piece}" if waiting else piece
        if "@" in piece:
            named = "<" in piece and piece.split("<", 1)[0].strip()
            joined.append(whole if named else piece)
            waiting = ""
        elif "=?" in piece:
            joined.append(piece)
            waiting = ""
        else:
            waiting = whole if piece.strip() and len(whole) <= _LONGEST_NAME else ""
    return joined


def _mailbox(piece: str, charset: str | None) -> Mailbox | None:
    if _WHOLE_IN_WORDS.search(piece):
        # The address too was written inside an encoded word, against RFC 2047 §5.
        piece = words.decoded(piece, charset)
    bare, comments = _without_comments(piece)
    opened = bare.rfind("<")
    if opened >= 0 and "@" in bare[opened:]:
        name, address = bare[:opened], bare[opened + 1 :].partition(">")[0]
    elif "@" in bare:
        name, address = "", bare
    elif "=?" in piece:
        whole = words.decoded(piece, charset)
        return _mailbox(whole, charset) if "=?" not in whole and "@" in whole else None
    else:
        return None
    cleaned = _clean_address(address)
    if cleaned is None:
        return None
    shown = _display_name(name, charset) or (words.decoded(comments[-1], charset) if comments else "")
    return Mailbox(shown, cleaned)


def _without_comments(piece: str) -> tuple[str, list[str]]:
    """The piece without its comments (RFC 5322 §3.2.2), and the comments' texts."""
    kept: list[str] = []
    comments: list[str] = []
    comment: list[str] = []
    depth = 0
    quoted = escaped = False
    closing = piece.rfind(")")
    for at, char in enumerate(piece):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
            if depth:
                continue
        elif char == '"' and not depth:
            quoted = not quoted
        elif char == "(" and not quoted and (depth or at < closing):
            depth += 1
            if depth == 1:
                continue
        elif char == ")" and depth:
            depth -= 1
            if not depth:
                comments.append("".join(comment).strip())
                comment = []
                continue
        (comment if depth else kept).append(char)
    return "".join(kept), [text for text in comments if text]


def _display_name(raw: str, charset: str | None) -> str:
    name = raw.strip().strip("<").strip()
    quoted = len(name) >= 2 and name[0] == name[-1] == '"' and not _UNESCAPED_QUOTE.search(name[1:-1])
    if quoted:
        return _WHITE.sub(" ", words.decoded(re.sub(r"\\(.)", r"\1", name[1:-1]), charset)).strip()
    decoded = words.decoded(name, charset).strip()
    # Several quoted pieces, or an encoded word between quotes: the quotes are the syntax's, not the name's.
    return _WHITE.sub(" ", decoded.replace('"', "")).strip()


def _clean_address(raw: str) -> str | None:
    address = words.utf8(raw.strip().strip("<>").strip())
    if address.startswith("@") and ":" in address:
        address = address.partition(":")[2]  # obsolete source route, RFC 5322 §4.4
    address = address.removeprefix("mailto:").strip().rstrip(".,;")
    local, at, domain = address.rpartition("@")
    if not local.startswith('"'):
        local, domain = _WHITE.sub("", local), _WHITE.sub("", domain)
    domain = domain.rstrip(".")
    whole = f"{local}{at}{domain}"
    return whole if local and domain and len(whole) <= _LONGEST_ADDRESS else None


def message_ids(value: str | None) -> tuple[str, ...]:
    """Ids of a References or In-Reply-To field without their brackets, in order, each once."""
    if not value:
        return ()
    found = [_WHITE.sub("", one) for one in _MESSAGE_ID.findall(_outside_comments(value))]
    if not found:
        found = [one.strip("<>,;") for one in value.split() if "@" in one]
    return tuple(dict.fromkeys(_short(words.utf8(one)) for one in found if one))


def _outside_comments(value: str) -> str:
    """A field of ids without its comments (RFC 5322 §3.2.2); a parenthesis within an id is none."""
    if "(" not in value:
        return value
    kept: list[str] = []
    depth = 0
    angled = False
    closing = value.rfind(")")
    for at, char in enumerate(value):
        if not depth and char in "<>":
            angled = char == "<"
        elif not angled and char == "(" and (depth or at < closing):
            depth += 1
        elif not angled and char == ")" and depth:
            depth -= 1
            continue
        if not depth:
            kept.append(char)
    return "".join(kept)


def message_id(value: str | None) -> str | None:
    """The id of a Message-ID field; one without brackets or without `@` is taken as it stands."""
    if not value or not value.strip():
        return None
    found = message_ids(value)
    return found[0] if found else _short(words.utf8(value.strip().strip("<>").split(" ")[0])) or None


def _short(identifier: str) -> str:
    return identifier.encode("utf-8")[:_LONGEST_ID_BYTES].decode("utf-8", "ignore")


def date(value: str | None) -> datetime | None:
    """The moment of a Date field; a zone that is unknown (`-0000`) counts as UTC. None when it is not a date."""
    if not value:
        return None
    text = " ".join(_without_comments(value)[0].encode("ascii", "ignore").decode("ascii").split())
    try:
        moment = datetime.fromisoformat(text) if _ISO_DATE.match(text) else parsedate_to_datetime(text)
        if 100 <= moment.year < 1000:
            moment = moment.replace(year=moment.year + 1900)  # RFC 5322 §4.3: three digits count from 1900
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
    # RFC 3339 has neither seconds in an offset nor offsets of a day.
    offset = moment.utcoffset()
    return moment.astimezone(UTC) if offset is not None and offset.total_seconds() % 60 else moment


def parameters(value: str | None, charset: str | None = None) -> tuple[str, dict[str, str]]:
    """The lower-case main value of a structured field and its parameters, RFC 2231 and RFC 2047 undone."""
    pieces = _parameter_pieces(value or "")
    if "=" in pieces[0] and "/" not in pieces[0]:
        pieces.insert(0, "")  # the main value was left out
    main = pieces[0].partition("(")[0].strip().lower()
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[bool, str]]] = {}
    for piece in pieces[1:]:
        key, _, raw = piece.partition("=")
        name, _, rest = key.strip().lower().partition("*")
        content = _unquoted(raw.strip())
        if rest or key.strip().endswith("*"):
            number = rest.rstrip("*")
            encoded = key.strip().endswith("*")
            extended.setdefault(name, {}).setdefault(int(number) if number.isdecimal() else 0, (encoded, content))
        elif name:
            plain.setdefault(name, words.decoded(content, charset))
    plain.update({name: _continued(parts, charset) for name, parts in extended.items()})
    return main, plain


def _parameter_pieces(value: str) -> list[str]:
    pieces: list[str] = []
    current: list[str] = []
    quoted = escaped = False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and quoted:
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            pieces.append("".join(current))
            current = []
            continue
        current.append(char)
    return [*pieces, "".join(current)]


def _unquoted(raw: str) -> str:
    if not raw.startswith('"'):
        return raw
    ended = _QUOTED_THEN_COMMENT.match(raw)
    return re.sub(r"\\([\\\"])", r"\1", ended.group(1) if ended else raw[1:].removesuffix('"'))


def _continued(parts: dict[int, tuple[bool, str]], charset: str | None) -> str:
    """Join the numbered pieces of one parameter (RFC 2231 §3, §4.1)."""
    declared = charset
    joined = b""
    for number in sorted(parts):
        encoded, content = parts[number]
        if encoded and number == min(parts) and content.count("'") >= 2:
            declared, _, content = content.split("'", 2)
        raw = content.encode("utf-8", "surrogateescape")
        joined += unquote_to_bytes(raw) if encoded else raw
    text = words.clean(charsets.decode(joined, declared)[0])
    # Some programs cut an encoded word into numbered sections, against RFC 2231 §4.
    return words.decoded(text, charset) if "=?" in text else text
