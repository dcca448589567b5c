"""The shapes of `benchmarks/hostile.py` end in diagnostics whose places are in the text. Their times are its business."""

import importlib.util

import pytest

from tests.conftest import ROOT
from tests.fuzz.case import Case
from tests.fuzz.judge import assert_spans_lie_inside, at_most, check

spec = importlib.util.spec_from_file_location("hostile", ROOT / "benchmarks" / "hostile.py")
hostile = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hostile)
SHAPES = dict(hostile.shapes())
FINE = {"one long text", "a comment", "many anchors", "dollars in one text", "wide characters", "escapes"}
"""Long, but nothing is wrong with them."""


@pytest.mark.parametrize("name", SHAPES)
def test_a_hostile_file_ends(name):
    data = SHAPES[name].encode()
    assert len(data) <= hostile.SIZE
    with at_most(4):
        outcome = check(Case(data))
    assert_spans_lie_inside(outcome)
    if name not in FINE:
        assert outcome.errors
