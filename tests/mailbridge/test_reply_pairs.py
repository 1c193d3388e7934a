"""The new text of answers and forwards, as mail programs of many makers and languages really write them.

`replies/LANGUAGE/NAME.eml` was written after the program that it names, `NAME.txt` is what its sender newly wrote.
`helpdesk bench replies` prints how many are exact, beside other libraries.
"""

from pathlib import Path

import pytest

from helpdesk.bench.reading import pairs, same
from mailbridge.parse import parse

FOLDER = Path(__file__).parent / "replies"
NOT_YET = {
    "en/311-yahoo-web-yahoo-quoted": "read wrong at first sight and not looked into yet",
    "en/347-alpine-new-message-dashes-in-text": "read wrong at first sight and not looked into yet",
    "fr/312-free-zimbra-plain": "read wrong at first sight and not looked into yet",
    "it/312-yahoo-web": "read wrong at first sight and not looked into yet",
}
"""Expected failures with their reason; one that comes right must leave the table."""
FILES = sorted(file.relative_to(FOLDER).with_suffix("") for file in FOLDER.rglob("*.eml"))


def marks(name: Path) -> list[pytest.MarkDecorator]:
    """An expected failure where the table says so."""
    reason = NOT_YET.get(str(name))
    return [pytest.mark.xfail(strict=True, reason=reason)] if reason else []


@pytest.mark.parametrize("name", [pytest.param(name, id=str(name), marks=marks(name)) for name in FILES])
def test_only_what_the_sender_newly_wrote_is_kept(name: Path) -> None:
    message, expected = FOLDER / f"{name}.eml", FOLDER / f"{name}.txt"
    found = parse(message.read_bytes()).reply
    wanted = expected.read_text(encoding="utf-8")
    assert same(found, wanted), f"{found!r} and not {wanted!r}"


def test_every_message_has_its_expected_text() -> None:
    assert len(pairs(FOLDER)) == len(FILES) >= 150
