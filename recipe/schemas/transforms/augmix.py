"""AugMix."""

from typing import Annotated

from pydantic import AfterValidator, PositiveFloat, PositiveInt
from pydantic_core import PydanticCustomError

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import Colour, Sampling


def _depth(number: int) -> int:
    if number < 1 and number != -1:
        raise PydanticCustomError("depth", "must be -1, for one to three as is drawn, or at least 1")
    return number


class AugMix(Transform):
    """Mix the image with several changed ones (Hendrycks et al., 2020)."""

    target = "torchvision.transforms.v2:AugMix"

    severity: int = setting(3, "How strong changes are: 1 to 10.", ge=1, le=10)
    mixture_width: PositiveInt = setting(3, "How many changed images are mixed.")
    chain_depth: Annotated[int, AfterValidator(_depth)] = setting(
        -1, "How many changes each of them has; -1: one to three, as is drawn."
    )
    alpha: PositiveFloat = setting(1.0, "How evenly they are mixed: above 1 more evenly, below less.")
    all_ops: bool = setting(True, "Change brightness, contrast, colours and sharpness too.")
    interpolation: Sampling = setting("bilinear", "How pixels between pixels are made.")
    fill: Colour | None = setting(
        None, "Level of what lies outside the image, 0 to 255; or one per channel; none: black."
    )
