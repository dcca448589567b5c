"""CosineAnnealingLR."""

from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.schedulers import TorchScheduler


class CosineAnnealingLR(TorchScheduler):
    """Lower the rate along half a cosine to `eta_min` in `T_max` epochs; beyond them it rises again."""

    target = "torch.optim.lr_scheduler:CosineAnnealingLR"
    example = {"T_max": 50}

    T_max: PositiveInt = setting(
        doc="Epochs (steps with `interval: step`) until the rate is lowest: the epochs of the run."
    )
    eta_min: float = setting(0.0, "The lowest rate.", ge=0)
