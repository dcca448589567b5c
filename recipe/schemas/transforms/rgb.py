"""RGB."""

from recipe.schemas.transforms import Transform


class RGB(Transform):
    """Make three channels of one. Images have three already, so it changes nothing: for lists from elsewhere."""

    target = "torchvision.transforms.v2:RGB"
