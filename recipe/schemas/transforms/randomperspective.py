"""RandomPerspective."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import Colour, Sampling


class RandomPerspective(Transform):
    """Show the image from another side, now and then."""

    target = "torchvision.transforms.v2:RandomPerspective"

    distortion_scale: float = setting(
        0.5, "How far a corner goes inwards at most: 1 is to the middle of the image.", ge=0, le=1
    )
    p: float = setting(0.5, "Share of the images that are changed.", ge=0, le=1)
    interpolation: Sampling = setting("bilinear", "How pixels between pixels are made.")
    fill: Colour = setting(0, "Level of what lies outside the image, 0 to 255; or one per channel.")
