"""Files come in by their bytes alone and leave as something to save, never as a page of ours."""

import re

from flask import Response, current_app

from helpdesk.files import Files
from helpdesk.web.forms import ReplyForm

LONGEST_NAME = 200
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


def download(sha256: str, filename: str) -> Response:
    """The bytes of a file as something to save, whatever it claims to be (A007, A021)."""
    store: Files = current_app.extensions["files"]
    answer = Response(store.open(sha256), mimetype="application/octet-stream", direct_passthrough=True)
    answer.headers.set("Content-Disposition", "attachment", filename=filename)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def stored(form: ReplyForm) -> tuple[tuple[str, str, str], ...]:
    """The attached files of an answer, kept in the store: name, media type, SHA-256 of each."""
    store: Files = current_app.extensions["files"]
    found = []
    for upload in form.files.data or ():
        if upload and upload.filename:
            name = re.sub(r"[\x00-\x1f\x7f/\\\\]", "_", upload.filename)[-LONGEST_NAME:]
            kind = upload.mimetype if MEDIA_TYPE.fullmatch(upload.mimetype or "") else "application/octet-stream"
            found.append((name, kind, store.put(upload.read())))
    return tuple(found)
