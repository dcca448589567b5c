"""PolynomialLR."""

from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.schedulers import TorchScheduler


class PolynomialLR(TorchScheduler):
    """Lower the rate to zero in `total_iters` epochs, as a power of what is left of them."""

    target = "torch.optim.lr_scheduler:PolynomialLR"
    example = {"total_iters": 50}

    total_iters: PositiveInt = setting(
        5, "Epochs (steps with `interval: step`) until the rate is zero: the epochs of the run."
    )
    power: float = setting(1.0, "The power; 1 is a straight line.", gt=0)
