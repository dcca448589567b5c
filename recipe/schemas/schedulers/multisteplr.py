"""MultiStepLR."""

from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.schedulers import Scheduler


class MultiStepLR(Scheduler):
    """Multiply the rate by `gamma` at each of some epochs."""

    target = "torch.optim.lr_scheduler:MultiStepLR"
    runtime = ("optimizer",)
    example = {"milestones": [30, 60, 90]}

    milestones: tuple[PositiveInt, ...] = setting(doc="Epochs after which the rate steps down.", min_length=1)
    gamma: float = setting(
        0.1, "Factor of each step.", gt=0, usual=(0.01, 0.99), unusual="a step should lower the rate, not end it"
    )
