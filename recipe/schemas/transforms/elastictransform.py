"""ElasticTransform."""

from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import Colour, Factor, OrNumber, Sampling, twice


def _both_or_none(pair: tuple[float, float]) -> tuple[float, float]:
    if (pair[0] == 0) != (pair[1] == 0):
        raise PydanticCustomError("both_or_none", "must be above 0 both across and down, or 0 in both")
    return pair


class ElasticTransform(Transform):
    """Pull every pixel a little way, neighbours alike, as if the image were drawn on rubber."""

    target = "torchvision.transforms.v2:ElasticTransform"

    alpha: Annotated[tuple[Factor, Factor], OrNumber(Factor)] = setting(
        50.0, "How far pixels are pulled: `[across, down]`, or both."
    )
    sigma: Annotated[tuple[Factor, Factor], AfterValidator(_both_or_none), OrNumber(Factor)] = setting(
        5.0,
        "Pixels over which neighbours are pulled alike: `[across, down]`, or both; 0: each goes its own way. Both "
        "sides of an image must be longer than four times that.",
    )
    interpolation: Sampling = setting("bilinear", "How pixels between pixels are made.")
    fill: Colour = setting(0, "Level of what lies outside the image, 0 to 255; or one per channel.")

    def held(self) -> dict[str, Any]:
        return {"alpha": twice(self.alpha), "sigma": twice(self.sigma)}
