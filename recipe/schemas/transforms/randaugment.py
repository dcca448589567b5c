"""RandAugment."""

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import Colour, Sampling


class RandAugment(Transform):
    """Make several changes that are drawn, all equally strong (Cubuk et al., 2020)."""

    target = "torchvision.transforms.v2:RandAugment"

    num_ops: int = setting(2, "How many changes are made.", ge=0)
    num_magnitude_bins: int = setting(31, "Steps from no change to the strongest.", ge=2)
    magnitude: int = setting(
        9, "How strong they are: a step from 0, and below `num_magnitude_bins`.", ge=0, validate_default=True
    )
    interpolation: Sampling = setting("nearest", "How pixels between pixels are made.")
    fill: Colour | None = setting(
        None, "Level of what lies outside the image, 0 to 255; or one per channel; none: black."
    )

    @field_validator("magnitude")
    @classmethod
    def _is_a_step(cls, value: int, info: ValidationInfo) -> int:
        steps = info.data.get("num_magnitude_bins", value + 1)
        if value >= steps:
            raise PydanticCustomError(
                "magnitude", "must be below `num_magnitude_bins`, which is {steps}", {"steps": steps}
            )
        return value
