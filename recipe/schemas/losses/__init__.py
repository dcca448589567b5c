"""Losses: what training makes small."""

from recipe.schemas.component import Component


class Loss(Component, kind="loss"):
    """A loss of `torch.nn`, or one with its interface."""
