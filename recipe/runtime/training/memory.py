"""What to do where a device runs out of memory: step by step, as the recipe says."""

from collections.abc import Sequence
from typing import NamedTuple


class Change(NamedTuple):
    """One step of a recovery, for the plan's amendments."""

    path: str
    before: str | int
    after: str | int


def next_change(ladder: Sequence[str], accumulate: int, most_parts: int, precision: str) -> Change | None:
    """The first step of the ladder that is left; None where there is none.

    `accumulate` doubles the parts of a batch, up to the most that it can be split into; `precision` goes to `bf16`.
    """
    for step in ladder:
        if step == "accumulate" and accumulate < most_parts:
            return Change("train.accumulate", accumulate, min(2 * accumulate, most_parts))
        if step == "precision" and precision == "fp32":
            return Change("hardware.precision", precision, "bf16")
    return None
