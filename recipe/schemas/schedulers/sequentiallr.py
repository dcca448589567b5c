"""SequentialLR."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.schedulers import Scheduler, TorchScheduler


class SequentialLR(TorchScheduler):
    """Several schedules, one after the other, each counting from its own beginning."""

    target = "torch.optim.lr_scheduler:SequentialLR"
    fits_into = ("WarmUp",)
    example = {
        "schedulers": [{"type": "ConstantLR", "total_iters": 2}, {"type": "ExponentialLR", "gamma": 0.9}],
        "milestones": [2],
    }

    schedulers: tuple[Scheduler, ...] = setting(doc="The schedules.", min_length=1)
    milestones: tuple[PositiveInt, ...] = setting(
        doc="Epochs (steps with `interval: step`) at which the next one takes over: one fewer than schedules."
    )

    def inner(self) -> Iterator[tuple[tuple[str | int, ...], Scheduler]]:
        """One after the other."""
        return ((("schedulers", index), schedule) for index, schedule in enumerate(self.schedulers))

    def read(self, built: Any) -> dict[str, Any]:
        """The inner ones are parts."""
        return {"milestones": tuple(built._milestones), "interval": getattr(built, "interval", "epoch")}

    def parts(self, built: Any) -> Mapping[str, Any]:
        """One after the other."""
        return {f"schedulers.{index}": schedule for index, schedule in enumerate(built._schedulers)}
