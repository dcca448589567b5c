"""RandomAffine."""

from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import Colour, Degrees, OrNumber, Ratio, Rising, Sampling, around, rising

Part = Annotated[float, Ge(0), Le(1)]
Slant = Annotated[float, Gt(-90), Lt(90)]


def _one_or_two_ranges(numbers: tuple[float, ...]) -> tuple[float, ...]:
    if len(numbers) not in (2, 4):
        raise PydanticCustomError("two_or_four", "must be a number, or a list of two or of four")
    rising(numbers[:2])
    rising(numbers[-2:])
    return numbers


class RandomAffine(Transform):
    """Turn, move, scale and slant the image, all at once, about a point."""

    target = "torchvision.transforms.v2:RandomAffine"
    example = {"degrees": 10, "translate": [0.1, 0.1]}

    degrees: Degrees = setting(
        doc="Degrees to turn, clockwise: `[least, most]`, or as far as that to either side; 0: not turned."
    )
    translate: tuple[Part, Part] | None = setting(
        None, "Most that it moves to any side: `[share of the width, share of the height]`; none: not moved."
    )
    scale: Annotated[tuple[Ratio, Ratio], Rising] | None = setting(
        None, "Least and most factor of its size; none: not scaled."
    )
    shear: (
        Annotated[tuple[Slant, ...], AfterValidator(_one_or_two_ranges), OrNumber(Annotated[Slant, Ge(0)])] | None
    ) = setting(
        None,
        "Degrees to slant: `[least, most]` along x, `[least, most, least, most]` along x and y, or as far as that to "
        "either side along x; none: not slanted.",
    )
    interpolation: Sampling = setting("nearest", "How pixels between pixels are made.")
    fill: Colour = setting(0, "Level of what lies outside the image, 0 to 255; or one per channel.")
    center: tuple[float, float] | None = setting(
        None, "The point, `[x, y]` from the upper left corner; none: the middle of the image."
    )

    def held(self) -> dict[str, Any]:
        return {"degrees": around(self.degrees, 0), "shear": around(self.shear, 0)}
