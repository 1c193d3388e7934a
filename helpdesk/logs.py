"""How log lines are written: one line each, plain or JSON. Texts of mails and secrets never go into them."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Literal

PLAIN = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
# Chatty at INFO about every job or request, which our own lines say better.
QUIET = ("procrastinate", "alembic", "gunicorn.access", "mail.log", "imapclient", "asyncio")


# What JSON leaves as it is and a terminal or a reader of lines would act on.
NOT_PRINTED = re.compile("[\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# What PostgreSQL adds to an error quotes the row, and with it people's words, which may have several lines.
QUOTING = re.compile(
    r"^(?:DETAIL|CONTEXT): .*?(?=\n\[SQL:|\n\nThe above exception|\n\nDuring handling|\Z)", re.MULTILINE | re.DOTALL
)


def escaped(text: str) -> str:
    """The text on one line: what a terminal or a reader of lines would act on is written out (`\\n`, `\\x1b`)."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


class Lines(logging.Formatter):
    """Plain lines, with tracebacks that quote no data. A message is one line whatever it repeats of a stranger."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the name logging calls
        """The line without its traceback."""
        return escaped(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802  # the name logging calls
        """The traceback without what the database quotes."""
        return QUOTING.sub("(data left out)", super().formatException(ei))


class JsonLines(Lines):
    """One JSON object a line: time (UTC), level, logger, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return NOT_PRINTED.sub(lambda found: json.dumps(found.group())[1:-1], json.dumps(line, ensure_ascii=False))


def set_up(style: Literal["text", "json"], name: str) -> None:
    """Send the process's log to standard error in that style; `name` marks the process in plain lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else Lines(f"{name:<7} {PLAIN}"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in QUIET:
        logging.getLogger(chatty).setLevel(logging.WARNING)
