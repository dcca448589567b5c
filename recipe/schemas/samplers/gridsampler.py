"""GridSampler."""

from recipe.schemas.samplers import Sampler


class GridSampler(Sampler):
    """Every combination once. Each distribution is categorical, `int`, or `float` with a `step`."""

    target = "optuna.samplers:GridSampler"
    runtime = ("search_space", "seed")
