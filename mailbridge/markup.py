"""HTML bodies: read into a tree, quotes cut out, rendered to text, made safe to show.

Sanitising comes last and on its own copy, because it removes the classes by which quotes are known. Depth is limited
before both renderer and sanitiser, which take quadratic time or the stack on thousands of open elements.
"""

import html as entities
import re
from collections.abc import Iterator

import lxml.etree
import lxml.html
import nh3
from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

from mailbridge import attributions, unseen, words

MAX_HTML_DEPTH = 200
MAX_HTML_CHARACTERS = 4_000_000
# The renderer takes some 15 µs an element; beyond this the tags are only stripped.
MAX_RENDERED_ELEMENTS = 12_000
# A quote's place is kept by one quoted line, so that the answer below an attribution is not taken for the quote.
_QUOTE_PLACE = "> […]"

# From here on everything is the earlier message. Outlook on the web copies ids with `x_` before them when it quotes.
_REST_IDS = frozenset(
    (
        "appendonsend",  # Outlook on the web, mobile, new Outlook
        "divRplyFwdMsg",
        "mail-editor-reference-message-container",
        "ms-outlook-mobile-reference-message",
        "stopSpelling",  # Hotmail, Windows Live
        "zwchr",  # Zimbra
        "OLK_SRC_BODY_SECTION",  # Outlook 2011 for Mac
    )
)
_REST_MARKERS = frozenset(("__QUOTED_TEXT__", "__HEADERS__"))  # Zimbra 8.8 and later, in `data-marker`
_QUOTE_CLASSES = frozenset(
    (
        "protonmail_quote",  # Proton Mail
        "tutanota_quote",  # Tuta
        "yahoo_quoted",  # Yahoo Mail
        "moz-cite-prefix",  # Thunderbird: the attribution
        "zmail_extra",  # Zoho
        "freshdesk_quote",
        "front-blockquote",
        "hs_reply",  # HubSpot
        "isReplyContent",  # Titan
        "cloudHQ__gmail_quote",
    )
)
_QUOTE_IDS = frozenset(("reply-intro",))  # Roundcube: the attribution
_SIGNATURE_CLASSES = frozenset(
    ("gmail_signature", "gmail_signature_prefix", "moz-signature", "protonmail_signature_block", "tutanota_signature")
)
_SIGNATURE_IDS = frozenset(("ms-outlook-mobile-signature", "composer_signature"))

# Removed with all they hold; of other elements that are not allowed only the tags go.
_UNSHOWN_TAGS = {"script", "style", "title", "noscript", "template", "object", "iframe", "textarea", "select"}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\x00-\x20]", re.I)
_UNSHOWN = re.compile(r"<(?:script|style|title)\b[^<>]{0,500}>[^<]*", re.I)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]{0,200}>", re.I)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.I)
_BLANK_RUN = re.compile(r"[ \t\u00a0]{3,}")
_ENCODING_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")


def declared_charset(content: bytes) -> str | None:
    """The charset that a page's own meta element names, looked for where browsers do (HTML Standard §13.2.3.2)."""
    found = _META_CHARSET.search(content[:1024])
    return found.group(1).decode("ascii") if found else None


class Page:
    """A parsed HTML body. `too_deep` tells that its nesting exceeds what is rendered as it stands."""

    def __init__(self, source: str) -> None:
        self.source = _ENCODING_DECLARATION.sub("", source.replace("\0", ""))[:MAX_HTML_CHARACTERS]
        self.too_deep = _nesting(self.source) > MAX_HTML_DEPTH

    def texts(self) -> tuple[str, str]:
        """The whole body as text, and the same without what its elements mark as quoted (`quoting` does the rest) or
        hide."""
        tree = self._tree()
        if tree is None:
            stripped = _stripped(self.source)
            return stripped, stripped
        whole = _rendered(tree, self.source)
        cut = [_cut_quotes(tree), unseen.drop(tree)]
        return whole, _rendered(tree, self.source) if any(cut) else whole

    def safe(self) -> str:
        """The body safe to show: no script, handler, frame, form, style, foreign scheme or remote picture (R-170)."""
        if self.too_deep:
            return f"<pre>{entities.escape(_stripped(self.source))}</pre>"
        cleaned: str = nh3.clean(
            self.source, clean_content_tags=_UNSHOWN_TAGS, url_schemes=_SCHEMES, attribute_filter=_attribute
        )
        return words.clean(cleaned)

    def _tree(self) -> lxml.html.HtmlElement | None:
        if self.too_deep or self.source.count("<") > 2 * MAX_RENDERED_ELEMENTS:
            return None
        return _tree(self.source)


def _rendered(tree: lxml.html.HtmlElement, source: str) -> str:
    try:
        rendered = Inscriptis(tree, ParserConfig(css=CSS_PROFILES["strict"].copy())).get_text()
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError, KeyError):
        return _stripped(source)
    return _tidy(rendered)


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Pictures are shown only from the message itself: a remote one tells its sender that it was read.

    A link without a scheme would lead to a page of ours.
    """
    if name in ("href", "cite"):
        return value if _LINK.match(value) else None
    if tag == "img" and name == "src":
        return value if value.strip().lower().startswith("cid:") else None
    return value


def _nesting(source: str) -> int:
    """Deepest nesting that the tags can reach, counting every element that is not known to be empty."""
    deepest = depth = 0
    for tag in re.finditer(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})", source):
        if tag.group(2).lower() in _VOID:
            continue
        depth = max(0, depth - 1) if tag.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest if deepest > MAX_HTML_DEPTH else 0


# Elements without content, and those whose end tag is commonly left out (HTML Standard §13.1.2).
_VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"),
        *("p", "li", "td", "th", "tr", "option", "dd", "dt", "o:p"),
    )
)


def _tree(source: str) -> lxml.html.HtmlElement | None:
    if not source.strip():
        return None
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return None


def _tidy(rendered: str) -> str:
    lines = [_BLANK_RUN.sub("  ", line).strip() for line in rendered.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _stripped(source: str) -> str:
    """Text of a page that no renderer should meet: tags away, entities resolved."""
    shown = _BREAK.sub("\n", _UNSHOWN.sub("", source))
    return _tidy(entities.unescape(_TAG.sub(" ", shown)))


def _cut_quotes(tree: lxml.html.HtmlElement) -> bool:
    """Cut what the elements mark as quote or signature; False when nothing was marked."""
    changed = False
    for element in list(tree.iter("blockquote", "div", "span", "hr", "p")):
        if _begins_rest(element):
            _drop_following(element)
            _replace(element, "")
        elif _is_signature(element):
            _replace(element, "")
        elif _is_quote(element):
            _replace(element, _QUOTE_PLACE)
        else:
            continue
        changed = True
    return changed


def _classes(element: lxml.html.HtmlElement) -> frozenset[str]:
    return frozenset((element.get("class") or "").split())


def _own_id(element: lxml.html.HtmlElement) -> str:
    identifier = element.get("id") or ""
    while identifier.startswith("x_"):
        identifier = identifier[2:]
    return identifier


def _begins_rest(element: lxml.html.HtmlElement) -> bool:
    return _own_id(element) in _REST_IDS or element.get("data-marker") in _REST_MARKERS


def _is_signature(element: lxml.html.HtmlElement) -> bool:
    return bool(_classes(element) & _SIGNATURE_CLASSES) or _own_id(element) in _SIGNATURE_IDS


def _is_quote(element: lxml.html.HtmlElement) -> bool:
    classes = _classes(element)
    if element.tag == "blockquote":
        marked = element.get("type") == "cite" or bool(classes & (_QUOTE_CLASSES | {"gmail_quote"}))
        return marked or attributions.is_attribution(_text_before(element), over_a_quote=True)
    if element.tag == "div" and element.get("name") == "quote":
        return True  # GMX, web.de
    # Gmail's container also holds forwarded messages and answers written below; only its marked children are cut.
    return bool(classes & _QUOTE_CLASSES) or _own_id(element) in _QUOTE_IDS


def _text_before(element: lxml.html.HtmlElement) -> str:
    """The last few words before an element, from its nearest neighbours."""
    for neighbour in _preceding(element):
        text = neighbour if isinstance(neighbour, str) else str(neighbour.text_content())
        if text.strip():
            return str(text).strip().split("\n")[-1][-300:]
    return ""


def _preceding(element: lxml.html.HtmlElement) -> Iterator[str | lxml.html.HtmlElement]:
    sibling = element.getprevious()
    for _ in range(3):
        if sibling is None:
            break
        yield sibling.tail or ""
        yield sibling
        sibling = sibling.getprevious()
    parent = element.getparent()
    if parent is not None and sibling is None:
        yield parent.text or ""


def _drop_following(element: lxml.html.HtmlElement) -> None:
    element.tail = None
    for sibling in list(element.itersiblings()):
        sibling.getparent().remove(sibling)


def _replace(element: lxml.html.HtmlElement, text: str) -> None:
    parent = element.getparent()
    if parent is None:
        return
    place = lxml.html.Element("div")
    place.text = text or None
    place.tail = element.tail
    parent.replace(element, place)
