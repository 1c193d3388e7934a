import inspect
import re
from html.parser import HTMLParser

import pytest

from helpdesk.letters import write
from helpdesk.letters.render import COLUMNS, TEMPLATES
from tests.letters.samples import Sample, bare_facts, full_facts, samples

PLAIN = "Señora Ana Pérez"
HOSTILE = "Ana\r\nBcc: x@example.org {{7*7}} {% raw %} <script>alert(1)</script>\"'><b>&amp;"
EVERY = samples(bare_facts()) + samples(full_facts(PLAIN))
UNDER_ATTACK = samples(full_facts(HOSTILE))


def name(sample: Sample) -> str:
    return f"{sample.write.__name__}-{'full' if sample.facts.recipient else 'bare'}"


def tag(sample: Sample) -> str:
    """What the subject begins with: the ticket's mark, or the institution's where there is no ticket."""
    mark: str = sample.facts.ticket.tag if hasattr(sample.facts, "ticket") else sample.facts.tag
    return f"{mark} "


class Words(HTMLParser):
    """The words and the tags that a mail program would show of an HTML letter."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.head = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.head = self.head or tag == "head"

    def handle_endtag(self, tag: str) -> None:
        self.head = self.head and tag != "head"

    def handle_data(self, data: str) -> None:
        self.words += [] if self.head else data.split()


def test_folders_and_functions_match_one_to_one() -> None:
    functions = {
        key for key, value in inspect.getmembers(write, inspect.isfunction) if value.__module__ == write.__name__
    }
    assert functions == {folder.name for folder in TEMPLATES.iterdir() if folder.is_dir()}
    assert functions == set(bare_facts()) == set(full_facts(PLAIN))


def test_every_folder_has_its_three_parts_and_no_other() -> None:
    for folder in TEMPLATES.iterdir():
        if folder.is_dir():
            assert {part.name for part in folder.iterdir()} == {"subject.txt", "body.txt", "body.html"}, folder.name


@pytest.mark.parametrize("sample", EVERY, ids=name)
def test_the_subject_is_one_line_that_begins_with_the_tag(sample: Sample) -> None:
    subject = sample.letter().subject
    assert subject.startswith(tag(sample))
    assert len(subject) > len(tag(sample))


@pytest.mark.parametrize("sample", EVERY, ids=name)
def test_the_institution_opens_the_letter(sample: Sample) -> None:
    letter = sample.letter()
    assert letter.text.startswith("Ministerio de Economía y Finanzas\n\nBuen día")
    assert Words(letter.html).words[:4] == ["Ministerio", "de", "Economía", "y"]


@pytest.mark.parametrize("sample", EVERY, ids=name)
def test_text_and_html_say_the_same_words(sample: Sample) -> None:
    letter = sample.letter()
    text = [word for word in letter.text.split() if word not in ("-", ">") and not re.fullmatch(r"\d\.", word)]
    assert [word.casefold() for word in text] == [word.casefold() for word in Words(letter.html).words]


@pytest.mark.parametrize("sample", EVERY, ids=name)
def test_no_letter_shows_an_absent_value_or_an_exclamation_mark(sample: Sample) -> None:
    letter = sample.letter()
    for part in (letter.subject, letter.text, " ".join(Words(letter.html).words)):
        assert not re.search(r"\bNone\b|\bTrue\b|\bFalse\b|!|¡|\{\{|datetime", part)


@pytest.mark.parametrize("sample", EVERY, ids=name)
def test_text_lines_fit_the_columns_unless_they_are_one_long_word(sample: Sample) -> None:
    for line in sample.letter().text.split("\n"):
        assert len(line) <= COLUMNS or " " not in line.strip().removeprefix("- "), line


@pytest.mark.parametrize("sample", EVERY, ids=name)
def test_the_text_has_no_hole_of_several_empty_lines(sample: Sample) -> None:
    text = sample.letter().text
    assert "\n\n\n" not in text
    assert text.endswith("\n") and not text.endswith("\n\n")


@pytest.mark.parametrize("sample", EVERY, ids=name)
def test_html_sets_no_colour_so_that_dark_mode_keeps_it_readable(sample: Sample) -> None:
    html = sample.letter().html
    assert not re.search(r"[;\"]\s*(color|background[a-z-]*)\s*:|bgcolor", html)


@pytest.mark.parametrize("sample", UNDER_ATTACK, ids=name)
def test_a_hostile_value_stays_a_value(sample: Sample) -> None:
    letter = sample.letter()
    assert not {"script", "b"} & set(Words(letter.html).tags)
    assert "49" not in letter.subject + letter.text + letter.html
    assert "{{7*7}}" in letter.text + letter.html


@pytest.mark.parametrize("sample", UNDER_ATTACK, ids=name)
def test_a_hostile_value_is_escaped_once(sample: Sample) -> None:
    html = sample.letter().html
    assert "&amp;lt;" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("sample", UNDER_ATTACK, ids=name)
def test_no_value_breaks_the_subject_line(sample: Sample) -> None:
    assert len(sample.letter().subject.splitlines()) == 1


def test_links_in_html_are_the_links_in_the_text() -> None:
    letter = write.aprobacion(full_facts(PLAIN)["aprobacion"])
    assert "https://mesa.example.org/aprobaciones/abc?x=1&y=2" in letter.text
    assert 'href="https://mesa.example.org/aprobaciones/abc?x=1&amp;y=2"' in letter.html
