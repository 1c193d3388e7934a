"""What servers and answering programs really write, each message with what is to be read in it.

`machines/NAME.eml` was written after the program that it names, `NAME.yaml` says its kind and, for a bounce, the facts
of RFC 3464. Letters of persons that resemble them are among them: nobody's letter may be taken for a machine's.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from helpdesk.cataloguefile import LOADER
from mailbridge.parse import parse
from mailbridge.values import Bounce

FOLDER = Path(__file__).parent / "machines"
NAMES = sorted(file.stem for file in FOLDER.glob("*.eml"))


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), LOADER)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_kind_and_the_facts_of_a_machine_s_mail_are_read(name: str) -> None:
    wanted = expected(name)
    mail = parse((FOLDER / f"{name}.eml").read_bytes())
    assert (mail.auto.kind, mail.auto.is_auto) == (wanted["kind"], wanted["kind"] != "none"), mail.auto.reason
    assert mail.bounce == (Bounce(**wanted["bounce"]) if wanted["kind"] == "bounce" else None)
