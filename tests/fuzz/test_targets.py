"""Readers of foreign text keep their promises, whatever they are given (`make fuzz` looks for longer)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import corpus, maillike
from tests.fuzz.targets import TARGETS

UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large]
briefly = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=UNHURRIED)


@pytest.mark.parametrize("target", TARGETS)
def test_every_seed_is_read(target: str) -> None:
    assert corpus.of(target)
    for raw in corpus.of(target):
        TARGETS[target](raw)


@pytest.mark.parametrize("target", TARGETS)
@briefly
@given(data=st.data())
def test_whatever_is_given_is_read(target: str, data: st.DataObject) -> None:
    TARGETS[target](data.draw(maillike.inputs(target)))
