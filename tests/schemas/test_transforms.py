"""What a recipe may say of transforms, and how the settings are read back from the library's objects."""

import pytest
from pydantic import ValidationError

from recipe.runtime.build import build
from recipe.runtime.training.effective import effective_component
from recipe.schemas.base import leaves
from recipe.schemas.transforms import Transform, size_behind


def parse(word, **fields):
    return Transform.parse({"type": word, **fields})


SAID = [
    parse("Resize", size=200),
    parse("Resize", size=200, max_size=300, interpolation="nearest-exact"),
    parse("Resize", size=[200, 300], antialias=False),
    parse("CenterCrop", size=200),
    parse("CenterCrop", size=[200, 100]),
    parse("RandomCrop", size=32, padding=4),
    parse("RandomCrop", size=32, padding=0),
    parse("RandomCrop", size=[32, 30], padding=[1, 2], fill=7, padding_mode="edge"),
    parse("RandomCrop", size=32, padding=[1, 2, 3, 4], pad_if_needed=True, fill=[1, 2, 3]),
    parse("RandomResizedCrop", size=32, scale=[0.5, 1], ratio=[1, 1], interpolation="bicubic"),
    parse("RandomResizedCrop", size=[32, 16], antialias=False),
    parse("RandomHorizontalFlip", p=0.25),
    parse("RandomVerticalFlip", p=1),
    parse("RandomRotation", degrees=10),
    parse("RandomRotation", degrees=[-5, 10], interpolation="bilinear", expand=True, center=[1, 2], fill=[1, 2, 3]),
    parse("ColorJitter"),
    parse("ColorJitter", brightness=0.2, contrast=1.5, saturation=[0.5, 1.5], hue=0.1),
    parse("ColorJitter", brightness=0, contrast=[1, 1], saturation=[0, 0], hue=[-0.5, 0.5]),
    parse("Grayscale"),
    parse("RandomGrayscale", p=0.3),
    parse("GaussianBlur", kernel_size=5),
    parse("GaussianBlur", kernel_size=[5, 3], sigma=1.5),
    parse("RandomErasing", p=0.1, scale=[0.1, 0.2], ratio=[0.5, 2], value=128),
    parse("RandomErasing", value=[1, 2, 3]),
    parse("Pad", padding=3, fill=255),
    parse("Pad", padding=[1, 2], padding_mode="reflect"),
    parse("Pad", padding=[1, 2, 3, 4], fill=[0, 0, 1]),
    parse("Identity"),
    parse("AugMix", severity=1, mixture_width=2, chain_depth=2, alpha=0.5, all_ops=False, fill=[1, 2, 3]),
    parse("AutoAugment", policy="svhn", interpolation="bilinear", fill=9),
    parse("ElasticTransform", alpha=[20, 30], sigma=[2, 3], interpolation="nearest"),
    parse("ElasticTransform", alpha=20, sigma=0),
    parse("GaussianNoise", mean=-0.1, sigma=0.2),
    parse("JPEG", quality=50),
    parse("JPEG", quality=[1, 100]),
    parse("RandAugment", num_ops=3, num_magnitude_bins=5, magnitude=4, interpolation="bilinear", fill=[1, 2, 3]),
    parse("RandomAffine", degrees=0, shear=10),
    parse("RandomAffine", degrees=[-5, 10], translate=[0, 0.5], scale=[0.5, 2], shear=[-10, 20], center=[1, 2]),
    parse("RandomAffine", degrees=0, shear=[-10, 20, 0, 5], interpolation="bilinear", fill=[1, 2, 3]),
    parse("RandomChoice", transforms=["RandomInvert", "RandomEqualize"]),
    parse("RandomPerspective", distortion_scale=1, p=1, interpolation="nearest", fill=8),
    parse("RandomPhotometricDistort", brightness=[1, 1], contrast=[0, 2], saturation=[1, 3], hue=[0, 0.5], p=0.1),
    parse("RandomShortestSize", min_size=20, max_size=30),
    parse("RandomShortestSize", min_size=[20, 20, 30], interpolation="nearest", antialias=False),
    parse("RandomZoomOut", fill=[1, 2, 3], side_range=[1, 1.5], p=1),
    parse("ScaleJitter", target_size=[30, 40], scale_range=[1, 1]),
    parse("TrivialAugmentWide", num_magnitude_bins=2, fill=[1, 2, 3]),
]
NESTED = [
    parse("RandomApply", transforms=["RandomInvert", {"type": "Pad", "padding": 2}], p=0.1),
    parse("RandomChoice", transforms=["RandomInvert", {"type": "Pad", "padding": 2}], p=[3, 1]),
    parse("RandomOrder", transforms=["RandomInvert", {"type": "RandomApply", "transforms": [{"type": "Grayscale"}]}]),
]


@pytest.mark.parametrize("transform", SAID, ids=repr)
def test_settings_are_read_back_as_they_were_said(transform):
    said = {name: getattr(transform, name) for name in type(transform).model_fields if name != "transforms"}
    assert transform.read(build(transform)) == said


@pytest.mark.parametrize("transform", NESTED, ids=repr)
def test_transforms_inside_others_are_read_back(transform):
    said = {leaf.dotted: leaf.value for leaf in leaves(transform)}
    effective = effective_component("it", transform, build(transform))
    words = {path: value for path, value in effective.items() if path.endswith(".type")}
    assert "it.transforms.0.type" in words
    assert {path: value for path, value in effective.items() if path not in words} == {
        f"it.{path}": list(value) if isinstance(value, tuple) else value for path, value in said.items()
    }


@pytest.mark.parametrize("transform", [parse("RandomApply", transforms=["RandomInvert", "Grayscale"])], ids=repr)
def test_other_transforms_inside_are_no_parts(transform):
    built = build(transform)
    built.transforms.append(built.transforms[0])
    read = effective_component("it", transform, built)
    assert read == {
        "it.type": "RandomApply",
        "it.p": 0.5,
        "it.transforms": ["RandomInvert", "Grayscale", "RandomInvert"],
    }
    built.transforms[1:] = [build(parse("RandomEqualize", p=0.1))]
    read = effective_component("it", transform, built)
    assert read["it.transforms.1.type"] == "RandomEqualize"
    assert "it.transforms.1.p" not in read


@pytest.mark.parametrize("transform", [each for each in SAID if type(each).model_fields], ids=repr)
def test_what_the_object_holds_instead_is_read(transform):
    for name in set(type(transform).model_fields) - {"transforms"}:
        built = build(transform)
        setattr(built, name, "sabotaged")
        assert transform.read(built)[name] == "sabotaged"


@pytest.mark.parametrize(
    ("word", "attribute", "held", "read"),
    [
        ("ColorJitter", "brightness", (0.8, 1.2), (0.8, 1.2)),
        ("ColorJitter", "hue", None, None),
        ("GaussianBlur", "sigma", [1.0, 2.0], (1.0, 2.0)),
    ],
)
def test_a_range_that_was_changed_is_read_as_it_is(word, attribute, held, read):
    transform = parse(word, **({"kernel_size": 3} if word == "GaussianBlur" else {"brightness": 0.3, "hue": 0.1}))
    built = build(transform)
    setattr(built, attribute, held)
    assert transform.read(built)[attribute] == read


@pytest.mark.parametrize(
    ("word", "fields", "path", "says"),
    [
        ("Resize", {"size": 0}, ("size",), "greater than 0"),
        ("Resize", {"size": [3, 0]}, ("size", 1), "greater than 0"),
        ("Resize", {"size": 2.5}, ("size",), "integer"),
        ("Resize", {"size": True}, ("size",), "a number or a list"),
        ("Resize", {"size": "big"}, ("size",), "a number or a list"),
        ("Resize", {"size": [1, 2, 3]}, ("size",), "at most 2"),
        ("Resize", {"size": [3, 4], "max_size": 5}, ("max_size",), "no meaning"),
        ("Resize", {"size": 5, "max_size": 5}, ("max_size",), "larger than `size`"),
        ("RandomCrop", {"size": 3, "padding": [1, 2, 3]}, ("padding",), "two or of four"),
        ("RandomResizedCrop", {"size": 3, "scale": [0.9, 0.1]}, ("scale",), "must not be larger"),
        ("RandomResizedCrop", {"size": 3, "scale": [0.5, 1.5]}, ("scale", 1), "less than or equal to 1"),
        ("RandomRotation", {"degrees": -5}, ("degrees",), "greater than or equal to 0"),
        ("RandomRotation", {"degrees": 5, "interpolation": "bicubic"}, ("interpolation",), "'nearest' or 'bilinear'"),
        ("ColorJitter", {"hue": 0.6}, ("hue",), "less than or equal to 0.5"),
        ("ColorJitter", {"brightness": [-1, 1]}, ("brightness", 0), "greater than or equal to 0"),
        ("GaussianBlur", {"kernel_size": 4}, ("kernel_size",), "odd"),
        ("ElasticTransform", {"sigma": [0, 3]}, ("sigma",), "0 in both"),
        ("RandAugment", {"num_magnitude_bins": 5}, ("magnitude",), "which is 5"),
        ("RandAugment", {"num_magnitude_bins": 1}, ("num_magnitude_bins",), "equal to 2"),
        ("RandomAffine", {"degrees": 0, "shear": [2, 1]}, ("shear",), "must not be larger"),
        ("RandomAffine", {"degrees": 0, "shear": [1, 2, 2, 1]}, ("shear",), "must not be larger"),
        ("RandomAffine", {"degrees": 0, "shear": [1, 2, 3]}, ("shear",), "two or of four"),
        ("RandomAffine", {"degrees": 0, "shear": 90}, ("shear",), "less than 90"),
        ("RandomApply", {"transforms": []}, ("transforms",), "at least 1 item"),
        (
            "RandomApply",
            {"transforms": [{"type": "Pad", "padding": -1}]},
            ("transforms", 0, "padding"),
            "or equal to 0",
        ),
        ("RandomChoice", {"transforms": ["RGB"], "p": [1, 2]}, ("p",), "each of 1 transforms, not 2"),
        ("RandomChoice", {"transforms": ["RGB"], "p": [0]}, ("p",), "0 for all"),
        ("RandomChoice", {"transforms": ["RGB"], "p": [-1]}, ("p", 0), "or equal to 0"),
        ("RandomResize", {"min_size": 9, "max_size": 9}, ("max_size",), "never drawn"),
        ("RandomShortestSize", {"min_size": []}, ("min_size",), "at least 1 item"),
        ("RandomShortestSize", {"min_size": [9, 12], "max_size": 11}, ("max_size",), "every `min_size`"),
        ("Pad", {"padding": 1, "fill": [1, 2, 300]}, ("fill", 2), "less than or equal to 255"),
        ("Grayscale", {"num_output_channels": 1}, ("num_output_channels",), "should be 3"),
    ],
)
def test_what_the_library_would_refuse_or_get_wrong_is_refused_at_its_place(word, fields, path, says):
    with pytest.raises(ValidationError) as caught:
        parse(word, **fields)
    (error,) = caught.value.errors()
    assert error["loc"] == path
    assert says in error["msg"]


CROP = {"type": "RandomCrop", "size": 32, "padding": 4}
GROW = {"type": "Pad", "padding": 1}


@pytest.mark.parametrize(
    ("transforms", "of_one_size", "of_many"),
    [
        ([], (40, 32), None),
        ([parse("Resize", size=8)], (10, 8), None),
        ([parse("Resize", size=8, max_size=9)], (9, 7), None),
        ([parse("Resize", size=[8, 9])], (8, 9), (8, 9)),
        ([parse("Resize", size=8), parse("CenterCrop", size=8)], (8, 8), (8, 8)),
        ([parse("RandomCrop", size=8), parse("RandomRotation", degrees=9)], (8, 8), (8, 8)),
        ([parse("RandomCrop", size=8), parse("RandomRotation", degrees=9, expand=True)], None, None),
        ([parse("RandomRotation", degrees=9, expand=True), parse("RandomResizedCrop", size=8)], (8, 8), (8, 8)),
        ([parse("Pad", padding=[1, 2, 3, 4])], (46, 36), None),
        ([parse("RandomZoomOut")], None, None),
        ([parse("RandomShortestSize", min_size=16)], (20, 16), None),
        ([parse("RandomShortestSize", min_size=[16, 16])], (20, 16), None),
        ([parse("RandomShortestSize", min_size=[16, 17])], None, None),
        ([parse("RandomApply", transforms=["RandomInvert"])], (40, 32), None),
        ([parse("RandomApply", transforms=[CROP])], None, None),
        ([parse("RandomApply", transforms=[CROP], p=1)], (32, 32), (32, 32)),
        ([parse("RandomApply", transforms=[CROP], p=0)], (40, 32), None),
        ([parse("CenterCrop", size=32), parse("RandomApply", transforms=[CROP])], (32, 32), (32, 32)),
        ([parse("RandomApply", transforms=[GROW, {"type": "CenterCrop", "size": [40, 32]}])], (40, 32), None),
        ([parse("RandomChoice", transforms=[CROP, {"type": "CenterCrop", "size": 32}])], (32, 32), (32, 32)),
        ([parse("RandomChoice", transforms=[CROP, "RandomInvert"])], None, None),
        ([parse("RandomChoice", transforms=[CROP, "RandomInvert"], p=[1, 0])], (32, 32), (32, 32)),
        ([parse("RandomOrder", transforms=["RandomInvert", "Grayscale"])], (40, 32), None),
        ([parse("RandomOrder", transforms=[CROP, "RandomInvert"])], (32, 32), (32, 32)),
        ([parse("RandomOrder", transforms=[CROP, GROW])], None, None),
    ],
    ids=repr,
)
def test_whether_batches_can_be_stacked(transforms, of_one_size, of_many):
    assert size_behind(transforms, (40, 32)) == of_one_size
    assert size_behind(transforms, None) == of_many
