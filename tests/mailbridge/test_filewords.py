"""The text of the files that come with a message."""

from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from helpdesk.db import transaction
from helpdesk.models.messages import Attachment
from mailbridge import papers
from mailbridge.filewords import FileWords
from tests.factories.papers import bomb_pdf, circular_pdf, docx, docx_of, encrypted_pdf, endless_pdf, pdf
from tests.mailhouse import ANA, House

ENTITIES = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "bbbbbbbbbb">]>'


@pytest.fixture(scope="module")
def reader() -> Iterator[FileWords]:
    """The reading process for papers."""
    made = FileWords()
    yield made
    made.close()


def test_the_text_of_a_pdf_is_read_line_by_line() -> None:
    content = pdf("FORMULARIO F.SI.AS.01-GAD\nAcción  de personal", "Segunda página")
    assert papers.words(content) == "FORMULARIO F.SI.AS.01-GAD\nAcción de personal\fSegunda página"


def test_of_a_long_pdf_five_pages_are_read() -> None:
    said = papers.words(pdf(*(f"Hoja {number}" for number in range(1, 9)), compressed=True))
    assert "Hoja 5" in said
    assert "Hoja 6" not in said


def test_of_a_wordy_file_twenty_thousand_characters_are_kept() -> None:
    assert len(papers.words(docx(*["palabra " * 20] * 1000))) == 20_000


def test_the_text_of_a_docx_is_read_paragraph_by_paragraph() -> None:
    assert papers.words(docx("ACUERDO DE RESPONSABILIDAD", "Señor & señora")).splitlines() == [
        "ACUERDO DE RESPONSABILIDAD",
        "Señor & señora",
    ]


def test_a_docx_reads_no_entity_of_its_own() -> None:
    hostile = docx_of(f"{ENTITIES}<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"
                      "<w:p><w:t>antes</w:t><w:t>&a;&b;</w:t></w:p></w:document>")  # fmt: skip
    said = papers.words(hostile)
    assert "root:" not in said
    assert "bbbb" not in said


def test_a_docx_that_unpacks_to_a_gigabyte_is_read_as_far_as_its_beginning() -> None:
    said = papers.words(docx("El principio", *["0" * 1_000_000] * 60))
    assert said.startswith("El principio\n0000")
    assert len(said) == 20_000


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pdf(""), id="a scan without a layer of text"),
        pytest.param(encrypted_pdf(), id="one that asks for a password"),
        pytest.param(pdf("Acuerdo")[:200], id="one that was cut off"),
        pytest.param(b"%PDF-1.7\n" + bytes(range(256)) * 40, id="one that is noise"),
        pytest.param(circular_pdf(), id="one whose pages hold themselves"),
        pytest.param(docx("Acuerdo")[:-60], id="an archive that was cut off"),
        pytest.param(b"PK\x03\x04 word/document.xml", id="an archive that is none"),
        pytest.param(docx_of(""), id="a docx without text"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_file_that_cannot_be_read_has_no_words(content: bytes, reader: FileWords) -> None:
    assert papers.words(content) == ""
    assert reader.of((content,)) == ("",)


@pytest.mark.parametrize("hostile", [bomb_pdf, endless_pdf])
def test_a_file_that_explodes_or_never_ends_has_no_words_and_the_next_is_read(
    reader: FileWords, hostile: Callable[[], bytes]
) -> None:
    assert reader.of((hostile(),)) == ("",)
    assert reader.of((pdf("Contrato de comodato"),)) == ("Contrato de comodato",)


def test_a_file_that_kills_its_reader_costs_its_words_and_nothing_else() -> None:
    reader = FileWords(reader="tests.mailbridge.hostile:parse", seconds=0.3)
    try:
        assert reader.of((b"%PDF-1.4 CRASH", b"%PDF-1.4 HANG", b"%PDF-1.4 EAT MEMORY")) == ("", "", "")
    finally:
        reader.close()


def test_without_the_library_a_pdf_has_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "pypdf", None)
    assert papers.words(pdf("Acuerdo")) == ""
    assert papers.words(docx("Acuerdo")) == "Acuerdo"


def test_a_message_without_papers_starts_no_reading_process(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = FileWords()
    monkeypatch.setattr("subprocess.Popen", None)
    assert reader.of((b"\x89PNG", b"PK\x03\x04 xl/workbook.xml", b"")) == ("", "", "")


def test_the_words_of_a_file_are_kept_with_it(house: House) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = ANA, house.mailbox, "Usuario"
    message["Message-ID"] = "<papers@gmail.example>"
    message.set_content("Buenos días: envío los documentos.")
    message.add_attachment(pdf("ACUERDO"), maintype="application", subtype="pdf", filename="scan0012.pdf")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="foto.png")
    house.say(message.as_bytes())
    house.work()
    with transaction() as session:
        kept = {file.filename: file.words for file in session.scalars(select(Attachment))}
    assert kept == {"scan0012.pdf": "ACUERDO", "foto.png": ""}
