"""WarmUp."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import PositiveFloat

from recipe.schemas.base import setting
from recipe.schemas.schedulers import Scheduler


class WarmUp(Scheduler):
    """Raise the rate step by step in a straight line, then follow another schedule, which counts from there on."""

    target = "recipe.runtime.training.warm_up:WarmUp"
    runtime = ("steps_per_epoch",)
    example = {"epochs": 1.5, "schedule": {"type": "ExponentialLR", "gamma": 0.9}}

    epochs: PositiveFloat = setting(doc="Epochs, or parts of them, until the rate is the optimizer's.")
    start_factor: float = setting(0.01, "Factor of the first step.", gt=0, le=1)
    schedule: Scheduler | None = setting(None, "What comes then; none: the rate stays as it is.")

    def inner(self) -> Iterator[tuple[tuple[str | int, ...], Scheduler]]:
        """The one that follows."""
        return ((("schedule",), schedule) for schedule in [self.schedule] if schedule is not None)

    def read(self, built: Any) -> dict[str, Any]:
        """The schedule that follows is a part; where there is none, that is said here."""
        found = {"epochs": built.epochs, "start_factor": built.start_factor}
        return found if built.schedule is not None else {**found, "schedule": None}

    def parts(self, built: Any) -> Mapping[str, Any]:
        """The one that follows."""
        return {} if built.schedule is None else {"schedule": built.schedule}
