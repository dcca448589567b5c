"""Optimizers: what updates the weights."""

from collections.abc import Iterable
from typing import Any

from recipe.schemas.base import setting
from recipe.schemas.component import Component


def learning_rate(default: float) -> Any:
    """Declare the learning rate of an optimizer."""
    return setting(
        default,
        "Learning rate of the parameters that `layer_lr` does not name.",
        gt=0,
        usual=(0.0, 1.0),
        unusual="weights move by more than their gradient, and training diverges",
    )


class Optimizer(Component, kind="optimizer"):
    """An optimizer of `torch.optim`, or one with its interface."""

    runtime = ("params",)
    example = {"lr": 0.001}

    lr: float = learning_rate(0.001)

    def read(self, built: Any) -> dict[str, Any]:
        """Everything but `lr`, from the parameter groups; where they do not agree, the list of their values."""
        groups, names = built.param_groups, [name for name in type(self).model_fields if name != "lr"]
        found = {name: _agreed(group[name] for group in groups) for name in names if name != "weight_decay"}
        return {**found, "weight_decay": _decay(built)} if "weight_decay" in names else found


def weight_decay(default: float, what: str) -> Any:
    """Declare the weight decay of an optimizer."""
    return setting(
        default,
        f"{what}; biases and normalization layers get none.",
        ge=0,
        usual=(0.0, 0.5),
        unusual="so much decay pulls the weights to zero",
    )


def _decay(built: Any) -> Any:
    """That of the weights: the list of all, if others decay too; what the optimizer was built with, if there are none.

    Groups that have no role are weights.
    """
    decays: list[tuple[bool, float]] = [
        (group.get("role", "weight") == "weight", group["weight_decay"]) for group in built.param_groups
    ]
    if any(decay for is_weight, decay in decays if not is_weight):
        return [decay for _, decay in decays]
    return _agreed([decay for is_weight, decay in decays if is_weight] or [built.defaults["weight_decay"]])


def _agreed(values: Iterable[Any]) -> Any:
    found = list(dict.fromkeys(values))
    return found[0] if len(found) == 1 else found
