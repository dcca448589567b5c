"""TPESampler."""

from pydantic import NonNegativeInt, PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.samplers import Sampler


class TPESampler(Sampler):
    """Tree-structured Parzen estimator (Bergstra et al., 2011): for spaces of every kind."""

    target = "optuna.samplers:TPESampler"

    n_startup_trials: NonNegativeInt = setting(10, "Trials drawn at random before the estimator begins.")
    n_ei_candidates: PositiveInt = setting(24, "Candidates among which the expected improvement chooses.")
