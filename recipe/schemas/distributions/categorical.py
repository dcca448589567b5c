"""Choices."""

from pydantic import JsonValue

from recipe.schemas.base import setting
from recipe.schemas.distributions import Distribution


class CategoricalDistribution(Distribution):
    """One of some values. A choice may be a whole block, and hold distributions of its own."""

    target = "optuna.distributions:CategoricalDistribution"
    example = {"choices": ["SGD", "AdamW"]}

    choices: tuple[JsonValue, ...] = setting(doc="The values: texts, numbers, or blocks.", min_length=1)

    @classmethod
    def word(cls) -> str:
        """`categorical`."""
        return "categorical"
