"""Samplers: how a search chooses what to try next."""

from typing import ClassVar

from recipe.schemas.component import Component


class Sampler(Component, kind="sampler"):
    """Chooses the values of the next trial. Its seed is the recipe's."""

    runtime: ClassVar[tuple[str, ...]] = ("seed",)
