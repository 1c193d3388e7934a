"""Reading behind a fence."""

import io
import pickle
import subprocess
from collections.abc import Iterator

import pytest

from mailbridge.sandbox import ParseFailed, ReaderDied, Sandbox, Values
from tests.mailhouse import letter

SECONDS = 0.5


@pytest.fixture
def fence() -> Iterator[Sandbox]:
    """One reading process that does what a message tells it."""
    made = Sandbox(1, parser="tests.mailbridge.hostile:parse", seconds=SECONDS, megabytes=256)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("text", "reason"), [("HANG", "time_limit"), ("EAT MEMORY", "memory_limit"), ("RAISE", "parse_error")]
)
def test_a_hostile_message_ends_with_its_reason_and_the_next_is_read(fence: Sandbox, text: str, reason: str) -> None:
    with pytest.raises(ParseFailed) as failure:
        fence.parse(letter(text=text))
    assert failure.value.reason == reason
    assert fence.parse(letter()).subject == "No puedo ingresar al sistema"


def test_a_reader_that_crashes_is_replaced(fence: Sandbox) -> None:
    with pytest.raises(ReaderDied):
        fence.parse(letter(text="CRASH"))
    assert fence.parse(letter()).message_id == "a1@gmail.example"


def test_one_process_reads_one_message_after_another(fence: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    fence.parse(letter())
    monkeypatch.setattr(subprocess, "Popen", None)
    for _ in range(20):
        assert fence.parse(letter()).message_id == "a1@gmail.example"


def test_what_comes_back_can_be_nothing_but_values() -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return eval, ("1 + 1",)

    with pytest.raises(pickle.UnpicklingError):
        Values(io.BytesIO(pickle.dumps(Evil()))).load()
