"""Pad."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import ImageSize, Transform
from recipe.schemas.transforms.forms import Colour, Padding, PaddingMode, four_sides


class Pad(Transform):
    """Add pixels around the image."""

    target = "torchvision.transforms.v2:Pad"
    example = {"padding": 4}

    padding: Padding = setting(
        doc="Pixels: on all sides, `[left and right, top and bottom]`, or `[left, top, right, bottom]`."
    )
    fill: Colour = setting(
        0, "Level of added pixels, 0 to 255, where `padding_mode` is `constant`; or one per channel."
    )
    padding_mode: PaddingMode = setting("constant", "What added pixels show: `fill`, or the image itself.")

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:
        if size is None:
            return None
        left, top, right, bottom = four_sides(self.padding)
        return (size[0] + top + bottom, size[1] + left + right)
