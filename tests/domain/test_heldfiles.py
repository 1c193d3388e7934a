"""Which files are set apart because opening them may do harm (R-170)."""

import io
import random
import zipfile

import pytest

from helpdesk.domain.heldfiles import LARGEST_LISTING, WHAT, danger_of

PDF = b"%PDF-1.7\n1 0 obj\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def archive(*names: str) -> bytes:
    """A ZIP with empty members of these names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name in names:
            opened.writestr(name, b"")
    return made.getvalue()


WORD = ("[Content_Types].xml", "word/document.xml", "word/media/image1.svg")
TEXT_DOCUMENT = ("mimetype", "content.xml", "META-INF/manifest.xml")


@pytest.mark.parametrize(
    ("name", "danger"),
    [
        ("Instalador.EXE", "program"),
        ("aviso.com ", "program"),
        ("aplicacion.jar", "program"),
        ("macro.vbs.", "script"),
        ("pagina.php", "script"),
        (".htaccess", "script"),
        (".user.ini", "script"),
        ("Formulario.xlsm", "macros"),
        ("factura.html", "web_page"),
        ("logo.svg", "web_page"),
        ("Carpeta compartida.lnk", "shortcut"),
        ("disco.iso", "disk_image"),
        ("factura.pdf.exe", "disguised"),
        ("informe.docx .js", "disguised"),
        ("foto.php.jpg", "disguised"),
    ],
)
def test_a_name_tells_what_a_file_would_do(name: str, danger: str) -> None:
    assert danger_of(name, PDF) == danger


@pytest.mark.parametrize(
    ("content", "danger"),
    [
        (b"MZ\x90\x00\x03\x00", "program"),
        (b"\x7fELF\x02\x01", "program"),
        (b"\xca\xfe\xba\xbe\x00\x00", "program"),
        (b"#!/bin/sh\nrm -r ~\n", "script"),
        (b"<?php system($_GET[1]);", "script"),
        (b"\xef\xbb\xbf  \r\n<!DOCTYPE html><p>Hola", "web_page"),
        ("\ufeff<html>".encode("utf-16-le"), "web_page"),
        (b'<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg">', "web_page"),
        (b"[InternetShortcut]\r\nURL=http://x.example\r\n", "shortcut"),
        (b"\x4c\x00\x00\x00\x01\x14\x02\x00\x00", "shortcut"),
        (OLE + b"\x00" * 600 + "_VBA_PROJECT".encode("utf-16-le"), "macros"),
        (b"\x00" * 32_769 + b"CD001", "disk_image"),
        (archive("[Content_Types].xml", "word/vbaProject.bin"), "macros"),
        (archive(*TEXT_DOCUMENT, "Basic/Standard/Module1.xml"), "macros"),
        (archive("papeles/Oficio.pdf", "papeles/factura.exe"), "archive"),
        (archive("otro.zip"), "archive"),
    ],
)
def test_the_bytes_tell_it_under_the_name_of_a_paper(content: bytes, danger: str) -> None:
    assert danger_of("Oficio 12.pdf", content) == danger


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Oficio 12.pdf", PDF),
        ("www.ministerio-ejemplo.com.pdf", PDF),
        ("Manual de Node.js.pdf", PDF),
        ("Cédula", b"\xff\xd8\xff\xe0"),
        ("factura electronica.xml", b'<?xml version="1.0" encoding="UTF-8"?><autorizacion><estado>AUTORIZADO'),
        ("direcciones.txt", b"MZ 4 Lote 12, Urbanizaci\xc3\xb3n Ejemplo"),
        ("lista.csv", b"<sin nombre>;[pendiente]"),
        ("Memorando.doc", OLE + b"\x00" * 600),
        ("Memorando.docx", archive(*WORD)),
        ("Oficio.odt", archive(*TEXT_DOCUMENT)),
        ("requisitos.zip", archive("Oficio.pdf", "RUC.pdf", "fotos/1.jpg")),
        ("cortado.zip", archive("Oficio.exe")[:-5]),
        ("vacio.pdf", b""),
        ("correo.eml", b"From: Ana <ana@x.example>\r\n\r\nHola <html>"),
    ],
)
def test_what_offices_send_each_other_passes(name: str, content: bytes) -> None:
    assert danger_of(name, content) == ""


def test_an_archive_whose_list_is_too_long_is_not_read() -> None:
    names = (f"{number:0>200}.pdf" for number in range(LARGEST_LISTING // 240))
    assert danger_of("mucho.zip", archive(*names)) == "archive"


def test_torn_bytes_have_no_danger_and_break_nothing() -> None:
    whole = archive(*WORD, "papeles/factura.exe")
    dice = random.Random(170)
    for _ in range(400):
        torn = bytearray(whole)
        for _ in range(dice.randrange(1, 8)):
            torn[dice.randrange(4, len(torn))] = dice.randrange(256)
        assert danger_of("algo.zip", bytes(torn[: dice.randrange(4, len(torn))])) in ("", *WHAT)
        assert danger_of("algo.zip", bytes(torn)) in ("", *WHAT)
