"""ScaleJitter."""

from typing import Annotated

from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.transforms import ImageSize, Transform
from recipe.schemas.transforms.forms import Interpolation, Ratio, Rising


class ScaleJitter(Transform):
    """Make the image larger or smaller by a factor that is drawn, from the size that fits into a frame."""

    target = "torchvision.transforms.v2:ScaleJitter"
    example = {"target_size": [224, 224]}

    target_size: tuple[PositiveInt, PositiveInt] = setting(
        doc="The frame: `[width, height]`, in this order. An image that just fits into it has the factor 1."
    )
    scale_range: Annotated[tuple[Ratio, Ratio], Rising] = setting((0.1, 2.0), "Least and most factor.")
    interpolation: Interpolation = setting("bilinear", "How pixels between pixels are made.")
    antialias: bool = setting(True, "Smooth what gets smaller (`bilinear` and `bicubic`), as Pillow does.")

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:  # noqa: ARG002
        return None
