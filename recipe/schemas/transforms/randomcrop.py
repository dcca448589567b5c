"""RandomCrop."""

from typing import Any

from recipe.schemas.base import setting
from recipe.schemas.transforms import ImageSize, Transform
from recipe.schemas.transforms.forms import Colour, Padding, PaddingMode, Size, four_sides, twice


class RandomCrop(Transform):
    """Cut out a part of the image, wherever it lies."""

    target = "torchvision.transforms.v2:RandomCrop"
    example = {"size": 32, "padding": 4}

    size: Size = setting(doc="Of the part: `[height, width]`, or of both sides.")
    padding: Padding | None = setting(
        None, "Pixels added first: on all sides, `[left and right, top and bottom]`, or `[left, top, right, bottom]`."
    )
    pad_if_needed: bool = setting(False, "Pad images that are smaller than the part, which is an error otherwise.")
    fill: Colour = setting(
        0, "Level of added pixels, 0 to 255, where `padding_mode` is `constant`; or one per channel."
    )
    padding_mode: PaddingMode = setting("constant", "What added pixels show: `fill`, or the image itself.")

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:  # noqa: ARG002
        return twice(self.size)

    def held(self) -> dict[str, Any]:
        return {"size": twice(self.size), "padding": self._sides()}

    def _sides(self) -> tuple[int, ...] | None:
        """Left, right, top, bottom."""
        if not self.padding:
            return None
        left, top, right, bottom = four_sides(self.padding)
        return (left, right, top, bottom)
