"""RandomAdjustSharpness."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform


class RandomAdjustSharpness(Transform):
    """Blur or sharpen the image by a fixed factor, now and then."""

    target = "torchvision.transforms.v2:RandomAdjustSharpness"
    example = {"sharpness_factor": 2}

    sharpness_factor: float = setting(doc="0 blurs, 1 leaves the image as it is, 2 sharpens.", ge=0)
    p: float = setting(0.5, "Share of the images that are changed.", ge=0, le=1)
