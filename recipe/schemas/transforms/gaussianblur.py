"""GaussianBlur."""

from typing import Annotated, Any

from annotated_types import Gt
from pydantic import AfterValidator, PositiveInt
from pydantic_core import PydanticCustomError

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import OrNumber, Rising, twice

Sigma = Annotated[float, Gt(0)]


def _odd(number: int) -> int:
    if number % 2 == 0:
        raise PydanticCustomError("odd", "must be odd")
    return number


Odd = Annotated[PositiveInt, AfterValidator(_odd)]


class GaussianBlur(Transform):
    """Blur the image, now more, now less."""

    target = "torchvision.transforms.v2:GaussianBlur"
    example = {"kernel_size": 5}

    kernel_size: Annotated[tuple[Odd, Odd], OrNumber(Odd)] = setting(
        doc="Pixels that are blurred together: `[across, down]`, or both; odd."
    )
    sigma: Annotated[tuple[Sigma, Sigma], Rising, OrNumber(Sigma)] = setting(
        (0.1, 2.0), "Standard deviation of the blur in pixels: `[least, most]`, or always the same."
    )

    def held(self) -> dict[str, Any]:
        return {"kernel_size": twice(self.kernel_size), "sigma": twice(self.sigma)}
