"""Files come in by their bytes alone and leave as something to save, never as a page of ours."""

import re
from collections.abc import Iterable
from dataclasses import replace

from flask import Response, current_app, send_file
from werkzeug.datastructures import FileStorage

from helpdesk.domain.heldfiles import danger_of
from helpdesk.domain.incoming import IncomingFile
from helpdesk.files import Files
from helpdesk.web.forms import ReplyForm

LONGEST_NAME = 150
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069/\\]+")
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


def safe_name(filename: str) -> str:
    """A file's name as it may stand in a header or be saved: one line, no folder, no reversed text; its end is kept."""
    return UNFIT.sub("_", filename)[-LONGEST_NAME:] or "archivo"


def download(sha256: str, filename: str) -> Response:
    """The bytes of a file as something to save, whatever it claims to be (A007, A021). Raises NotFound."""
    store: Files = current_app.extensions["files"]
    answer = send_file(
        store.open(sha256), mimetype="application/octet-stream", as_attachment=True, download_name=safe_name(filename)
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def stored(form: ReplyForm) -> tuple[tuple[str, str, str], ...]:
    """The attached files of an answer, kept in the store: name, media type, SHA-256 of each."""
    return tuple((file.filename, file.content_type, file.sha256) for file in received(form.files.data or ()))


def received(uploads: Iterable[FileStorage]) -> tuple[IncomingFile, ...]:
    """The files that came with a form, kept in the store; controls left empty are none."""
    store: Files = current_app.extensions["files"]
    found = []
    for upload in uploads:
        if upload and upload.filename:
            kind = upload.mimetype if MEDIA_TYPE.fullmatch(upload.mimetype or "") else "application/octet-stream"
            content = upload.read()
            name = safe_name(upload.filename)
            file = IncomingFile(name, kind, len(content), store.put(content), False, None)
            found.append(replace(file, held=danger_of(name, content)))
    return tuple(found)
