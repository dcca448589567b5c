"""RandomPosterize."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform


class RandomPosterize(Transform):
    """Leave only the highest bits of each level, now and then."""

    target = "torchvision.transforms.v2:RandomPosterize"
    example = {"bits": 4}

    bits: int = setting(doc="Bits that are left of each level: 8 leave it as it is, 0 leave black.", ge=0, le=8)
    p: float = setting(0.5, "Share of the images that are changed.", ge=0, le=1)
