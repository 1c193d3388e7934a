"""Places where a test kills the process, one on each side of every commit and acknowledgement on the path of a mail.

`HELPDESK_TEST_FAILPOINT=name` ends the process with SIGKILL when it reaches that line; `name@3` the third time.
Unset (always, outside tests) reaching one costs a comparison.
"""

import os
import signal

NAMES = frozenset(
    {
        "lmtp.before_accept",
        "lmtp.before_reply",
        "imap.before_take_commit",
        "imap.after_take_commit",
        "imap.before_login",
        "imap.after_login",
        "imap.after_fetch",
        "vanished.before_commit",
        "vanished.after_commit",
        "imap.before_flag",
        "imap.after_flag",
        "imap.before_progress",
        "imap.after_progress",
        "release.before_commit",
        "release.after_commit",
        "pipe.before_accept",
        "pipe.before_exit",
        "import.before_accept",
        "import.after_accept",
        "intake.before_commit",
        "intake.after_commit",
        "process.start",
        "process.before_count_commit",
        "process.after_count_commit",
        "process.after_parse",
        "process.before_files",
        "process.after_files",
        "process.mid_tx",
        "process.before_commit",
        "process.after_commit",
        "verdict.before_commit",
        "verdict.after_commit",
        "aside.before_commit",
        "aside.after_commit",
        "give_back.before_commit",
        "give_back.after_commit",
        "queue.before_done",
        "queue.after_done",
        "rescue.after_stalled",
        "rescue.before_commit",
        "rescue.after_commit",
        "replay.before_commit",
        "replay.after_commit",
        "accept.before_commit",
        "accept.after_commit",
        "send.before_claim_commit",
        "send.after_claim_commit",
        "send.after_greeting",
        "send.after_ehlo",
        "send.after_mail",
        "send.after_rcpt",
        "send.before_body",
        "send.before_dot_commit",
        "send.before_dot",
        "send.after_dot",
        "send.after_quit",
        "send.before_settle_commit",
        "send.after_settle_commit",
        "defer.before_commit",
        "defer.after_commit",
    }
)

_wanted, _, _count = os.environ.get("HELPDESK_TEST_FAILPOINT", "").partition("@")
_left = [int(_count or 1)]


def reach(name: str) -> None:
    """Dies here (SIGKILL, no clean-up of any kind) when the environment asks for `name`."""
    if name != _wanted:
        return
    _left[0] -= 1
    if _left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
