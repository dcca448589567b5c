"""RandomResize."""

from pydantic import PositiveInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from recipe.schemas.base import setting
from recipe.schemas.transforms import ImageSize, Transform
from recipe.schemas.transforms.forms import Interpolation


class RandomResize(Transform):
    """Make the image larger or smaller: its shorter side gets a length that is drawn."""

    target = "torchvision.transforms.v2:RandomResize"
    example = {"min_size": 224, "max_size": 257}

    min_size: PositiveInt = setting(doc="Least length of the shorter side.")
    max_size: PositiveInt = setting(doc="What that length stays below.")
    interpolation: Interpolation = setting("bilinear", "How pixels between pixels are made.")
    antialias: bool = setting(True, "Smooth what gets smaller (`bilinear` and `bicubic`), as Pillow does.")

    @field_validator("max_size")
    @classmethod
    def _is_larger(cls, value: int, info: ValidationInfo) -> int:
        if value <= info.data.get("min_size", 0):
            raise PydanticCustomError("max_size", "must be larger than `min_size`: it is never drawn itself")
        return value

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:  # noqa: ARG002
        return None
