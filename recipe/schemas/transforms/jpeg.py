"""JPEG."""

from typing import Annotated, Any

from annotated_types import Ge, Le

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import OrNumber, Rising, twice

Quality = Annotated[int, Ge(1), Le(100)]


class JPEG(Transform):
    """Compress the image as a JPEG file would, and read it back."""

    target = "torchvision.transforms.v2:JPEG"
    example = {"quality": [60, 100]}

    quality: Annotated[tuple[Quality, Quality], Rising, OrNumber(Quality)] = setting(
        doc="1, which is coarse, to 100: `[least, most]`, or always the same."
    )

    def held(self) -> dict[str, Any]:
        return {"quality": twice(self.quality)}
