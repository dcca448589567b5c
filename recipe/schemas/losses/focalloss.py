"""FocalLoss."""

from pydantic import NonNegativeFloat

from recipe.schemas.base import setting
from recipe.schemas.losses.weighted import ClassLoss


class FocalLoss(ClassLoss):
    """Cross entropy in which images that are classified well already count little (Lin et al. 2017)."""

    target = "recipe.runtime.classification.focal_loss:FocalLoss"
    example = {"gamma": 1.5, "label_smoothing": 0.1}

    gamma: NonNegativeFloat = setting(
        2.0,
        "How little they count: a class that has the probability p by (1 - p) to this power; 0 is cross entropy.",
        usual=(0, 5),
        unusual="next to nothing but the worst images counts",
    )
