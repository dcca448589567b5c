"""RandomPhotometricDistort."""

from typing import Annotated

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import Factor, Rising, Turn


class RandomPhotometricDistort(Transform):
    """Change brightness, contrast, saturation, hue and the order of channels, each now and then (Liu et al., 2016)."""

    target = "torchvision.transforms.v2:RandomPhotometricDistort"

    brightness: Annotated[tuple[Factor, Factor], Rising] = setting((0.875, 1.125), "Least and most factor.")
    contrast: Annotated[tuple[Factor, Factor], Rising] = setting((0.5, 1.5), "Likewise.")
    saturation: Annotated[tuple[Factor, Factor], Rising] = setting((0.5, 1.5), "Likewise.")
    hue: Annotated[tuple[Turn, Turn], Rising] = setting((-0.05, 0.05), "Least and most share of the colour circle.")
    p: float = setting(0.5, "Share of the images that each change is made to.", ge=0, le=1)
