"""Grayscale."""

from typing import Literal

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform


class Grayscale(Transform):
    """Take the colours away."""

    target = "torchvision.transforms.v2:Grayscale"
    differs = {"num_output_channels": "networks and normalization take three channels; the library's default is 1"}

    num_output_channels: Literal[3] = setting(3, "Channels of the result, all alike.")
