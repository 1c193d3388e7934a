"""Which files are set apart because opening them may do harm (R-170): programs, scripts, documents with macros, web
pages, shortcuts, images of disks, names that pretend to be another kind, and archives that hold one of these.

A name tells it, or the bytes: a program that calls itself a PDF begins like a program all the same. What a file is
worth is not judged, and no scanner is replaced: an old archive in another format than ZIP passes.
"""

import io
import struct
import zipfile
from dataclasses import dataclass
from typing import Literal

Danger = Literal["", "program", "script", "macros", "web_page", "shortcut", "disk_image", "disguised", "archive"]
Quiet: Danger = ""

PAPER = "Envíe el documento en PDF o como imagen (JPG o PNG)"
WHAT: dict[str, str] = {
    "program": "es un programa",
    "script": "contiene órdenes que un equipo ejecutaría",
    "macros": "es un documento con macros",
    "web_page": "es una página web o un dibujo que puede llevar programas",
    "shortcut": "es un acceso directo",
    "disk_image": "es la imagen de un disco",
    "disguised": "su nombre aparenta ser de otra clase de archivo",
    "archive": "es un archivo comprimido que guarda archivos de una clase que no se acepta, o que no se puede revisar",
}
HOW: dict[str, str] = {
    "macros": "Guárdelo sin macros (DOCX, XLSX o PDF) y envíelo de nuevo",
    "archive": "Envíe los documentos sueltos, en PDF o como imagen (JPG o PNG)",
}

_PROGRAMS = (
    "exe com scr pif cpl dll sys drv ocx msi msp mst msix appx apk jar war class deb rpm dmg pkg app"
    " so dylib ko elf xll gadget"
)
_SCRIPTS = (
    "bat cmd ps1 psm1 psd1 vb vbs vbe js jse mjs ws wsf wsh wsc sct hta chm hlp py pyc pyw pyz wsgi pl rb sh bash"
    " csh ksh php php3 php4 php5 php7 phtml pht phar asp aspx ashx jsp jspx cgi reg inf msc"
)
_EXTENSIONS: dict[str, Danger] = {
    **dict.fromkeys(_PROGRAMS.split(), "program"),
    **dict.fromkeys(_SCRIPTS.split(), "script"),
    **dict.fromkeys("docm dotm xlsm xltm xlam pptm potm ppsm ppam sldm accde mde".split(), "macros"),
    **dict.fromkeys("html htm xhtml xht shtml mht mhtml svg svgz".split(), "web_page"),
    **dict.fromkeys("lnk url desktop webloc scf website".split(), "shortcut"),
    **dict.fromkeys("library-ms search-ms settingcontent-ms appref-ms".split(), "shortcut"),
    **dict.fromkeys("iso img vhd vhdx udf".split(), "disk_image"),
}  # fmt: skip
# A mail loses the first dot of such a name.
_OF_SERVERS = frozenset(("htaccess", "htpasswd", "user.ini"))
_DOCUMENTS = frozenset("pdf doc docx xls xlsx ppt pptx odt ods odp rtf txt csv jpg jpeg png gif tif tiff zip".split())
# Before the last dot only what is no word of a name: «empresa.com.pdf» and «Node.js.pdf» are papers.
_INNER = frozenset(
    "exe scr pif bat cmd vbs vbe jse ps1 php phtml phar pht jsp jspx asp aspx cgi hta lnk msi jar".split()
)

_BEGINNINGS: tuple[tuple[bytes, Danger], ...] = (
    (b"\x7fELF", "program"),
    (b"\xfe\xed\xfa\xce", "program"),
    (b"\xfe\xed\xfa\xcf", "program"),
    (b"\xce\xfa\xed\xfe", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"#!", "script"),
    (b"ITSF", "script"),
    (b"\x4c\x00\x00\x00\x01\x14\x02\x00", "shortcut"),
)
_WORDS: tuple[tuple[bytes, Danger], ...] = (
    (b"<?php", "script"),
    (b"<html", "web_page"),
    (b"<!doctype html", "web_page"),
    (b"<svg", "web_page"),
    (b"<!doctype svg", "web_page"),
    (b"<script", "web_page"),
    (b"[internetshortcut]", "shortcut"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_DISK = (b"CD001", 32_769)
_BEGINNING = 1024

_END = struct.Struct("<4s4H2LH")
_END_SIGN = b"PK\x05\x06"
_LONGEST_END = 65_535 + _END.size
LARGEST_LISTING = 2 * 1024 * 1024
"""Bytes of the list of members of an archive: a longer one is not read, and the archive set apart."""


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that was set apart, by its name and kind of danger."""

    filename: str
    danger: str

    @property
    def why(self) -> str:
        """The reason, to stand after a colon."""
        return WHAT.get(self.danger, "puede ser peligroso")

    @property
    def instead(self) -> str:
        """How to send it, a sentence without its stop."""
        return HOW.get(self.danger, PAPER)


def danger_of(filename: str, content: bytes) -> Danger:
    """Why a file is set apart; "" for one that is not."""
    return _by_name(filename) or _by_bytes(content) or _by_members(content)


def _by_name(filename: str) -> Danger:
    name = filename.strip(" .").rpartition("/")[2].rpartition("\\")[2].lower()
    if name.strip(".") in _OF_SERVERS:
        return "script"
    before, last = _last_two(name)
    found = _EXTENSIONS.get(last, Quiet)
    if found and before in _DOCUMENTS:
        return "disguised"
    return found or ("disguised" if before in _INNER else Quiet)


def _last_two(name: str) -> tuple[str, str]:
    """The last two extensions, "" where there is none."""
    parts = [part.strip() for part in name.split(".")][1:]
    return (parts[-2] if len(parts) > 1 else "", parts[-1] if parts else "")


def _by_bytes(content: bytes) -> Danger:
    beginning = content[:_BEGINNING]
    # «MZ 4 Lote 12» is how an address begins: a program goes on with what is no text.
    if beginning.startswith(b"MZ") and b"\0" in beginning[:64]:
        return "program"
    for sign, danger in _BEGINNINGS:
        if beginning.startswith(sign):
            return danger
    if content.startswith(_OLE):
        return "macros" if _OLE_MACROS in content else Quiet
    if content[_DISK[1] : _DISK[1] + len(_DISK[0])] == _DISK[0]:
        return "disk_image"
    return _by_words(beginning)


def _by_words(beginning: bytes) -> Danger:
    """What a text is that begins with a mark; its marks may be of two bytes each."""
    text = beginning.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if not text.startswith((b"<", b"[")):
        return Quiet
    return next((danger for sign, danger in _WORDS if sign in text), Quiet)


def _by_members(content: bytes) -> Danger:
    """What an archive holds, by the names in its list; office documents are archives with parts of their own."""
    if not content.startswith(b"PK"):
        return Quiet
    if _listing_size(content) > LARGEST_LISTING:
        return "archive"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        return Quiet
    if any(name.endswith("vbaproject.bin") for name in names):
        return "macros"
    if "[content_types].xml" in names:
        return Quiet
    if "mimetype" in names and "meta-inf/manifest.xml" in names:
        return "macros" if any(name.startswith(("basic/", "scripts/")) for name in names) else Quiet
    return "archive" if any(_by_name(name) or name.endswith(".zip") for name in names) else Quiet


def _listing_size(content: bytes) -> int:
    """How many bytes the list of an archive's members takes by its own word; 0 where it has no end."""
    at = content.rfind(_END_SIGN, max(0, len(content) - _LONGEST_END))
    if at < 0 or at + _END.size > len(content):
        return 0
    size: int = _END.unpack_from(content, at)[5]
    return size
