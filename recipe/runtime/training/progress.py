"""How far a run is, which epoch was the best, and whether to stop."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from recipe.runtime.training.means import Means


@dataclass
class Progress:
    """Everything about a run's course that is not a tensor."""

    epoch: int = 1
    """The one in progress, 1-based."""
    step: int = 0
    """Its batches that are done."""
    skipped: int = 0
    """Those of them that were left out, for a loss that was not finite."""
    sums: dict[str, float] = field(default_factory=dict)
    """Of its metrics so far (`Means.sums`)."""
    values: dict[str, float] = field(default_factory=dict)
    """What the epoch before it reported."""
    best_epoch: int = 0
    best_values: dict[str, float] = field(default_factory=dict)
    """What the best epoch reported."""
    watched_value: float = math.nan
    """The best of what early stopping watches, and of the epochs that improved it enough to count."""
    epochs_without_improvement: int = 0
    stopped: bool = False
    """Whether early stopping has ended the run."""

    def to_state(self) -> dict[str, Any]:
        """Plain types, for a checkpoint."""
        return asdict(self)

    def add(self, means: Means) -> None:
        """Take a step into the means of the epoch."""
        self.sums = {name: self.sums.get(name, 0.0) + total for name, total in means.sums().items()}

    def means(self, split: str) -> dict[str, float]:
        """The means of the epoch so far, as metrics of a split."""
        found = Means.of_sums(self.sums).values() if self.sums else {}
        return {f"{split}/{name}": value for name, value in found.items()}

    def begin_next(self, values: dict[str, float]) -> None:
        """The epoch is over and has reported `values`."""
        self.epoch, self.step, self.skipped, self.sums, self.values = self.epoch + 1, 0, 0, {}, values

    def ended(self, epochs: int) -> bool:
        """Whether there is nothing left to train."""
        return self.stopped or self.epoch > epochs

    def judge(self, values: dict[str, float], metric: str, higher_is_better: bool) -> bool:
        """Whether the epoch in progress is the best so far by a metric. Where it has no such metric, the newest is."""
        before = self.best_values.get(metric, math.nan)
        better = metric not in values or not self.best_epoch or _improves(values[metric], before, higher_is_better, 0.0)
        if better:
            self.best_epoch, self.best_values = self.epoch, values
        return better

    def watch(self, value: float, higher_is_better: bool, min_delta: float, patience: int) -> None:
        """Early stopping: improvement is strictly more than `min_delta`, and only it moves what has to be beaten."""
        if _improves(value, self.watched_value, higher_is_better, min_delta):
            self.watched_value, self.epochs_without_improvement = value, 0
        else:
            self.epochs_without_improvement += 1
        self.stopped = self.epochs_without_improvement >= patience


def _improves(value: float, best: float, higher_is_better: bool, min_delta: float) -> bool:
    """NaN improves nothing, and anything else improves on NaN."""
    if math.isnan(best):
        return not math.isnan(value)
    return value > best + min_delta if higher_is_better else value < best - min_delta
