"""Mixers: what is done to a whole batch of training images and its labels."""

from recipe.schemas.component import Component


class Mixer(Component, kind="mixer"):
    """A transform of batches of `torchvision.transforms.v2`: images [N, 3, H, W] and labels [N] → the same, mixed.

    Labels become the share of each class, [N, C].
    """
