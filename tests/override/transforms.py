"""Fields of transforms show in the images that they make of one image, with several seeds."""

import numpy as np

from recipe.runtime.data.pipeline import Pipeline
from tests.override.pair import pair

FIELDS = {
    "p": pair(0.3, 0.7),
    "AugMix.severity": pair(1, 10),
    "AugMix.mixture_width": pair(1, 3),
    "AugMix.chain_depth": pair(-1, 4),
    "AugMix.alpha": pair(0.2, 5.0),
    "AugMix.all_ops": pair(True, False),
    "AugMix.interpolation": pair("bilinear", "nearest"),
    "AugMix.fill": pair(None, 200),
    "AutoAugment.policy": pair("imagenet", "svhn"),
    "AutoAugment.interpolation": pair("nearest", "bilinear", policy="svhn"),
    "AutoAugment.fill": pair(None, [9, 90, 200], policy="svhn"),
    "CenterCrop.size": pair(20, [20, 16]),
    "ColorJitter.brightness": pair(None, 0.5),
    "ColorJitter.contrast": pair(None, 0.5),
    "ColorJitter.saturation": pair(None, 0.5),
    "ColorJitter.hue": pair(None, 0.3),
    "ElasticTransform.alpha": pair(50.0, [50.0, 0.0], sigma=2.0),
    "ElasticTransform.sigma": pair(2.0, [2.0, 1.0]),
    "ElasticTransform.interpolation": pair("bilinear", "nearest", sigma=2.0),
    "ElasticTransform.fill": pair(0, 90, sigma=2.0, alpha=200.0),
    "GaussianBlur.kernel_size": pair(3, 5),
    "GaussianBlur.sigma": pair(0.5, 2.0),
    "GaussianNoise.mean": pair(0.0, 0.2),
    "GaussianNoise.sigma": pair(0.1, 0.3),
    "JPEG.quality": pair(90, [10, 20]),
    "Pad.padding": pair(2, [1, 2, 3, 4]),
    "Pad.fill": pair(0, 90),
    "Pad.padding_mode": pair("constant", "reflect"),
    "RandAugment.num_ops": pair(1, 3),
    "RandAugment.num_magnitude_bins": pair(31, 11),
    "RandAugment.magnitude": pair(9, 25),
    "RandAugment.interpolation": pair("nearest", "bilinear"),
    "RandAugment.fill": pair(None, 90),
    "RandomAdjustSharpness.sharpness_factor": pair(0, 2.5),
    "RandomAffine.degrees": pair(10.0, [80.0, 90.0]),
    "RandomAffine.translate": pair(None, [0.2, 0.0], degrees=0),
    "RandomAffine.scale": pair(None, [0.5, 0.8], degrees=0),
    "RandomAffine.shear": pair([-20.0, 20.0], [-20.0, 20.0, 5.0, 9.0], degrees=0),
    "RandomAffine.interpolation": pair("nearest", "bilinear"),
    "RandomAffine.fill": pair(0, [9, 90, 200]),
    "RandomAffine.center": pair(None, [0.0, 0.0]),
    "RandomApply.transforms": pair(["RandomInvert"], ["RandomGrayscale"], p=1),
    "RandomChoice.transforms": pair(["RandomHorizontalFlip", "Grayscale"], ["Grayscale", "RandomHorizontalFlip"]),
    "RandomChoice.p": pair(None, [0, 1]),
    "RandomCrop.size": pair(20, 16),
    "RandomCrop.padding": pair(None, 4, size=20),
    "RandomCrop.pad_if_needed": pair(False, True, size=40),
    "RandomCrop.fill": pair(0, 90, padding=8, size=20),
    "RandomCrop.padding_mode": pair("constant", "edge", padding=8, size=20),
    "RandomErasing.scale": pair([0.02, 0.1], [0.3, 0.5]),
    "RandomErasing.ratio": pair([0.3, 0.4], [2.0, 3.0]),
    "RandomErasing.value": pair(0.0, 200.0),
    "RandomOrder.transforms": pair(["Grayscale"], ["Grayscale", "RandomHorizontalFlip"]),
    "RandomPerspective.distortion_scale": pair(0.1, 0.6),
    "RandomPerspective.interpolation": pair("bilinear", "nearest"),
    "RandomPerspective.fill": pair(0, 90),
    "RandomPhotometricDistort.brightness": pair([0.875, 1.125], [0.4, 0.5]),
    "RandomPhotometricDistort.contrast": pair([0.5, 1.5], [0.4, 0.5]),
    "RandomPhotometricDistort.saturation": pair([0.5, 1.5], [0.4, 0.5]),
    "RandomPhotometricDistort.hue": pair([-0.05, 0.05], [0.2, 0.3]),
    "RandomPosterize.bits": pair(2, 4),
    "RandomResize.min_size": pair(10, 16, max_size=20),
    "RandomResize.max_size": pair(12, 20, min_size=10),
    "RandomResize.interpolation": pair("bilinear", "nearest", min_size=10, max_size=20),
    "RandomResize.antialias": pair(True, False, min_size=8, max_size=12),
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
    "RandomShortestSize.min_size": pair(16, [16, 20]),
    "RandomShortestSize.max_size": pair(None, 21, min_size=20),
    "RandomShortestSize.interpolation": pair("bilinear", "nearest-exact", min_size=16),
    "RandomShortestSize.antialias": pair(True, False, min_size=8),
    "RandomSolarize.threshold": pair(20, 200),
    "RandomZoomOut.fill": pair(0, [9, 90, 200]),
    "RandomZoomOut.side_range": pair([1.0, 4.0], [2.0, 2.5]),
    "Resize.size": pair([16, 16], 20),
    "Resize.interpolation": pair("bilinear", "bicubic"),
    "Resize.max_size": pair(None, 21, size=20),
    "Resize.antialias": pair(True, False, size=[8, 8]),
    "ScaleJitter.target_size": pair([16, 20], [20, 16]),
    "ScaleJitter.scale_range": pair([0.5, 1.0], [1.5, 2.0]),
    "ScaleJitter.interpolation": pair("bilinear", "bicubic", target_size=[20, 20]),
    "ScaleJitter.antialias": pair(True, False, target_size=[10, 10], scale_range=[0.5, 1.0]),
    "TrivialAugmentWide.num_magnitude_bins": pair(31, 5),
    "TrivialAugmentWide.interpolation": pair("nearest", "bilinear"),
    "TrivialAugmentWide.fill": pair(None, 90),
}
ONE_VALUE = {"transform.Grayscale.num_output_channels": "networks take three channels, so it may only be 3"}
"""Leaves that have no second value: a test sees the others refused."""
SEEDS = range(12)
_IMAGE = np.random.default_rng(0).integers(20, 230, (32, 28, 3), dtype=np.uint8)


def look(component, name, folder):
    """What becomes of the image, or the error where it cannot be transformed."""
    pipeline = Pipeline((component,), (0.5,) * 3, (0.5,) * 3)
    try:
        made = [pipeline.apply(_IMAGE, seed) for seed in SEEDS]
    except ValueError as error:
        return str(error)
    return [(tuple(image.shape), image.contiguous().numpy().tobytes()) for image in made]
