"""CrossEntropyLoss."""

from recipe.schemas.losses.weighted import ClassLoss


class CrossEntropyLoss(ClassLoss):
    """Cross entropy of the logits."""

    target = "torch.nn:CrossEntropyLoss"
