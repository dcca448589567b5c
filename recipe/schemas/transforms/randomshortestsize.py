"""RandomShortestSize."""

from typing import Annotated, Any

from annotated_types import Len
from pydantic import PositiveInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from recipe.schemas.base import setting
from recipe.schemas.transforms import ImageSize, Transform
from recipe.schemas.transforms.forms import Interpolation, OrNumber


class RandomShortestSize(Transform):
    """Make the image larger or smaller: its shorter side gets one of several lengths."""

    target = "torchvision.transforms.v2:RandomShortestSize"
    example = {"min_size": [224, 256]}

    min_size: Annotated[tuple[PositiveInt, ...], Len(1), OrNumber(PositiveInt)] = setting(
        doc="Lengths of the shorter side, one of which is drawn; or always the same."
    )
    max_size: PositiveInt | None = setting(None, "Most of the longer side: the shorter one gives way to it.")
    interpolation: Interpolation = setting("bilinear", "How pixels between pixels are made.")
    antialias: bool = setting(True, "Smooth what gets smaller (`bilinear` and `bicubic`), as Pillow does.")

    @field_validator("max_size")
    @classmethod
    def _is_larger(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and value <= max(_listed(info.data.get("min_size", 0))):
            raise PydanticCustomError("max_size", "must be larger than every `min_size`, which is of the shorter side")
        return value

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:
        lengths = _listed(self.min_size)
        if size is None or len(set(lengths)) > 1:
            return None
        factor = lengths[0] / min(size)
        if self.max_size is not None:
            factor = min(factor, self.max_size / max(size))
        return (int(size[0] * factor), int(size[1] * factor))

    def held(self) -> dict[str, Any]:
        return {"min_size": _listed(self.min_size)}


def _listed(said: Any) -> tuple[int, ...]:
    return said if isinstance(said, tuple) else (said,)
