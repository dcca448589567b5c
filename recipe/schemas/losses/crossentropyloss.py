"""CrossEntropyLoss."""

from typing import Annotated

from annotated_types import Len
from pydantic import PositiveFloat

from recipe.schemas.base import OrWord, setting
from recipe.schemas.losses import Loss


class CrossEntropyLoss(Loss):
    """Cross entropy of the logits."""

    target = "torch.nn:CrossEntropyLoss"
    runtime = ("weight",)

    label_smoothing: float = setting(
        0.0,
        "Share of the target that is spread over all classes.",
        ge=0,
        le=1,
        usual=(0, 0.3),
        unusual="so much smoothing leaves little of the labels",
    )
    class_weights: Annotated[tuple[PositiveFloat, ...], Len(1), OrWord("none", "balanced")] = setting(
        "none",
        "Weight of each class in the loss, in the order of the class names; `balanced`: the rarer, the heavier; "
        "`none`: all alike.",
    )

    def kwargs(self) -> dict[str, object]:
        """The weights become a tensor in the runtime, which knows the counts of the classes: `weight`."""
        return {"label_smoothing": self.label_smoothing}
