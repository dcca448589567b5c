"""ConstantLR."""

from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.schedulers import TorchScheduler


class ConstantLR(TorchScheduler):
    """Multiply the rate by `factor` for the first `total_iters` epochs, and by nothing from there on."""

    target = "torch.optim.lr_scheduler:ConstantLR"

    factor: float = setting(1 / 3, "Factor of the first epochs.", gt=0, le=1)
    total_iters: PositiveInt = setting(5, "Epochs (steps with `interval: step`) that the factor lasts.")
