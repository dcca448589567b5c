"""Learning-rate curves as text."""

from typing import Any

from recipe.runtime.build import build
from recipe.schemas.schedulers import Scheduler

_BARS = " ▁▂▃▄▅▆▇█"


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


def plot(values: list[float], width: int = 48, height: int = 4) -> list[str]:
    """A curve from zero to its largest value, as rows of bars with the scale beside them."""
    top, columns = max(values, default=0.0) or 1.0, min(width, len(values))
    stretch = max(width // max(len(values), 1), 1)
    levels = [values[index * len(values) // columns] / top * height for index in range(columns)]
    rows = ["".join(_bar(level - row) * stretch for level in levels).rstrip() for row in reversed(range(height))]
    scale = [f"{top:.3g}", *[""] * (height - 2), "0"]
    return [f"{label:>8} ┤{row}" for label, row in zip(scale, rows, strict=True)]


def _bar(level: float) -> str:
    """The part of a bar that stands in a cell where it is `level` cells high."""
    return _BARS[max(0, min(len(_BARS) - 1, round(level * (len(_BARS) - 1))))]
