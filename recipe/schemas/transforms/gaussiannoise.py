"""GaussianNoise."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform


class GaussianNoise(Transform):
    """Add noise to every level of every pixel; levels stay between 0 and 255."""

    target = "torchvision.transforms.v2:GaussianNoise"

    mean: float = setting(0.0, "Mean of the noise, as a share of 255 levels.", ge=-1, le=1)
    sigma: float = setting(0.1, "Standard deviation of the noise, as a share of 255 levels.", ge=0, le=1)
