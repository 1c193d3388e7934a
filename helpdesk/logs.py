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


# What PostgreSQL adds to an error quotes the row, and with it people's words, which may have several lines.
QUOTING = re.compile(
    r"^(?:DETAIL|CONTEXT): .*?(?=\n\[SQL:|\n\nThe above exception|\n\nDuring handling|\Z)", re.MULTILINE | re.DOTALL
)


class Lines(logging.Formatter):
    """Plain lines, with tracebacks that quote no data."""

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
        return json.dumps(line, ensure_ascii=False)


def set_up(style: Literal["text", "json"], name: str) -> None:
    """Send the process's log to standard error in that style; `name` marks the process in plain lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else Lines(f"{name:<7} {PLAIN}"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in QUIET:
        logging.getLogger(chatty).setLevel(logging.WARNING)
