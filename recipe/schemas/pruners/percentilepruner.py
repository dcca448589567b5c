"""PercentilePruner."""

from typing import Annotated

from annotated_types import Ge, Le
from pydantic import NonNegativeInt, PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.pruners import Pruner


class PercentilePruner(Pruner):
    """Ends a trial that is not among the best percentage of the others at that epoch."""

    target = "optuna.pruners:PercentilePruner"
    example = {"percentile": 25.0}

    percentile: Annotated[float, Ge(0), Le(100)] = setting(doc="Trials to keep, in per cent.")
    n_startup_trials: NonNegativeInt = setting(5, "Trials that run to their end before any is pruned.")
    n_warmup_steps: NonNegativeInt = setting(0, "Epochs of each trial in which it is not pruned.")
    interval_steps: PositiveInt = setting(1, "Epochs between two looks.")
