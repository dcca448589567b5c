"""RandomRotation."""

from typing import Annotated, Any, Literal

from annotated_types import Ge

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import Colour, OrNumber, Rising, around, mode


class RandomRotation(Transform):
    """Turn the image about a point, by any angle of a range."""

    target = "torchvision.transforms.v2:RandomRotation"
    example = {"degrees": 10}

    degrees: Annotated[tuple[float, float], Rising, OrNumber(Annotated[float, Ge(0)])] = setting(
        doc="Degrees, anticlockwise: `[least, most]`, or as far as that to either side."
    )
    interpolation: Literal["nearest", "bilinear"] = setting("nearest", "How pixels between pixels are made.")
    expand: bool = setting(False, "Enlarge the image so that the turned one fits; its size then goes by the angle.")
    center: tuple[float, float] | None = setting(
        None, "The point, `[x, y]` from the upper left corner; none: the middle of the image."
    )
    fill: Colour = setting(0, "Level of what lies outside the image, 0 to 255; or one per channel.")

    @property
    def keeps_size(self) -> bool:
        return not self.expand

    def kwargs(self) -> dict[str, Any]:
        return {**super().kwargs(), "interpolation": mode(self.interpolation)}

    def held(self) -> dict[str, Any]:
        return {"degrees": around(self.degrees, 0)}
