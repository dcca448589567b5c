"""TrivialAugmentWide."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import Colour, Sampling


class TrivialAugmentWide(Transform):
    """Make one change that is drawn, as strong as is drawn (Müller and Hutter, 2021)."""

    target = "torchvision.transforms.v2:TrivialAugmentWide"

    num_magnitude_bins: int = setting(31, "Steps from no change to the strongest.", ge=2)
    interpolation: Sampling = setting("nearest", "How pixels between pixels are made.")
    fill: Colour | None = setting(
        None, "Level of what lies outside the image, 0 to 255; or one per channel; none: black."
    )
