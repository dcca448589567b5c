"""Axes: which range they show, and where their marks stand."""

import math
from collections.abc import Iterable
from typing import NamedTuple

_TINY, _HUGE = 1e-100, 1e100
"""Beyond these, the arithmetic of an axis would itself end; no curve that says anything goes there."""


class Scale(NamedTuple):
    """A range of values on an axis."""

    low: float
    high: float
    is_log: bool = False

    def share(self, value: float) -> float:
        """How far along the axis a value lies: 0 at its low end, 1 at its high end."""
        if self.is_log:
            return (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return (value - self.low) / (self.high - self.low)

    def shows(self, value: float) -> bool:
        """Whether a value can stand on the axis at all."""
        return abs(value) < _HUGE and (value > _TINY or not self.is_log)


def scale_of(values: Iterable[float], is_log: bool = False) -> Scale:
    """An axis that has room for all finite values."""
    found = [value for value in values if Scale(0, 1, is_log).shows(value)]
    if not found:
        return Scale(0.1, 1.0, is_log)
    low, high = min(found), max(found)
    if is_log:
        room = (high / low) ** 0.06 if high / low > 1.001 else 2.0
        return Scale(low / room, high * room, True)
    room = (high - low) * 0.06
    if not room > max(abs(high) * 1e-6, _TINY):  # one value only
        room = abs(high) / 2 if abs(high) > _TINY else 1.0
    return Scale(max(low - room, 0.0) if low >= 0 else low - room, high + room)


def marks(scale: Scale, most: int = 5) -> list[float]:
    """Round numbers within the range."""
    if scale.is_log and scale.high / scale.low >= 10:
        powers = range(math.ceil(math.log10(scale.low) - 1e-9), math.floor(math.log10(scale.high) + 1e-9) + 1)
        every = math.ceil(len(powers) / most)
        return [10.0**power for power in powers if power % every == 0]
    step = _round_step((scale.high - scale.low) / most)
    first = math.ceil(scale.low / step - 1e-9)
    return [index * step for index in range(first, math.floor(scale.high / step + 1e-9) + 1)]


def _round_step(least: float) -> float:
    """The next of 1, 2, 5, 10 … times a power of ten."""
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def figure(value: float) -> str:
    """A number as short as its mark or its curve needs it."""
    return f"{value:.4g}" if math.isfinite(value) else "not finite"
