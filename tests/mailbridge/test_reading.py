"""Messages that are hard to read: wrong labels, odd headers, broken structure; with what a right reader gives.

`reading/NAME.yaml` holds the keys of the contract that `NAME.eml` is about; of an attachment only the keys it names.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from helpdesk.bench.reading import same
from helpdesk.cataloguefile import LOADER
from mailbridge.parse import parse
from mailbridge.parse_command import described

FOLDER = Path(__file__).parent / "reading"
NAMES = sorted(file.stem for file in FOLDER.glob("*.eml"))


def agrees(key: str, wanted: Any, found: dict[str, Any]) -> bool:
    """Whether what was read is what is wanted under a key."""
    match key:
        case "text" | "reply":
            return same(found[key] or "", wanted or "")
        case "attachments":
            pairs = zip(found[key], wanted, strict=False)
            return len(found[key]) == len(wanted) and all(
                given[name] == each[name] for given, each in pairs for name in each
            )
        case "auto":
            return all(found["auto"][name] == value for name, value in wanted.items())
        case "defects_include":
            return set(wanted) <= set(found["defects"])
        case "html_excludes":
            return not any(words.lower() in (found["html_sanitized"] or "").lower() for words in wanted)
        case "html_is_null":
            return bool((found["html_sanitized"] is None) == wanted)
    return bool(found[key] == wanted)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_hard_to_read_is_read_right(name: str) -> None:
    wanted = yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), LOADER)
    found = described(name, parse((FOLDER / f"{name}.eml").read_bytes()))
    wrong = {key: (value, found.get(key)) for key, value in wanted.items() if not agrees(key, value, found)}
    assert wrong == {}
