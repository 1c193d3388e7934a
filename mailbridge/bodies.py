"""What of a message is text to read, what is HTML to show and what is a file.

One walk over the parts in order. multipart/alternative shows one of its members (RFC 2046 §5.1.4), everything else
shows all its inline texts; a named or attached text is a file.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mailbridge import attachments, charsets, flowed, markup, parts, smime, words
from mailbridge.values import Attachment, Crypto

_ENRICHED = ("text/enriched", "text/richtext")
_SHOWN = ("text/plain", "text/html", "text/markdown", "text/x-markdown", *_ENRICHED)
# The same text once more for one program: Gmail's AMP, Apple's watch.
_OTHER_FORMS = ("text/x-amp-html", "text/watch-html")
_ENRICHED_PARAMETER = re.compile(r"<param>[^<>]{0,200}</param>", re.I)
_ENRICHED_COMMAND = re.compile(r"</?[a-zA-Z0-9-]{1,60}>")
_PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"
_PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SMIME_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURE_PROTOCOLS: dict[str, Crypto] = {
    "application/pkcs7-signature": "smime-signed",
    "application/x-pkcs7-signature": "smime-signed",
    "application/pgp-signature": "pgp-signed",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One shown text. `own` is the same without the quotes that HTML marks; equal to `text` for plain text."""

    text: str
    own: str


@dataclass(frozen=True, slots=True)
class Body:
    """What a part and all below it give.

    `html` holds sanitised bodies, `crypto` is the outermost layer; `spare` is a text that counts only when the message
    has no other (Outlook's copy inside winmail.dat), with its own HTML. `others` are the texts of the forms that were
    not taken where one text has several.
    """

    pieces: tuple[Piece, ...] = ()
    html: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()
    defects: tuple[str, ...] = ()
    crypto: Crypto = "none"
    plain: bool = False
    spare: tuple[tuple[Piece, tuple[str, ...]], ...] = ()
    others: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        """The contract's `text`."""
        return _joined(piece.text for piece in self.pieces)

    @property
    def own_text(self) -> str:
        """The text on which `quoting` works."""
        return _joined(piece.own for piece in self.pieces)

    @property
    def other_text(self) -> str:
        """What the forms say that were not taken: readers who take them read this."""
        return _joined(piece.own for piece in self.others)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text.strip())


def of_message(root: parts.Part) -> Body:
    """The body of a whole message; `winmail.dat` and opaque signatures are opened."""
    body = _walk(root, "", named_too=False)
    if not body.text.strip():
        body = _with_any_text(root, body)
    if body.crypto == "none":
        body = replace(body, crypto=_inline_crypto(body.text))
    return body


def _with_any_text(root: parts.Part, body: Body) -> Body:
    """A message without a text: Outlook's copy, else a text part that is named but not attached is the text."""
    if body.spare:
        piece, html = body.spare[0]
        return replace(body, pieces=(piece,), html=body.html or html)
    again = _walk(root, "", named_too=True)
    return again if again.text.strip() else body


def _walk(part: parts.Part, container: str, named_too: bool) -> Body:
    if not part.children:
        return _with_defects(_leaf(part, container, named_too), part.defects)
    below = [_walk(child, part.content_type, named_too) for child in part.children]
    kept = _alternative(below) if part.content_type == "multipart/alternative" else below
    layers: list[Crypto] = [_container_crypto(part), *(one.crypto for one in below)]
    crypto: Crypto = next((one for one in layers if one != "none"), "none")
    body = Body(
        tuple(piece for one in kept for piece in one.pieces),
        tuple(page for one in below for page in one.html),
        tuple(file for one in below for file in one.files),
        tuple(word for one in below for word in one.defects),
        crypto,
        any(one.plain for one in kept),
        tuple(spare for one in below for spare in one.spare),
        tuple(piece for one in below for piece in (one.others if one in kept else (*one.pieces, *one.others))),
    )
    return _with_defects(body, part.defects)


def _with_defects(body: Body, defects: tuple[str, ...]) -> Body:
    return replace(body, defects=(*defects, *body.defects)) if defects else body


def _alternative(bodies: list[Body]) -> list[Body]:
    """Of several forms of one text the plain one, unless it is blank; else the last that has any (the richest)."""
    written = [one for one in bodies if one.text.strip()]
    chosen = next((one for one in written if one.plain), None) or (written[-1] if written else None)
    return [chosen] if chosen else []


def _container_crypto(part: parts.Part) -> Crypto:
    if part.content_type == "multipart/encrypted":
        return "pgp-encrypted"
    if part.content_type != "multipart/signed":
        return "none"
    protocol = part.parameters.get("protocol", "").lower()
    if protocol in _SIGNATURE_PROTOCOLS:
        return _SIGNATURE_PROTOCOLS[protocol]
    kinds = (_SIGNATURE_PROTOCOLS.get(child.content_type) for child in part.children)
    return next((kind for kind in kinds if kind), "none")


def _leaf(part: parts.Part, container: str, named_too: bool) -> Body:
    if part.content_type in _OTHER_FORMS and container == "multipart/alternative":
        return Body()
    if _is_shown(part, named_too or container == ""):
        return _shown(part)
    file, defects = attachments.of_leaf(part, container)
    if part.content_type in _SMIME_TYPES or (file.filename or "").lower().endswith(".p7m"):
        return _smime(part, file, defects)
    if attachments.is_tnef(part):
        return _tnef(file, defects)
    return Body(files=(file,), defects=defects)


def _tnef(file: Attachment, defects: tuple[str, ...]) -> Body:
    packed = attachments.unpacked_tnef(file.content)
    if packed is None:
        return Body(files=(file,), defects=(*defects, "bad-tnef"))
    page = markup.Page(packed.html) if packed.html.strip() else None
    html = (page.safe(),) if page else ()
    if packed.text.strip():
        return Body(files=packed.members, defects=defects, spare=((Piece(packed.text, packed.text), html),))
    spare = ((Piece(*page.texts()), html),) if page else ()
    return Body(files=packed.members, defects=defects, spare=spare)


def _is_shown(part: parts.Part, named_too: bool) -> bool:
    if part.content_type not in _SHOWN or part.disposition == "attachment":
        return False
    return part.filename is None or named_too


def _shown(part: parts.Part) -> Body:
    content, transfer_defect = parts.transfer_decoded(part.fields, part.encoded)
    text, charset_defect = charsets.decode(content, part.charset)
    text = words.clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    defects = tuple(word for word in (transfer_defect, charset_defect) if word)
    if part.content_type == "text/html":
        page = markup.Page(_declared_inside(content, part.charset) or text)
        if page.too_deep:
            defects = (*defects, "html-too-deep")
        piece = Piece(*page.texts())
        return Body((piece,), (page.safe(),), (), defects)
    if part.content_type in _ENRICHED:
        text = _without_commands(text)
    if part.parameters.get("format", "").lower() == "flowed":
        text = flowed.unwrapped(text, part.parameters.get("delsp", "").lower() == "yes")
    text, files = attachments.without_uuencoded(text)
    return Body((Piece(text, text),), (), files, defects, plain=True)


def _without_commands(text: str) -> str:
    """text/enriched without its commands (RFC 1896): `<<` is a `<`, a lone line end a space, n of them are n - 1."""
    bare = _ENRICHED_COMMAND.sub("", _ENRICHED_PARAMETER.sub("", text).replace("<<", "\0")).replace("\0", "<")
    return re.sub(r"\n+", lambda ends: "\n" * (len(ends.group()) - 1) or " ", bare)


def _declared_inside(content: bytes, declared: str | None) -> str | None:
    """The page decoded by its own meta element when the part's header names no charset and it is not UTF-8."""
    if declared:
        return None
    inside = markup.declared_charset(content)
    if inside is None or charsets.known(inside) is None:
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return words.clean(charsets.decode(content, inside)[0])
    return None


def _smime(part: parts.Part, file: Attachment, defects: tuple[str, ...]) -> Body:
    """Opaque signatures are read through (RFC 8551 §3.5.2); what is encrypted stays a file."""
    inner = smime.signed_content(file.content)
    if inner is not None:
        body = _walk(parts.tree(inner), "", named_too=False)
        return replace(body, crypto="smime-signed", defects=(*defects, *body.defects))
    label = part.parameters.get("smime-type", "").lower()
    if label in ("enveloped-data", "authenveloped-data") or smime.is_encrypted(file.content):
        return Body(files=(file,), defects=defects, crypto="smime-encrypted")
    if label == "signed-data":
        return Body(files=(file,), defects=(*defects, "bad-smime"), crypto="smime-signed")
    return Body(files=(file,), defects=defects)


def _inline_crypto(text: str) -> Crypto:
    lines = {line.strip() for line in text.split("\n") if line.startswith("-----BEGIN PGP")}
    if _PGP_MESSAGE in lines:
        return "pgp-encrypted"
    return "pgp-signed" if _PGP_SIGNED in lines else "none"


def without_armour(text: str) -> str:
    """The text of an inline OpenPGP clear-signed message without its armour (RFC 9580 §7); other texts unchanged."""
    before, opening, rest = text.partition(_PGP_SIGNED + "\n")
    if not opening or before.strip():
        return text
    signed = rest.partition("\n-----BEGIN PGP SIGNATURE-----")[0]
    _, _, content = signed.partition("\n\n")
    return "\n".join(line.removeprefix("- ") for line in content.split("\n"))
