"""CosineAnnealingWarmRestarts."""

from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.schedulers import TorchScheduler


class CosineAnnealingWarmRestarts(TorchScheduler):
    """Lower the rate along half a cosine, and begin anew at the full rate, again and again (SGDR)."""

    target = "torch.optim.lr_scheduler:CosineAnnealingWarmRestarts"
    fits_into = ("SequentialLR", "WarmUp")
    example = {"T_0": 10}

    T_0: PositiveInt = setting(doc="Epochs (steps with `interval: step`) until the first new beginning.")
    T_mult: PositiveInt = setting(1, "Factor by which each round is longer than the one before.")
    eta_min: float = setting(0.0, "The lowest rate.", ge=0)
