"""MedianPruner."""

from pydantic import NonNegativeInt, PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.pruners import Pruner


class MedianPruner(Pruner):
    """Ends a trial whose best value so far is worse than the median of the others at that epoch."""

    target = "optuna.pruners:MedianPruner"

    n_startup_trials: NonNegativeInt = setting(5, "Trials that run to their end before any is pruned.")
    n_warmup_steps: NonNegativeInt = setting(0, "Epochs of each trial in which it is not pruned.")
    interval_steps: PositiveInt = setting(1, "Epochs between two looks.")
