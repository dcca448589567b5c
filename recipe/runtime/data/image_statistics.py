"""Mean and standard deviation of the channels of many images, exact whatever their order."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recipe.runtime.data.images import Images, Pixels

Levels = NDArray[np.int64]
"""3 × 256: how many pixels of each channel have each level."""
Triple = tuple[float, float, float]

_FULL = 255


class Statistics(NamedTuple):
    """Of each channel, pixels between 0 and 1."""

    mean: Triple
    std: Triple


def count_levels(pixels: Pixels) -> Levels:
    """The levels of one image."""
    return np.array(Image.fromarray(pixels).histogram(), np.int64).reshape(3, 256)


def levels_of(images: Images) -> Levels:
    """The levels of all images of a split."""
    nothing = np.zeros((3, 256), np.int64)
    return sum((count_levels(images.decode(index)) for index in range(len(images))), nothing)


def statistics_of(levels: Levels) -> Statistics:
    """Mean and standard deviation (of the population) over all pixels."""
    scale = np.arange(256) / _FULL
    count = levels[0].sum()
    mean = (levels * scale).sum(axis=1) / count
    variance = (levels * (scale - mean[:, None]) ** 2).sum(axis=1) / count
    return Statistics(_triple(mean), _triple(np.sqrt(variance)))


def _triple(values: NDArray[np.float64]) -> Triple:
    red, green, blue = map(float, values)
    return red, green, blue
