"""Transforms: what is done to an image on its way into the network."""

from recipe.schemas.component import Component


class Transform(Component, kind="transform"):
    """A transform of `torchvision.transforms.v2`, for images of 8 bits and three channels."""

    @property
    def fixes_size(self) -> bool:
        """Whether images of all sizes have one size behind it."""
        return False
