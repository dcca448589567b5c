"""Distributions: what a search draws the value of one setting from. The words are `float`, `int`, `categorical`."""

from recipe.schemas.component import Component


class Distribution(Component, kind="distribution"):
    """The values that a setting may take in a search."""
