"""Each transform of the catalogue on real pixels, and each class of the library that is no transform here."""

import inspect
import random
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torchvision.transforms import v2

from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.report import Report
from recipe.runtime.data.pipeline import Pipeline
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.foreign_names import foreign_words
from recipe.schemas.transforms import Transform


class Row(NamedTuple):
    """What a transform takes, and what it refuses."""

    legal: dict[str, Any]
    illegal: dict[str, Any]
    path: tuple[str | int, ...]
    """Of the illegal value."""
    is_random: bool = True


TABLE = {
    "AugMix": Row({"severity": 5, "chain_depth": 2}, {"severity": 11}, ("severity",)),
    "AutoAugment": Row({"policy": "cifar10", "fill": 90}, {"policy": "coco"}, ("policy",)),
    "CenterCrop": Row({"size": [20, 24]}, {"size": 0}, ("size",), is_random=False),
    "ColorJitter": Row({"brightness": 0.4, "hue": 0.1}, {"brightness": -0.1}, ("brightness",)),
    "ElasticTransform": Row({"alpha": 60, "sigma": [2, 3]}, {"sigma": [0, 3]}, ("sigma",)),
    "GaussianBlur": Row({"kernel_size": [3, 5]}, {"kernel_size": 4}, ("kernel_size",)),
    "GaussianNoise": Row({"mean": 0.1, "sigma": 0.2}, {"sigma": -0.1}, ("sigma",)),
    "Grayscale": Row({"num_output_channels": 3}, {"num_output_channels": 1}, ("num_output_channels",), is_random=False),
    "Identity": Row({}, {"p": 0.5}, ("p",), is_random=False),
    "JPEG": Row({"quality": [5, 50]}, {"quality": 101}, ("quality",)),
    "Pad": Row({"padding": [1, 2], "padding_mode": "reflect"}, {"padding": -1}, ("padding",), is_random=False),
    "RGB": Row({}, {"p": 0.5}, ("p",), is_random=False),
    "RandAugment": Row({"num_ops": 3, "magnitude": 30}, {"magnitude": 31}, ("magnitude",)),
    "RandomAdjustSharpness": Row({"sharpness_factor": 2.5}, {"sharpness_factor": -1}, ("sharpness_factor",)),
    "RandomAffine": Row(
        {"degrees": [-10, 20], "translate": [0.1, 0.2], "scale": [0.5, 2], "shear": [-10, 10, 0, 5], "fill": [1, 2, 3]},
        {"degrees": 10, "translate": [0.1, 1.2]},
        ("translate", 1),
    ),
    "RandomApply": Row({"transforms": ["RandomInvert", "RGB"], "p": 0.3}, {"transforms": []}, ("transforms",)),
    "RandomAutocontrast": Row({"p": 0.4}, {"p": 1.5}, ("p",)),
    "RandomChannelPermutation": Row({}, {"p": 0.5}, ("p",)),
    "RandomChoice": Row(
        {"transforms": ["Grayscale", "RGB"], "p": [1, 3]}, {"transforms": ["RGB"], "p": [1, 2]}, ("p",)
    ),
    "RandomCrop": Row({"size": [20, 24], "padding": 4}, {"size": [20, -24]}, ("size", 1)),
    "RandomEqualize": Row({"p": 0.4}, {"p": -0.1}, ("p",)),
    "RandomErasing": Row({"p": 0.9, "value": [1, 2, 3]}, {"scale": [0.5, 0.1]}, ("scale",)),
    "RandomGrayscale": Row({"p": 0.5}, {"p": 2}, ("p",)),
    "RandomHorizontalFlip": Row({"p": 0.4}, {"p": 1.01}, ("p",)),
    "RandomInvert": Row({"p": 0.4}, {"p": "often"}, ("p",)),
    "RandomOrder": Row(
        {"transforms": ["RandomEqualize", {"type": "GaussianBlur", "kernel_size": 3}]},
        {"transforms": [{"type": "GaussianBlur", "kernel_size": 2}]},
        ("transforms", 0, "kernel_size"),
    ),
    "RandomPerspective": Row({"distortion_scale": 0.8, "fill": 9}, {"distortion_scale": 1.2}, ("distortion_scale",)),
    "RandomPhotometricDistort": Row({"hue": [-0.2, 0.2]}, {"hue": [-0.2, 0.6]}, ("hue", 1)),
    "RandomPosterize": Row({"bits": 2}, {"bits": 9}, ("bits",)),
    "RandomResize": Row({"min_size": 20, "max_size": 30}, {"min_size": 20, "max_size": 20}, ("max_size",)),
    "RandomResizedCrop": Row({"size": 24, "scale": [0.2, 0.9]}, {"size": 24, "ratio": [0, 1]}, ("ratio", 0)),
    "RandomRotation": Row({"degrees": 30, "expand": True}, {"degrees": [20, 10]}, ("degrees",)),
    "RandomShortestSize": Row(
        {"min_size": [20, 30], "max_size": 35}, {"min_size": [20, 30], "max_size": 25}, ("max_size",)
    ),
    "RandomSolarize": Row({"threshold": 99.5}, {"threshold": 256}, ("threshold",)),
    "RandomVerticalFlip": Row({"p": 0.6}, {"p": None}, ("p",)),
    "RandomZoomOut": Row({"side_range": [1.2, 2], "fill": 7}, {"side_range": [0.5, 2]}, ("side_range", 0)),
    "Resize": Row({"size": 20, "max_size": 22}, {"size": 20, "max_size": 20}, ("max_size",), is_random=False),
    "ScaleJitter": Row(
        {"target_size": [20, 30], "scale_range": [0.5, 1.5]},
        {"target_size": [20, 30], "scale_range": [0, 1]},
        ("scale_range", 0),
    ),
    "TrivialAugmentWide": Row({"num_magnitude_bins": 5}, {"num_magnitude_bins": 1}, ("num_magnitude_bins",)),
}

_BOXES = "for boxes, points and masks, which an image with a label has not"
_NUMBERS = "turns images into other data; here they are tensors of 8 bits until they are normalized"
NOT_TRANSFORMS = {
    "Transform": "the base of all others",
    "Compose": "the list of transforms is its own composition",
    "Lambda": "code, which a recipe does not hold",
    "LinearTransformation": "takes two tensors, as large as all pixels of an image",
    "Normalize": "implied: `data.normalize`",
    "UniformTemporalSubsample": "for videos",
    **dict.fromkeys(("FiveCrop", "TenCrop"), "makes several images of one"),
    **dict.fromkeys(("CutMix", "MixUp"), "for batches: `augment.mix`"),
    **dict.fromkeys(("ToTensor", "PILToTensor", "ToImage", "ToPILImage", "ToPureTensor"), _NUMBERS),
    **dict.fromkeys(("ToDtype", "ConvertImageDtype"), _NUMBERS),
    **dict.fromkeys(("ClampBoundingBoxes", "ConvertBoundingBoxFormat", "RandomIoUCrop"), _BOXES),
    **dict.fromkeys(("SanitizeBoundingBoxes", "SanitizeKeyPoints", "ClampKeyPoints", "SetClampingMode"), _BOXES),
}
SEEDS = range(16)
SIZES = ((37, 52), (52, 37), (40, 40))
"""Heights and widths."""


def parse(word):
    return Transform.parse({"type": word, **TABLE[word].legal})


def photograph(size):
    """Levels that do not reach from 0 to 255, smooth in some places and not in others."""
    height, width = size
    slope = np.linspace(30, 150, height * width * 3).reshape(height, width, 3)
    return (slope + np.random.default_rng(0).integers(0, 60, (height, width, 3))).astype(np.uint8)


def apply(transform, image, seed):
    return Pipeline((transform,), (0.5,) * 3, (0.5,) * 3).apply(image, seed)


def test_the_table_has_each_transform():
    assert set(TABLE) == set(CATALOGUE.builtins("transform"))


def test_each_class_of_the_library_is_a_transform_or_is_not_for_a_reason():
    classes = {name for name, item in vars(v2).items() if inspect.isclass(item) and issubclass(item, torch.nn.Module)}
    assert {name for name in classes if not name.startswith("_")} == {*TABLE, *NOT_TRANSFORMS}
    assert not {*TABLE} & {*NOT_TRANSFORMS}


@pytest.mark.parametrize("word", TABLE)
def test_what_it_makes_has_eight_bits_and_comes_from_the_seed_alone(word):
    transform, image = parse(word), photograph(SIZES[0])
    before, state, numbers = image.copy(), random.getstate(), np.random.get_state()[1].copy()
    made = [apply(transform, image, seed) for seed in SEEDS]
    assert all(one.dtype is torch.uint8 and one.ndim == 3 and one.shape[0] == 3 for one in made)
    assert (image == before).all(), "decoded images are kept, so nobody may write into them"
    assert random.getstate() == state, "draws come from torch, whose state a run keeps"
    assert (np.random.get_state()[1] == numbers).all()
    random.seed(1)
    np.random.seed(1)
    torch.rand(3)
    for seed, one in zip(SEEDS, made, strict=True):
        assert torch.equal(apply(transform, image, seed), one)
    distinct = {(tuple(one.shape), one.contiguous().numpy().tobytes()) for one in made}
    assert (len(distinct) > 1) is TABLE[word].is_random


@pytest.mark.parametrize("word", TABLE)
def test_the_plan_knows_the_size_behind_it(word):
    transform = parse(word)
    for size in SIZES:
        made = {tuple(apply(transform, photograph(size), seed).shape[1:]) for seed in SEEDS}
        told = transform.size_behind(size)
        assert {told} == made if told else len(made) > 1
    assert transform.size_behind(None) in (None, told)


@pytest.mark.parametrize("size", [33, 100])
@pytest.mark.parametrize("rest", [{}, {"max_size": 120}])
@pytest.mark.parametrize("word", ["Resize", "RandomShortestSize"])
def test_the_plan_rounds_as_the_library_does(word, rest, size):
    transform = Transform.parse({"type": word, "size" if word == "Resize" else "min_size": size, **rest})
    for image in [(height, width) for height in (31, 100, 117) for width in (64, 97, 203)]:
        assert tuple(apply(transform, photograph(image), 0).shape[1:]) == transform.size_behind(image)


@pytest.mark.parametrize("word", TABLE)
def test_an_illegal_value_is_refused_before_anything_runs(word, recipe_file):
    row = TABLE[word]
    said = {"type": word, **row.illegal}
    file = recipe_file(
        "recipe: 1\nname: illegal\ntask: classification\nmodel: {type: ResNet18}\n"
        f"augment: {{train: [Identity, {_yaml(said)}]}}\n"
    )
    with pytest.raises(RecipeError) as caught:
        check_recipe(Request(str(file)), Report())
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.path == ("augment", "train", 1, *row.path)
    assert diagnostic.labels


@pytest.mark.parametrize(
    "word", ["ToTensor", "Normalize", "ToImage", "ToDtype", "PILToTensor", "ConvertImageDtype", "Compose"]
)
def test_what_is_implied_is_told_so(word, recipe_file):
    assert word in NOT_TRANSFORMS
    file = recipe_file(
        f"recipe: 1\nname: implied\ntask: classification\nmodel: {{type: ResNet18}}\naugment: {{train: [{word}]}}\n"
    )
    with pytest.raises(RecipeError) as caught:
        check_recipe(Request(str(file)), Report())
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.path) == ("R401", ("augment", "train", 0))
    assert any("implied" in help_ for help_ in diagnostic.help)
    assert ("`data.normalize`" in str(diagnostic.help)) is (word == "Normalize")


def test_every_foreign_word_is_a_class_that_is_no_transform():
    told = {name for name in NOT_TRANSFORMS if foreign_words("transform", name)}
    assert {*NOT_TRANSFORMS} - told == {
        "Transform",
        "LinearTransformation",
        "UniformTemporalSubsample",
        *(name for name, reason in NOT_TRANSFORMS.items() if reason == _BOXES),
    }


def _yaml(data):
    if isinstance(data, dict):
        return "{" + ", ".join(f"{key}: {_yaml(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(_yaml, data)) + "]"
    return "null" if data is None else str(data)
