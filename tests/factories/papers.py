"""Papers as people send them, as bytes: PDF files with and without text, DOCX files, and hostile ones."""

import io
import zipfile
import zlib
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*pages: str, compressed: bool = False) -> bytes:
    """A PDF with a page for each text, its lines one below the other. An empty text gives a page without a layer."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    first = 4
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    streams: dict[int, bytes] = {}
    for number, text in enumerate(pages):
        at = first + 2 * number
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {at + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        streams[at + 1] = zlib.compress(_drawn(text)) if compressed else _drawn(text)
        packed = " /Filter /FlateDecode" if compressed else ""
        objects.append(f"<< /Length {len(streams[at + 1])}{packed} >>")
    return _file(objects, streams)


def encrypted_pdf() -> bytes:
    """A PDF that asks for a password before it shows anything."""
    plain = pdf("ACUERDO DE CONFIDENCIALIDAD")
    key = "00" * 32
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{key}> /U <{key}> /P -4 >> /ID [<{key}> <{key}>]"
    return plain.replace(b"/Root 1 0 R", f"/Root 1 0 R {lock}".encode())


def bomb_pdf(megabytes: int = 400) -> bytes:
    """A PDF whose one page is a small stream that unpacks to megabytes."""
    packer = zlib.compressobj(9)
    zeros = b" " * 1024 * 1024
    packed = b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()
    body = pdf("x", compressed=True)
    begin, end = body.index(b"stream\n") + 7, body.index(b"\nendstream")
    return body[:begin] + packed + body[end:]


def endless_pdf() -> bytes:
    """A PDF whose page writes letters for minutes."""
    return pdf("\n".join(["(no termina nunca)"] * 400_000), compressed=True)


def circular_pdf() -> bytes:
    """A PDF whose tree of pages holds itself."""
    return pdf("x").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")


def docx(*lines: str, more: str = "") -> bytes:
    """A DOCX with these paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    return docx_of(f'{more}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')


def docx_of(xml: str) -> bytes:
    """A DOCX whose text is that XML."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", xml)
    return packed.getvalue()


def _drawn(text: str) -> bytes:
    lines = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in text.splitlines()]
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    return f"BT /F1 12 Tf 14 TL 50 780 Td {shown} ET".encode("cp1252", "replace") if lines else b""


def _file(objects: list[str], streams: dict[int, bytes]) -> bytes:
    written = io.BytesIO()
    written.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(written.tell())
        written.write(f"{number} 0 obj\n{body}\n".encode())
        if number in streams:
            written.write(b"stream\n" + streams[number] + b"\nendstream\n")
        written.write(b"endobj\n")
    table = written.tell()
    written.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    written.write("".join(f"{place:010} 00000 n \n" for place in places).encode())
    written.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode())
    return written.getvalue()
