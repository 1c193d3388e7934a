"""Tables as files for a spreadsheet (CSV)."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from flask import Response

from helpdesk.web.downloads import safe_name

# A cell that begins so is taken for a formula by a spreadsheet: whoever wrote the text would run it there.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Without it spreadsheets read UTF-8 as something else.
BYTE_ORDER_MARK = "\ufeff"


def table(filename: str, header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Response:
    """The table as something to save. Texts stay texts, whatever they begin with; numbers stay numbers."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    answer = Response(BYTE_ORDER_MARK + written.getvalue(), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=safe_name(filename))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def cell(value: str | int) -> str | int:
    """A value that a spreadsheet shows and does not run."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
