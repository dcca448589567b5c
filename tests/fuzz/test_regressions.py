"""Inputs that fuzzing has found once, and what they broke."""

import pytest

from tests.conftest import MINIMAL
from tests.fuzz.case import Case
from tests.fuzz.judge import judge
from tests.fuzz.seeds import EVERYTHING


def text(said, profiles=(), sets=()):
    return Case(said.encode(), profiles, sets)


FOUND = {
    "a bracket at the very end": text("["),
    "a reference by a digit that is no index": text('{seed: "${²}"}'),
    "a reference by an index of 5,000 digits": text(MINIMAL + 'seed: "${trackers.%s}"\n' % ("9" * 5000)),
    "an option by a digit that is no index": text(MINIMAL + "trackers: [TensorBoard]\n", sets=("trackers.²=MLflow",)),
    "line breaks in an option": text(MINIMAL, sets=("a\nb", "a\nb=1")),
    "an unknown task with a matrix": text(EVERYTHING.replace("task: classification", "task: AdamW") + "matrix: {optimizer.lr: [0.001, fast]}\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_once(name):
    judge(FOUND[name])
