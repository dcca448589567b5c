"""SuccessiveHalvingPruner."""

from typing import Annotated

from annotated_types import Ge
from pydantic import NonNegativeInt, PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.pruners import Pruner


class SuccessiveHalvingPruner(Pruner):
    """Asynchronous successive halving (Li et al., 2020): of each rung the best part goes on."""

    target = "optuna.pruners:SuccessiveHalvingPruner"
    differs = {"min_resource": "Optuna's `auto` guesses it from the first trial; a plan says what will happen"}

    min_resource: PositiveInt = setting(1, "Epochs of the first rung.")
    reduction_factor: Annotated[int, Ge(2)] = setting(4, "One trial of so many is promoted to the next rung.")
    min_early_stopping_rate: NonNegativeInt = setting(0, "How many rungs to leave out at the beginning.")
    bootstrap_count: NonNegativeInt = setting(0, "Trials that a rung must hold before any of it is promoted.")
