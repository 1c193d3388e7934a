"""Has the words of a message's files read behind the fence, each file within limits of its own.

They help to tell which document a file is and are never needed: a file that hangs, kills or exhausts its reader has
none, and its message goes on. The reading process starts with the first file that may have words.
"""

import time

from mailbridge.sandbox import ParseFailed, ReaderDied, Sandbox

READER = "mailbridge.papers:words"
SECONDS_A_FILE = 1.0
SECONDS_A_MESSAGE = 6.0
MEGABYTES = 256
WORD_TEXT = b"word/document.xml"


class FileWords:
    """One reading process for papers; several threads take turns."""

    def __init__(self, *, reader: str = READER, seconds: float = SECONDS_A_FILE) -> None:
        self._sandbox = Sandbox(1, parser=reader, seconds=seconds, megabytes=MEGABYTES)

    def of(self, contents: tuple[bytes, ...]) -> tuple[str, ...]:
        """The beginning of the text of each file, "" for what has none that can be read. After six seconds the files
        that are left are not read any more."""
        until = time.monotonic() + SECONDS_A_MESSAGE
        return tuple(self._read(each) if is_paper(each) and time.monotonic() < until else "" for each in contents)

    def _read(self, content: bytes) -> str:
        try:
            return str(self._sandbox.answer(content))
        except (ParseFailed, ReaderDied):
            return ""

    def close(self) -> None:
        """Ends the reading process; another starts when it is needed."""
        self._sandbox.close()


def is_paper(content: bytes) -> bool:
    """Whether the bytes begin as a PDF does, or are an archive that holds the text of a DOCX."""
    return b"%PDF-" in content[:1024] or (content.startswith(b"PK\x03\x04") and WORD_TEXT in content)
