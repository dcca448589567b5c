"""RandomSolarize."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform


class RandomSolarize(Transform):
    """Invert the light pixels, now and then."""

    target = "torchvision.transforms.v2:RandomSolarize"
    example = {"threshold": 128}

    threshold: float = setting(doc="Levels from here on are inverted, 0 to 255.", ge=0, le=255)
    p: float = setting(0.5, "Share of the images that are changed.", ge=0, le=1)
