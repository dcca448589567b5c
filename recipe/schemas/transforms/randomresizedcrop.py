"""RandomResizedCrop."""

from typing import Annotated, Any

from recipe.schemas.base import setting
from recipe.schemas.transforms import ImageSize, Transform
from recipe.schemas.transforms.forms import Interpolation, Ratio, Rising, Share, Size, twice


class RandomResizedCrop(Transform):
    """Cut out a part of any size and shape, wherever it lies, and bring it to one size."""

    target = "torchvision.transforms.v2:RandomResizedCrop"
    example = {"size": 224}

    size: Size = setting(doc="What parts are brought to: `[height, width]`, or both sides.")
    scale: Annotated[tuple[Share, Share], Rising] = setting(
        (0.08, 1.0), "Least and most of the image's area that a part has."
    )
    ratio: Annotated[tuple[Ratio, Ratio], Rising] = setting(
        (3 / 4, 4 / 3), "Least and most of a part's width over its height."
    )
    interpolation: Interpolation = setting("bilinear", "How pixels between pixels are made.")
    antialias: bool = setting(True, "Smooth what gets smaller (`bilinear` and `bicubic`), as Pillow does.")

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:  # noqa: ARG002
        return twice(self.size)

    def held(self) -> dict[str, Any]:
        return {"size": twice(self.size)}
