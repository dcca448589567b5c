"""Fields of transforms show in the images that they make of one image, with several seeds."""

import numpy as np

from recipe.runtime.data.pipeline import Pipeline
from tests.override.pair import pair

FIELDS = {
    "p": pair(0.3, 0.7),
    "CenterCrop.size": pair(20, [20, 16]),
    "ColorJitter.brightness": pair(None, 0.5),
    "ColorJitter.contrast": pair(None, 0.5),
    "ColorJitter.saturation": pair(None, 0.5),
    "ColorJitter.hue": pair(None, 0.3),
    "GaussianBlur.kernel_size": pair(3, 5),
    "GaussianBlur.sigma": pair(0.5, 2.0),
    "Pad.padding": pair(2, [1, 2, 3, 4]),
    "Pad.fill": pair(0, 90),
    "Pad.padding_mode": pair("constant", "reflect"),
    "RandomCrop.size": pair(20, 16),
    "RandomCrop.padding": pair(None, 4, size=20),
    "RandomCrop.pad_if_needed": pair(False, True, size=40),
    "RandomCrop.fill": pair(0, 90, padding=8, size=20),
    "RandomCrop.padding_mode": pair("constant", "edge", padding=8, size=20),
    "RandomErasing.scale": pair([0.02, 0.1], [0.3, 0.5]),
    "RandomErasing.ratio": pair([0.3, 0.4], [2.0, 3.0]),
    "RandomErasing.value": pair(0.0, 200.0),
    "RandomResizedCrop.size": pair(16, 20),
    "RandomResizedCrop.scale": pair([0.1, 0.2], [0.5, 0.9], size=16),
    "RandomResizedCrop.ratio": pair([0.5, 0.6], [1.5, 2.0], size=16),
    "RandomResizedCrop.interpolation": pair("bilinear", "nearest", size=16),
    "RandomResizedCrop.antialias": pair(True, False, size=8, scale=[0.8, 1.0]),
    "RandomRotation.degrees": pair(10.0, [80.0, 90.0]),
    "RandomRotation.interpolation": pair("nearest", "bilinear"),
    "RandomRotation.expand": pair(False, True),
    "RandomRotation.center": pair(None, [0.0, 0.0]),
    "RandomRotation.fill": pair(0, [9, 90, 200]),
    "Resize.size": pair([16, 16], 20),
    "Resize.interpolation": pair("bilinear", "bicubic"),
    "Resize.max_size": pair(None, 21, size=20),
    "Resize.antialias": pair(True, False, size=[8, 8]),
}
ONE_VALUE = {"transform.Grayscale.num_output_channels": "networks take three channels, so it may only be 3"}
"""Leaves that have no second value: a test sees the others refused."""
SEEDS = range(12)
_IMAGE = np.random.default_rng(0).integers(0, 256, (32, 28, 3), dtype=np.uint8)


def look(component, name, folder):
    """What becomes of the image, or the error where it cannot be transformed."""
    pipeline = Pipeline((component,), (0.5,) * 3, (0.5,) * 3)
    try:
        made = [pipeline.apply(_IMAGE, seed) for seed in SEEDS]
    except ValueError as error:
        return str(error)
    return [(tuple(image.shape), image.contiguous().numpy().tobytes()) for image in made]
