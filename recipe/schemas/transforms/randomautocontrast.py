"""RandomAutocontrast."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform


class RandomAutocontrast(Transform):
    """Stretch each channel to the whole range of levels, now and then."""

    target = "torchvision.transforms.v2:RandomAutocontrast"

    p: float = setting(0.5, "Share of the images that are changed.", ge=0, le=1)
