"""What a recipe may say of transforms, and how the settings are read back from the library's objects."""

import pytest
from pydantic import ValidationError

from recipe.runtime.build import build
from recipe.schemas.base import leaves
from recipe.schemas.transforms import Transform, end_in_one_size


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
]


@pytest.mark.parametrize("transform", SAID, ids=repr)
def test_settings_are_read_back_as_they_were_said(transform):
    said = {leaf.dotted: leaf.value for leaf in leaves(transform)}
    assert transform.read(build(transform)) == said


@pytest.mark.parametrize("transform", [each for each in SAID if type(each).model_fields], ids=repr)
def test_what_the_object_holds_instead_is_read(transform):
    for name in type(transform).model_fields:
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


@pytest.mark.parametrize(
    ("transforms", "of_one_size", "of_many"),
    [
        ([], True, False),
        ([parse("Resize", size=8)], True, False),
        ([parse("Resize", size=[8, 8])], True, True),
        ([parse("Resize", size=8), parse("CenterCrop", size=8)], True, True),
        ([parse("RandomCrop", size=8), parse("RandomRotation", degrees=9)], True, True),
        ([parse("RandomCrop", size=8), parse("RandomRotation", degrees=9, expand=True)], False, False),
        ([parse("RandomRotation", degrees=9, expand=True), parse("RandomResizedCrop", size=8)], True, True),
    ],
)
def test_whether_batches_can_be_stacked(transforms, of_one_size, of_many):
    assert end_in_one_size(transforms, begin_in_one=True) is of_one_size
    assert end_in_one_size(transforms, begin_in_one=False) is of_many
