"""The places where a test may kill a process."""

import re
import subprocess
import sys
from pathlib import Path

import mailbridge
from mailbridge import failpoints

ROOT = Path(mailbridge.__file__).parents[1]


def test_every_failpoint_stands_in_the_code_once_and_every_one_there_is_named() -> None:
    found = [
        name
        for package in ("helpdesk", "mailbridge")
        for source in (ROOT / package).rglob("*.py")
        for name in re.findall(r'failpoints\.reach\("(.+?)"\)', source.read_text())
    ]
    assert sorted(found) == sorted(failpoints.NAMES)


def test_there_are_at_least_forty_failpoints() -> None:
    assert len(failpoints.NAMES) >= 40


def test_a_process_dies_at_the_failpoint_it_was_asked_for_the_nth_time() -> None:
    lines = ["from mailbridge.failpoints import reach", "for n in range(3):", " print(n, flush=True)"]
    script = "\n".join([*lines, " reach('send.after_dot')"])
    environment = {"HELPDESK_TEST_FAILPOINT": "send.after_dot@2", "PYTHONPATH": str(ROOT)}
    died = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (died.returncode, died.stdout.split()) == (-9, ["0", "1"])
