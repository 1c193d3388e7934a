"""The new text of answers and forwards, as mail programs of many makers and languages really write them.

`replies/LANGUAGE/NAME.eml` was written after the program that it names, `NAME.txt` is what its sender newly wrote.
`helpdesk bench replies` prints how many are exact, beside other libraries.
"""

from pathlib import Path

import pytest

from helpdesk.bench.reading import pairs, same
from mailbridge.parse import parse

FOLDER = Path(__file__).parent / "replies"
FILES = sorted(file.relative_to(FOLDER).with_suffix("") for file in FOLDER.rglob("*.eml"))


@pytest.mark.parametrize("name", FILES, ids=str)
def test_only_what_the_sender_newly_wrote_is_kept(name: Path) -> None:
    message, expected = FOLDER / f"{name}.eml", FOLDER / f"{name}.txt"
    found = parse(message.read_bytes()).reply
    wanted = expected.read_text(encoding="utf-8")
    assert same(found, wanted), f"{found!r} and not {wanted!r}"


def test_every_message_has_its_expected_text() -> None:
    assert len(pairs(FOLDER)) == len(FILES) >= 150
