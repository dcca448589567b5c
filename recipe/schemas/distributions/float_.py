"""Real numbers."""

from recipe.schemas.base import setting
from recipe.schemas.distributions import Distribution


class FloatDistribution(Distribution):
    """A real number between two bounds, both included."""

    target = "optuna.distributions:FloatDistribution"
    example = {"low": 1e-5, "high": 1e-1, "log": True}

    low: float = setting(doc="Smallest value.")
    high: float = setting(doc="Largest value.")
    log: bool = setting(False, "Draw the logarithm: each power of ten is as likely as the next.")
    step: float | None = setting(None, "Distance between the values that may be drawn; not with `log`.", gt=0)

    @classmethod
    def word(cls) -> str:
        """`float`."""
        return "float"
