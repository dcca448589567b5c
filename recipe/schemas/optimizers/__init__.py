"""Optimizers: what updates the weights."""

from typing import Any

from recipe.schemas.base import setting
from recipe.schemas.component import Component


class Optimizer(Component, kind="optimizer"):
    """An optimizer of `torch.optim`, or one with its interface."""

    runtime = ("params",)
    example = {"lr": 0.001}

    lr: float = setting(
        0.001,
        "Learning rate of the parameters that `layer_lr` does not name.",
        gt=0,
        usual=(0.0, 1.0),
        unusual="weights move by more than their gradient, and training diverges",
    )


def weight_decay(default: float, what: str) -> Any:
    """Declare the weight decay of an optimizer."""
    return setting(
        default,
        f"{what}; biases and normalization layers get none.",
        ge=0,
        usual=(0.0, 0.5),
        unusual="so much decay pulls the weights to zero",
    )
