"""Learning-rate curves as text."""

from recipe.runtime.build import build
from recipe.schemas.schedulers import Scheduler

_BARS = "▁▂▃▄▅▆▇█"


def rate_factors(scheduler: Scheduler, epochs: int) -> list[float]:
    """What the schedule multiplies rates by in each epoch (warm-up left out)."""
    factor = build(scheduler, epochs=epochs)
    return [float(factor(epoch)) for epoch in range(epochs)]


def sparkline(values: list[float], width: int = 24) -> str:
    """A curve in one line of bars, from zero to the largest value."""
    top = max(values, default=0.0) or 1.0
    picked = [values[index * len(values) // min(width, len(values))] for index in range(min(width, len(values)))]
    return "".join(_BARS[min(len(_BARS) - 1, int(value / top * len(_BARS)))] for value in picked)
