"""Mean and standard deviation, against NumPy."""

import numpy as np

from recipe.runtime.data.image_statistics import levels_of, statistics_of
from recipe.runtime.data.images import ArrayImages


def test_they_are_those_of_numpy_over_all_pixels():
    pixels = np.random.default_rng(0).integers(0, 256, (7, 5, 6, 3)).astype(np.uint8)
    pixels[..., 1] //= 3
    images = ArrayImages(("a",), (0,) * 7, tuple("abcdefg"), pixels)
    found = statistics_of(levels_of(images))
    flat = pixels.reshape(-1, 3).astype(np.float64) / 255
    np.testing.assert_allclose(found.mean, flat.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.std, flat.std(axis=0), rtol=1e-12)
