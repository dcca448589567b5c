"""Learning-rate curves as text."""

from typing import Any

from recipe.runtime.build import build
from recipe.schemas.schedulers import Scheduler

_BARS = "▁▂▃▄▅▆▇█"


def rates(scheduler: Scheduler | None, lr: float, epochs: int) -> list[float]:
    """The rate in each epoch (warm-up left out)."""
    if scheduler is None:
        return [lr] * epochs
    if "optimizer" in scheduler.runtime:
        return _stepped_rates(scheduler, lr, epochs)
    factor = build(scheduler, epochs=epochs)
    return [lr * float(factor(epoch)) for epoch in range(epochs)]


def _stepped_rates(scheduler: Scheduler, lr: float, epochs: int) -> list[float]:
    """Those that torch's schedule gives an optimizer, epoch by epoch."""
    import torch

    optimizer: Any = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    schedule = build(scheduler, optimizer=optimizer)
    found = []
    for _ in range(epochs):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        schedule.step()
    return found


def sparkline(values: list[float], width: int = 24) -> str:
    """A curve in one line of bars, from zero to the largest value."""
    top = max(values, default=0.0) or 1.0
    picked = [values[index * len(values) // min(width, len(values))] for index in range(min(width, len(values)))]
    return "".join(_BARS[min(len(_BARS) - 1, int(value / top * len(_BARS)))] for value in picked)
