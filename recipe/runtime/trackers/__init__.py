"""Trackers: what a run sends its metrics to."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from pydantic import JsonValue

from recipe.schemas.plan import RunPlan
from recipe.schemas.run import RunState


class TrackedRun(NamedTuple):
    """What a tracker may know of the run it follows."""

    plan: RunPlan
    directory: Path
    memory: Path
    """A file of the tracker's own in which it can note what it needs to go on after an interruption."""
    settings: Mapping[str, JsonValue]
    """Dotted path → value of the recipe, with the values of `${env:…}` left out."""


class Tracker(Protocol):
    """Built with a `TrackedRun` and its component's fields; a constructor that returns has a working connection."""

    def effective(self) -> dict[str, JsonValue]:
        """The component's settings as the live tracker has them."""

    def log(self, epoch: int, values: Mapping[str, float]) -> None:
        """Metrics of one epoch (1-based)."""

    def note(self, text: str) -> None:
        """Something that people should see with the curves: a change of the plan, and why."""

    def finish(self, state: RunState, metrics: Mapping[str, float]) -> None:
        """The run has ended, with these final metrics (none where it did not finish)."""

    @property
    def location(self) -> str:
        """Where a person finds the data."""
