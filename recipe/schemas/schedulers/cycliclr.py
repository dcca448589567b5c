"""CyclicLR."""

from typing import Any, Literal

from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.schedulers import TorchScheduler
from recipe.schemas.schedulers.momenta import Momentum, momenta


class CyclicLR(TorchScheduler):
    """Swing between the optimizer's rate and `max_lr`, and the momentum against it (Smith, 2017)."""

    target = "torch.optim.lr_scheduler:CyclicLR"
    runtime = ("optimizer", "base_lr")
    fits_into = ("SequentialLR", "WarmUp")
    example = {"max_lr": 0.01}

    max_lr: float = setting(doc="The highest rate; the lowest one is the optimizer's.", gt=0)
    step_size_up: PositiveInt = setting(2000, "Epochs (steps with `interval: step`) of a rise.")
    step_size_down: PositiveInt | None = setting(None, "Epochs or steps of a fall; none: as many as of a rise.")
    mode: Literal["triangular", "triangular2", "exp_range"] = setting(
        "triangular",
        "`triangular`: all swings are alike; `triangular2`: each is half as high as the one before; `exp_range`: their "
        "height falls by `gamma` with every count.",
    )
    gamma: float = setting(1.0, "Factor of `exp_range`.", gt=0, le=1)
    cycle_momentum: bool = setting(
        True, "Let the momentum, or the first of `betas`, fall from `max_momentum` where the rate rises."
    )
    base_momentum: Momentum = setting(0.8, "The lowest momentum.")
    max_momentum: Momentum = setting(0.9, "The highest momentum, with which training begins.")

    def read(self, built: Any) -> dict[str, Any]:
        """A fall as long as a rise can be said in two ways."""
        up = built.total_size * built.step_ratio
        is_as_long, down = up * 2 == built.total_size, built.total_size - up
        moved = momenta(self, built, lambda name: getattr(built, f"{name}s")[0])
        return {
            **moved,
            "max_lr": built.max_lrs[0],
            "step_size_up": up,
            "step_size_down": None if is_as_long and self.step_size_down is None else down,
            "mode": built.mode,
            "gamma": built.gamma,
            "cycle_momentum": built.cycle_momentum,
            "interval": getattr(built, "interval", "epoch"),
        }
