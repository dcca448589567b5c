"""Learning-rate curves as text."""

from recipe.runtime.build import build
from recipe.schemas.optimizers import Optimizer
from recipe.schemas.schedulers import Scheduler

_BARS = " ▁▂▃▄▅▆▇█"


def rates(scheduler: Scheduler | None, optimizer: Optimizer, epochs: int, steps_per_epoch: int) -> list[float]:
    """The rate at the start of each epoch. What depends on a metric is left out."""
    if scheduler is None:
        return [optimizer.lr] * epochs
    if "epochs" in scheduler.runtime:
        factor = build(scheduler, epochs=epochs)
        return [optimizer.lr * float(factor(epoch)) for epoch in range(epochs)]
    return _moved_rates(_without_metric(scheduler), optimizer, epochs, steps_per_epoch)


def _moved_rates(scheduler: Scheduler | None, optimizer: Optimizer, epochs: int, steps_per_epoch: int) -> list[float]:
    """Those that the schedule of a run gives an optimizer."""
    import torch

    from recipe.runtime.training.schedule import Schedule

    live = build(optimizer, params=[torch.nn.Parameter(torch.zeros(1))])
    schedule = Schedule(scheduler, live, optimizer.lr, steps_per_epoch, epochs, lambda _metric: False)
    found = []
    for _ in range(epochs):
        found.append(float(live.param_groups[0]["lr"]))
        for _ in range(steps_per_epoch):
            schedule.step_done()
        schedule.epoch_done({})
    return found


def _without_metric(scheduler: Scheduler) -> Scheduler | None:
    """The schedule, but for a part that waits for a metric."""
    if monitored(scheduler) is None:
        return scheduler
    return scheduler.model_copy(update={"schedule": None}) if any(scheduler.inner()) else None


def monitored(scheduler: Scheduler | None) -> str | None:
    """The metric that a schedule waits for."""
    if scheduler is None:
        return None
    inner = [each for _, each in scheduler.inner()]
    return next((each.monitor for each in (scheduler, *inner) if hasattr(each, "monitor")), None)


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
