"""RandomVerticalFlip."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform


class RandomVerticalFlip(Transform):
    """Flip upside down, now and then."""

    target = "torchvision.transforms.v2:RandomVerticalFlip"

    p: float = setting(0.5, "Share of the images that are flipped.", ge=0, le=1)
