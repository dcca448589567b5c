"""ExponentialLR."""

from recipe.schemas.base import setting
from recipe.schemas.schedulers import TorchScheduler


class ExponentialLR(TorchScheduler):
    """Multiply the rate by `gamma` every epoch."""

    target = "torch.optim.lr_scheduler:ExponentialLR"
    example = {"gamma": 0.95}

    gamma: float = setting(
        doc="Factor of each epoch (step with `interval: step`): 0.95 leaves 60 % of the rate after 10 epochs.",
        gt=0,
        lt=1,
        usual=(0.85, 0.999),
        unusual="the rate is gone within a few epochs, or hardly moves",
    )
