"""RandomEqualize."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform


class RandomEqualize(Transform):
    """Spread the levels of each channel evenly, now and then."""

    target = "torchvision.transforms.v2:RandomEqualize"

    p: float = setting(0.5, "Share of the images that are changed.", ge=0, le=1)
