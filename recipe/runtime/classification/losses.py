"""The weights of the classes in the loss, and what a live loss holds."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from pydantic import JsonValue

from recipe.runtime.training.effective import effective_component
from recipe.schemas.losses import Loss


def class_weights_tensor(loss: Loss, per_class: Sequence[int]) -> torch.Tensor | None:
    """The weight of each class, or None where all count alike. `per_class`: training images of each class.

    `balanced` is n / (k · count) for n images of k classes, as in scikit-learn: the weights of all images add up to n.
    """
    asked = getattr(loss, "class_weights", "none")
    if asked == "none":
        return None
    if asked == "balanced":
        asked = [sum(per_class) / (len(per_class) * count) for count in per_class]
    return torch.tensor(asked, dtype=torch.float32)


def weight_of(labels: torch.Tensor, criterion: Any) -> float:
    """What a loss of classes [N] is divided by: where classes have weights, those of its samples.

    A loss of probabilities is divided by the number of samples, whatever the weights: so is torch's.
    """
    weights: torch.Tensor | None = getattr(criterion, "weight", None)
    return float(len(labels)) if weights is None else float(weights[labels].sum())


def effective_loss(built: Any, loss: Loss, per_class: Sequence[int]) -> Mapping[str, JsonValue]:
    """Dotted path → value of the live loss. Its weights are `balanced` if they are those of the counts."""
    values = effective_component("loss", loss, built)
    if getattr(loss, "class_weights", "none") == "balanced" and built.weight is not None:
        weights = class_weights_tensor(loss, per_class)
        if weights is not None and torch.equal(built.weight.cpu(), weights):
            values["loss.class_weights"] = "balanced"
    return values
