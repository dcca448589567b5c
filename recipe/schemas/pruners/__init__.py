"""Pruners: which trials of a search are ended early."""

from recipe.schemas.component import Component


class Pruner(Component, kind="pruner"):
    """Looks at a trial's intermediate values and ends it where it has no prospects."""
