"""Models: what is trained."""

from recipe.schemas.component import Component


class Model(Component, kind="model"):
    """A network architecture with its starting weights."""
