"""MultiStepLR."""

from typing import Any

from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.schedulers import TorchScheduler


class MultiStepLR(TorchScheduler):
    """Multiply the rate by `gamma` at each of some epochs."""

    target = "torch.optim.lr_scheduler:MultiStepLR"
    example = {"milestones": [30, 60, 90]}

    milestones: tuple[PositiveInt, ...] = setting(
        doc="Epochs (steps with `interval: step`) after which the rate steps down.", min_length=1
    )
    gamma: float = setting(
        0.1, "Factor of each step.", gt=0, usual=(0.01, 0.99), unusual="a step should lower the rate, not end it"
    )

    def read(self, built: Any) -> dict[str, Any]:
        """Torch counts equal milestones and forgets their order, which means nothing."""
        live = tuple(sorted(built.milestones.elements()))
        said = self.milestones if live == tuple(sorted(self.milestones)) else live
        return {"milestones": said, "gamma": built.gamma, "interval": getattr(built, "interval", "epoch")}
