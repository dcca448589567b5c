"""Resize."""

from typing import Any

from pydantic import PositiveInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from recipe.schemas.base import setting
from recipe.schemas.transforms import ImageSize, Transform
from recipe.schemas.transforms.forms import Interpolation, Size


class Resize(Transform):
    """Make an image larger or smaller."""

    target = "torchvision.transforms.v2:Resize"
    example = {"size": [224, 224]}

    size: Size = setting(doc="`[height, width]`; or of the shorter side, the other one in proportion.")
    interpolation: Interpolation = setting("bilinear", "How pixels between pixels are made.")
    max_size: PositiveInt | None = setting(
        None, "Most of the longer side, where `size` is of the shorter: `size` gives way to it."
    )
    antialias: bool = setting(True, "Smooth what gets smaller (`bilinear` and `bicubic`), as Pillow does.")

    @field_validator("max_size")
    @classmethod
    def _goes_with_size(cls, value: int | None, info: ValidationInfo) -> int | None:
        size = info.data.get("size", 0)
        if value is not None and isinstance(size, tuple):
            raise PydanticCustomError("max_size", "has no meaning where `size` is a list: both sides are fixed")
        if value is not None and value <= size:
            raise PydanticCustomError("max_size", "must be larger than `size`, which is of the shorter side")
        return value

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:
        """A single number leaves the longer side to the image."""
        if size is None or isinstance(self.size, tuple):
            return self.size if isinstance(self.size, tuple) else None
        short, long = self.size, int(self.size * max(size) / min(size))
        if self.max_size is not None and long > self.max_size:
            short, long = int(self.max_size * short / long), self.max_size
        return (short, long) if size[0] <= size[1] else (long, short)

    def held(self) -> dict[str, Any]:
        return {"size": self.size if isinstance(self.size, tuple) else (self.size,)}
