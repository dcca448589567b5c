"""`search`: many runs of one recipe, each with other values, to find the best."""

from typing import Literal

from pydantic import PositiveInt

from recipe.schemas.base import FrozenDict, Section, setting
from recipe.schemas.distributions import Distribution
from recipe.schemas.pruners import Pruner
from recipe.schemas.samplers import Sampler


class Objective(Section):
    """What the search is after."""

    metric: str = setting(doc="A metric of the recipe: `val/accuracy`.")
    direction: Literal["maximize", "minimize"] = setting("maximize", "Which way is better.")


class Search(Section):
    """Adaptive search over a space of settings."""

    engine: Literal["optuna", "ray"] = setting(
        "optuna", "`optuna` searches on this machine, `ray` on a Ray cluster.", impact="performance"
    )
    trials: PositiveInt = setting(20, "How many to run in all.", impact="performance")
    n_jobs: PositiveInt = setting(1, "How many to run at a time.", impact="performance")
    epochs: PositiveInt = setting(10, "Epochs of a trial; the best values then train for `train.epochs`.")
    objective: Objective = setting(doc="What the search is after.")
    sampler: Sampler = setting("TPESampler", "What chooses the next values.", validate_default=True)
    pruner: Pruner = setting("MedianPruner", "What ends trials early.", validate_default=True)
    storage: str | None = setting(
        None, "Database of the study, as a URI; none: a file in the run's folder.", impact="cosmetic"
    )
    space: FrozenDict[str, Distribution] = setting(
        doc="Dotted path of a setting → the distribution of its values.", min_length=1
    )
