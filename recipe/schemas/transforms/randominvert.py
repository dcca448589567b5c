"""RandomInvert."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform


class RandomInvert(Transform):
    """Turn light to dark and colours to their opposites, now and then."""

    target = "torchvision.transforms.v2:RandomInvert"

    p: float = setting(0.5, "Share of the images that are inverted.", ge=0, le=1)
