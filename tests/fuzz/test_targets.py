"""The readers of foreign bytes keep their promises on bytes that nobody meant (the long runs are `make fuzz`)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.material import material, seeds
from tests.fuzz.targets import TARGETS

steady = settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_seed_is_read(target: str) -> None:
    found = seeds(target)
    assert len(found) >= 5
    for seed in found:
        TARGETS[target](seed)


@steady
@given(material("parser"))
def test_no_bytes_stop_the_parser(raw: bytes) -> None:
    TARGETS["parser"](raw)


@steady
@given(material("replies"))
def test_no_text_makes_the_reply_say_what_it_did_not(raw: bytes) -> None:
    TARGETS["replies"](raw)


@steady
@given(material("dsn"))
def test_no_report_makes_up_facts(raw: bytes) -> None:
    TARGETS["dsn"](raw)


@steady
@given(st.one_of(material("authentication"), material("authentication").map(lambda raw: b"mx.help.test; " + raw)))
def test_no_field_vouches_that_is_not_our_border_s(raw: bytes) -> None:
    TARGETS["authentication"](raw)
