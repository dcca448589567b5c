"""CmaEsSampler."""

from pydantic import PositiveFloat, PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.samplers import Sampler


class CmaEsSampler(Sampler):
    """CMA-ES (Hansen and Ostermeier, 2001): for numbers only, a categorical distribution is an error."""

    target = "optuna.samplers:CmaEsSampler"

    n_startup_trials: PositiveInt = setting(1, "Trials drawn at random before the evolution begins.")
    sigma0: PositiveFloat | None = setting(None, "First step size; none: a sixth of the smallest range.")
    popsize: PositiveInt | None = setting(None, "Trials of a generation; none: by the number of dimensions.")
