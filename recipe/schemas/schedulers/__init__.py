"""Schedulers: how learning rates change over a run."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from recipe.schemas.base import setting
from recipe.schemas.component import Component

Interval = Literal["epoch", "step"]


class Scheduler(Component, kind="scheduler"):
    """A learning-rate schedule. Every group's rate is multiplied by the same factor, so ratios hold."""

    fits_into: ClassVar[tuple[str, ...]] = ()
    """Schedules of schedules that can hold it."""

    def inner(self) -> "Iterator[tuple[tuple[str | int, ...], Scheduler]]":
        """The schedules inside this one, each with its path below it."""
        yield from ()


class TorchScheduler(Scheduler):
    """A schedule of `torch.optim.lr_scheduler`."""

    runtime: ClassVar[tuple[str, ...]] = ("optimizer",)
    fits_into: ClassVar[tuple[str, ...]] = ("ChainedScheduler", "SequentialLR", "WarmUp")

    interval: Interval = setting(
        "epoch", "What one count of the schedule is: an epoch, or a step. Of schedules inside others, the outermost's."
    )

    def kwargs(self) -> dict[str, Any]:
        """`interval` is for the loop."""
        return {name: value for name, value in super().kwargs().items() if name != "interval"}

    def read(self, built: Any) -> dict[str, Any]:
        """`interval` stands on the live object that the loop moves; without it there, that counts epochs."""
        return {
            **{name: getattr(built, name) for name in self.kwargs()},
            "interval": getattr(built, "interval", "epoch"),
        }
