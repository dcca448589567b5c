"""What losses over classes have in common: weights of the classes, and softened labels."""

import struct
from typing import Annotated, Any

from annotated_types import Len
from pydantic import PositiveFloat

from recipe.schemas.base import OrWord, setting
from recipe.schemas.losses import Loss


class ClassLoss(Loss):
    """A loss that has the interface of `torch.nn.CrossEntropyLoss`."""

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

    def kwargs(self) -> dict[str, Any]:
        """The weights become a tensor in the runtime, which knows the counts of the classes: `weight`."""
        return {name: value for name, value in super().kwargs().items() if name != "class_weights"}

    def read(self, built: Any) -> dict[str, Any]:
        """Live weights are numbers of 32 bits: those that are the recipe's, rounded likewise, are the recipe's.

        What `balanced` becomes rests on the counts of the classes, so it is a list here.
        """
        weights = "none" if built.weight is None else tuple(built.weight.tolist())
        if isinstance(self.class_weights, tuple) and weights == tuple(map(_rounded, self.class_weights)):
            weights = self.class_weights
        return {**{name: getattr(built, name) for name in self.kwargs()}, "class_weights": weights}


def _rounded(number: float) -> float:
    """The nearest number of 32 bits; what is too large for them is infinite."""
    try:
        return struct.unpack("f", struct.pack("f", number))[0]  # type: ignore[no-any-return]
    except OverflowError:
        return float("inf")
