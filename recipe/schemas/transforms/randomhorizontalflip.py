"""RandomHorizontalFlip."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform


class RandomHorizontalFlip(Transform):
    """Flip left and right, now and then."""

    target = "torchvision.transforms.v2:RandomHorizontalFlip"

    p: float = setting(0.5, "Share of the images that are flipped.", ge=0, le=1)
