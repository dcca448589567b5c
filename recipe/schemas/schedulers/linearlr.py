"""LinearLR."""

from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.schedulers import TorchScheduler


class LinearLR(TorchScheduler):
    """Move the rate in a straight line from `start_factor` to `end_factor` times itself in `total_iters` epochs."""

    target = "torch.optim.lr_scheduler:LinearLR"
    example = {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 50}

    start_factor: float = setting(1 / 3, "Factor at the start; 1 begins with the rate itself.", gt=0, le=1)
    end_factor: float = setting(1.0, "Factor at the end and from there on.", ge=0, le=1)
    total_iters: PositiveInt = setting(5, "Epochs (steps with `interval: step`) until the end factor is reached.")
