"""Schedulers: how learning rates change over a run."""

from recipe.schemas.component import Component


class Scheduler(Component, kind="scheduler"):
    """A learning-rate schedule. Every group's rate is multiplied by the same factor, so ratios hold."""
