"""RandomRotation."""

from typing import Any

from recipe.schemas.base import setting
from recipe.schemas.transforms import ImageSize, Transform
from recipe.schemas.transforms.forms import Colour, Degrees, Sampling, around


class RandomRotation(Transform):
    """Turn the image about a point, by any angle of a range."""

    target = "torchvision.transforms.v2:RandomRotation"
    example = {"degrees": 10}

    degrees: Degrees = setting(doc="Degrees, anticlockwise: `[least, most]`, or as far as that to either side.")
    interpolation: Sampling = setting("nearest", "How pixels between pixels are made.")
    expand: bool = setting(False, "Enlarge the image so that the turned one fits; its size then goes by the angle.")
    center: tuple[float, float] | None = setting(
        None, "The point, `[x, y]` from the upper left corner; none: the middle of the image."
    )
    fill: Colour = setting(0, "Level of what lies outside the image, 0 to 255; or one per channel.")

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:
        return None if self.expand else size

    def held(self) -> dict[str, Any]:
        return {"degrees": around(self.degrees, 0)}
