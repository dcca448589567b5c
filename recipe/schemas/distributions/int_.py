"""Whole numbers."""

from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.distributions import Distribution


class IntDistribution(Distribution):
    """A whole number between two bounds, both included."""

    target = "optuna.distributions:IntDistribution"
    example = {"low": 5, "high": 30}

    low: int = setting(doc="Smallest value.")
    high: int = setting(doc="Largest value.")
    log: bool = setting(False, "Draw the logarithm: each power of ten is as likely as the next.")
    step: PositiveInt = setting(1, "Distance between the values that may be drawn; not with `log`.")

    @classmethod
    def word(cls) -> str:
        """`int`."""
        return "int"
