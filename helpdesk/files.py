"""Bytes kept under the name of their own SHA-256, so that storing twice is storing once.

Files are written before the transaction that names them: an orphan is harmless, a row without its bytes is not.
Nothing is ever overwritten or deleted here, and no name from outside becomes part of a path.
"""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from helpdesk.domain.errors import Invalid, NotFound, Unavailable

DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Files:
    """A content-addressed folder: `<root>/ab/cd/<sha256>`."""

    root: Path

    def put(self, content: bytes) -> str:
        """Stores `content` durably and gives its SHA-256 in hex.

        Raises `Unavailable` when the disk refuses; nothing half-written is ever visible under a digest.
        """
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if path.exists():
            return digest
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.rename(temporary, path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
            for folder in (path.parent, path.parent.parent, self.root):
                sync_folder(folder)
        except OSError as error:
            raise Unavailable(f"The file store {self.root} does not take the file: {error.strerror}.") from error
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes stored under `digest`. Raises `NotFound`, or `Unavailable` when the disk fails."""
        with self.open(digest) as file:
            try:
                return file.read()
            except OSError as error:
                raise Unavailable(f"The file store {self.root} does not answer: {error.strerror}.") from error

    def open(self, digest: str) -> BinaryIO:
        """The stored file, open for reading, to be streamed. Raises `NotFound` and `Unavailable`."""
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError as error:
            raise NotFound(f"The file {digest} is not in the store {self.root}.") from error
        except OSError as error:
            raise Unavailable(f"The file store {self.root} does not answer: {error.strerror}.") from error

    def size(self, digest: str) -> int:
        """How many bytes are stored under `digest`. Raises `NotFound`."""
        with self.open(digest) as file:
            return file.seek(0, os.SEEK_END)

    def path(self, digest: str) -> Path:
        """Where `digest` lies. Raises `Invalid` for anything but 64 lower-case hex digits."""
        if not DIGEST.fullmatch(digest):
            raise Invalid(f"{digest!r} is not a SHA-256.")
        return self.root / digest[:2] / digest[2:4] / digest


def at(url: str) -> Files:
    """The store that `HELPDESK_FILES_URL` names: `file:/folder` or `file:folder`.

    Raises `Invalid` for any other kind.
    """
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
        raise Invalid(f"Files cannot be kept at {url}: only a folder works now, for example file:/srv/helpdesk/files.")
    return Files(Path(unquote(parts.path)))


def sync_folder(folder: Path) -> None:
    """Makes a rename in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
