"""HyperbandPruner."""

from typing import Annotated

from annotated_types import Ge
from pydantic import NonNegativeInt, PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.pruners import Pruner


class HyperbandPruner(Pruner):
    """Hyperband (Li et al., 2018): several successive halvings with different patience. The last rung is `epochs`."""

    target = "optuna.pruners:HyperbandPruner"
    runtime = ("max_resource",)

    min_resource: PositiveInt = setting(1, "Epochs of the first rung.")
    reduction_factor: Annotated[int, Ge(2)] = setting(3, "One trial of so many is promoted to the next rung.")
    bootstrap_count: NonNegativeInt = setting(0, "Trials that a rung must hold before any of it is promoted.")
