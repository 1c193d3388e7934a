"""The beginning of the text of a PDF or a DOCX, so that a file can be known by what it says.

Runs in a reading process of its own (`filewords`): a file may be hostile. One that cannot be read has no words.
"""

import io
import logging
import zipfile

from lxml import etree

from mailbridge.words import clean

try:
    import pypdf
except ImportError:  # an extra: without it files are known by their names alone
    pypdf = None

LONGEST = 20_000
PAGE_BREAK = "\f"
PAGES = 5
LONGEST_XML = 4 * 1024 * 1024
WORD_TEXT = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BREAKS = {f"{_W}p": "\n", f"{_W}br": "\n", f"{_W}tab": " ", f"{_W}lastRenderedPageBreak": PAGE_BREAK}

# The library reports every oddity of a file on the log; they are no events of ours.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def words(content: bytes) -> str:
    """The first 20,000 characters of the text (of a PDF at most 5 pages), a form feed between two pages; "" for a scan,
    and for a file that is encrypted, broken or no paper at all."""
    try:
        found = _of_docx(content) if content.startswith(b"PK") else _of_pdf(content)
    except Exception:  # whatever a foreign file makes its reader raise: it has no words for us
        return ""
    pages = (clean("\n".join(filter(None, map(_one_blank, page.splitlines())))) for page in found.split(PAGE_BREAK))
    return PAGE_BREAK.join(pages).strip()[:LONGEST]


def _one_blank(line: str) -> str:
    return " ".join(line.split())


def _of_pdf(content: bytes) -> str:
    if pypdf is None:
        return ""
    reader = pypdf.PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        return ""
    pieces: list[str] = []
    for number in range(min(PAGES, len(reader.pages))):
        pieces.append(reader.pages[number].extract_text())
        if sum(map(len, pieces)) >= LONGEST:
            break
    return PAGE_BREAK.join(piece.replace(PAGE_BREAK, "\n") for piece in pieces)


def _of_docx(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(WORD_TEXT) as member:
        beginning = member.read(LONGEST_XML)
    # A text that is longer than what is read of it ends in the middle of an element: `recover` keeps what came before.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    root = etree.fromstring(beginning, parser)
    if root is None:
        return ""
    return "".join(_said(node) for node in root.iter(etree.Element))


def _said(node: etree._Element) -> str:
    """What an element of the text adds: a run of letters, or a break before what follows."""
    if node.tag == f"{_W}t":
        return node.text or ""
    if node.tag == f"{_W}br" and node.get(f"{_W}type") == "page":
        return PAGE_BREAK
    return _BREAKS.get(str(node.tag), "")
