"""StepLR."""

from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.schedulers import TorchScheduler


class StepLR(TorchScheduler):
    """Multiply the rate by `gamma` every `step_size` epochs."""

    target = "torch.optim.lr_scheduler:StepLR"
    example = {"step_size": 30}

    step_size: PositiveInt = setting(doc="Epochs (steps with `interval: step`) from one fall to the next.")
    gamma: float = setting(
        0.1, "Factor of each step.", gt=0, usual=(0.01, 0.99), unusual="a step should lower the rate, not end it"
    )
