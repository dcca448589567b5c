"""AutoAugment."""

from typing import Any, Literal

from recipe.schemas.base import setting
from recipe.schemas.targets import load_target
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import Colour, Sampling


class AutoAugment(Transform):
    """Make two changes that were found to serve a data set (Cubuk et al., 2019)."""

    target = "torchvision.transforms.v2:AutoAugment"
    differs = {"policy": "the library's default is a member of an enumeration, and this the member's value"}

    policy: Literal["imagenet", "cifar10", "svhn"] = setting("imagenet", "The data set whose changes are made.")
    interpolation: Sampling = setting("nearest", "How pixels between pixels are made.")
    fill: Colour | None = setting(
        None, "Level of what lies outside the image, 0 to 255; or one per channel; none: black."
    )

    def kwargs(self) -> dict[str, Any]:
        policy = load_target("torchvision.transforms:AutoAugmentPolicy")(self.policy)
        return {**super().kwargs(), "policy": policy}
