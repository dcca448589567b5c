"""A short part of the fuzzing, the same each time; `make fuzz` goes on with fresh seeds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.judge import judge
from tests.fuzz.mutations import RECIPES, cases


@pytest.mark.parametrize("name", RECIPES)
@settings(derandomize=True, database=None, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_input_ends_well(name, data):
    judge(data.draw(cases(name)))
