"""Resize."""

from typing import Any

from pydantic import PositiveInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import Interpolation, Size, mode


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

    @property
    def fixes_size(self) -> bool:
        """A single number leaves the longer side as it comes."""
        return isinstance(self.size, tuple)

    def kwargs(self) -> dict[str, Any]:
        return {**super().kwargs(), "interpolation": mode(self.interpolation)}

    def held(self) -> dict[str, Any]:
        return {"size": self.size if isinstance(self.size, tuple) else (self.size,)}
