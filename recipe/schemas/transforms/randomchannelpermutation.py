"""RandomChannelPermutation."""

from recipe.schemas.transforms import Transform


class RandomChannelPermutation(Transform):
    """Exchange the channels: each order is as likely as any other."""

    target = "torchvision.transforms.v2:RandomChannelPermutation"
