"""MixUp."""

from recipe.schemas.mixers.pairs import PairMixer


class MixUp(PairMixer):
    """Blend each image with another, and their labels by the same shares (Zhang et al. 2018)."""

    target = "torchvision.transforms.v2:MixUp"
