"""ChainedScheduler."""

from collections.abc import Iterator, Mapping
from typing import Any

from recipe.schemas.base import setting
from recipe.schemas.schedulers import Scheduler, TorchScheduler


class ChainedScheduler(TorchScheduler):
    """Several schedules at once: their factors are multiplied."""

    target = "torch.optim.lr_scheduler:ChainedScheduler"
    example = {
        "schedulers": [{"type": "ConstantLR", "total_iters": 2}, {"type": "ExponentialLR", "gamma": 0.9}],
    }

    schedulers: tuple[Scheduler, ...] = setting(doc="The schedules.", min_length=1)

    def inner(self) -> Iterator[tuple[tuple[str | int, ...], Scheduler]]:
        """In their order."""
        return ((("schedulers", index), schedule) for index, schedule in enumerate(self.schedulers))

    def read(self, built: Any) -> dict[str, Any]:
        """The inner ones are parts."""
        return {"interval": getattr(built, "interval", "epoch")}

    def parts(self, built: Any) -> Mapping[str, Any]:
        """In their order."""
        return {f"schedulers.{index}": schedule for index, schedule in enumerate(built._schedulers)}
