"""ReduceLROnPlateau."""

from typing import Any, Literal

from pydantic import NonNegativeInt

from recipe.schemas.base import setting
from recipe.schemas.schedulers import Scheduler


class ReduceLROnPlateau(Scheduler):
    """Lower the rate when a metric has stopped to improve. Whether lower values are better follows from the metric."""

    target = "torch.optim.lr_scheduler:ReduceLROnPlateau"
    runtime = ("optimizer", "mode")
    fits_into = ("WarmUp",)

    monitor: str = setting("val/loss", "The metric that has to improve, looked at after every epoch.")
    factor: float = setting(0.1, "Factor of each fall.", gt=0, lt=1)
    patience: NonNegativeInt = setting(10, "Epochs without improvement that are waited for; the next one is a fall.")
    threshold: float = setting(1e-4, "What a metric must improve by to count.", ge=0)
    threshold_mode: Literal["rel", "abs"] = setting(
        "rel", "Whether `threshold` is a share of the best value so far, or a difference from it."
    )
    cooldown: NonNegativeInt = setting(0, "Epochs after a fall in which nothing counts.")
    min_lr: float = setting(0.0, "The lowest that the optimizer's rate falls to.", ge=0)
    eps: float = setting(1e-8, "Falls that are smaller are left out.", ge=0)

    def kwargs(self) -> dict[str, Any]:
        """`monitor` is for the loop."""
        return {name: value for name, value in super().kwargs().items() if name != "monitor"}

    def read(self, built: Any) -> dict[str, Any]:
        """`monitor` stands on the live object that the loop moves."""
        names = [name for name in type(self).model_fields if name != "min_lr"]
        return {**{name: getattr(built, name) for name in names}, "min_lr": built.min_lrs[0]}
