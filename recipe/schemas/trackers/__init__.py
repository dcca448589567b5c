"""Trackers: where metrics go beside the run directory."""

from recipe.schemas.component import Component


class Tracker(Component, kind="tracker"):
    """Receives the settings at the start, metrics every epoch, and the result."""

    runtime = ("run",)
