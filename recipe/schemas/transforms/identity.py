"""Identity."""

from recipe.schemas.transforms import Transform


class Identity(Transform):
    """Leave the image as it is: in a matrix, the run that others are compared with."""

    target = "torchvision.transforms.v2:Identity"
