"""Servers that some tests need and not every machine has."""

import os
import shutil

import pytest

NO_SKIP = os.environ.get("HELPDESK_TEST_NO_SKIP") == "1"
"""Continuous integration: whatever would be skipped fails instead (`tests/conftest.py`)."""

PACKAGES = {"dovecot": "dovecot-imapd dovecot-lmtpd", "postfix": "postfix", "chromium": "chromium"}
SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def requires(program: str, *, root: bool = False) -> str:
    """The path of `program`; skips the test by name when it is not here, or when it runs as root only and we do not."""
    path = shutil.which(program, path=SYSTEM_PATH)
    if path is None:
        pytest.skip(f"{program} is not on this machine: apt-get install {PACKAGES.get(program, program)}")
    if root and os.geteuid() != 0:
        pytest.skip(f"{program} needs root for this test")
    return path
