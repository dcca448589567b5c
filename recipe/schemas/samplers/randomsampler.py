"""RandomSampler."""

from recipe.schemas.samplers import Sampler


class RandomSampler(Sampler):
    """Independent draws: the baseline that every other sampler must beat."""

    target = "optuna.samplers:RandomSampler"
