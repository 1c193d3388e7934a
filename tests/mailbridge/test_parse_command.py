"""`helpdesk mail parse`: one object a file, whatever the file is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mailbridge import parse_command
from tests.mailbridge.letters import base64_part, letter, mixed, part

KEYS = [
    *("file", "from", "to", "cc", "reply_to", "subject", "date", "message_id", "in_reply_to", "references", "text"),
    *("reply", "html_sanitized", "attachments", "auto", "bounce", "crypto", "defects"),
]


def test_every_file_gives_one_whole_object_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, empty = tmp_path / "uno.eml", tmp_path / "vacío.eml"
    good.write_bytes(letter())
    empty.write_bytes(b"")
    missing = str(tmp_path / "no-está.eml")
    assert parse_command.main([str(good), "--json", missing, str(empty), str(tmp_path)]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["file"] for one in printed] == [str(good), missing, str(empty), str(tmp_path)]
    assert [one["defects"] for one in printed] == [[], ["unreadable-file"], ["empty-message"], ["unreadable-file"]]
    assert all(list(one) == KEYS for one in printed)


def test_the_object_follows_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.eml"
    disposition = 'Content-Disposition: attachment; filename="a.pdf"\r\n'
    path.write_bytes(mixed(part("text/plain", b"Va."), base64_part("application/pdf", b"%PDF", disposition)))
    parse_command.main([str(path), "--json"])
    shown = json.loads(capsys.readouterr().out)
    assert shown["from"] == {"name": "Lucía Gómez", "address": "lucia@example.org"}
    assert shown["date"] == "2026-03-02T10:00:00-05:00"
    assert shown["auto"] == {"is_auto": False, "kind": "none", "reason": ""}
    assert shown["attachments"] == [
        {
            "filename": "a.pdf",
            "content_type": "application/pdf",
            "size": 4,
            "sha256": "315d429b7714cedb6ad04ac31240145257692630457f3c88253c5beceac76027",
            "inline": False,
            "content_id": None,
        }
    ]


def test_the_command_loads_nothing_of_the_helpdesk_itself() -> None:
    told = (
        "import sys, mailbridge.parse_command; heavy = ('helpdesk', 'sqlalchemy', 'flask'); "
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
