"""CenterCrop."""

from typing import Any

from recipe.schemas.base import setting
from recipe.schemas.transforms import ImageSize, Transform
from recipe.schemas.transforms.forms import Size, twice


class CenterCrop(Transform):
    """Cut out the middle; what is smaller is padded with black."""

    target = "torchvision.transforms.v2:CenterCrop"
    example = {"size": 224}

    size: Size = setting(doc="Of the part: `[height, width]`, or of both sides.")

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:  # noqa: ARG002
        return twice(self.size)

    def held(self) -> dict[str, Any]:
        return {"size": twice(self.size)}
