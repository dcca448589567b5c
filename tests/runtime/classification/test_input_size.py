"""Images that a model does not take are told before training."""

import pytest
import torch

from recipe.runtime.classification.input_size import check_input_size
from recipe.runtime.classification.model import build_on_meta
from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.facts import Dataset, ImageSizes
from recipe.schemas.models import Model
from recipe.schemas.recipe import Recipe

RESIZE = {"type": "Resize", "size": [224, 224]}
TRAIN, VAL = ("R617", "augment", "train"), ("R617", "augment", "val")


def check(model, size, train=(), val=()):
    """Whether a model takes images of a size, width and height: the problems found, by place."""
    recipe = Recipe.parse(
        {
            "recipe": 1,
            "name": "a",
            "task": "classification",
            "model": model if isinstance(model, dict) else {"type": "TorchvisionModel", "name": model},
            "augment": {"train": list(train), "val": list(val)},
        }
    )
    sizes = ImageSizes(decoded_bytes=1, first="a.png", first_size=size)
    dataset = Dataset(
        source="here",
        splits=FrozenDict(),
        images=FrozenDict({"train": 2, "val": 2}),
        classes=("a", "b"),
        fingerprint="",
        sizes=FrozenDict({"train": sizes, "val": sizes}),
    )
    try:
        check_input_size(recipe, dataset)
    except RecipeError as error:
        return {(problem.code, *problem.path): (problem.message, *problem.help) for problem in error.diagnostics}
    return {}


def test_a_vision_transformer_takes_one_size_only():
    message, way_out = check("vit_b_32", (300, 200))[TRAIN]
    assert "vit_b_32 does not take images of 300 × 200 pixels, as `augment.train` leaves them" in message
    assert "Expected 224 but got 200" in message
    assert "{type: Resize, size: [224, 224]}" in way_out
    assert check("vit_b_32", (300, 200), [RESIZE], [RESIZE]) == {}


def test_each_split_is_looked_at():
    assert check("vit_b_32", (224, 224), train=[{"type": "CenterCrop", "size": 64}]).keys() == {TRAIN}
    assert check("vit_b_32", (64, 64), train=[RESIZE]).keys() == {VAL}


def test_a_least_size():
    assert check("squeezenet1_1", (64, 64)) == {}
    assert check("squeezenet1_1", (8, 8)).keys() == {TRAIN, VAL}


@pytest.mark.parametrize("model", [{"type": "ResNet18"}, {"type": "ResNet50"}])
def test_residual_networks_are_believed_to_take_any_size(model):

    assert check(model, (1, 1)) == {}
    assert build_on_meta(Model.parse(model), 2).eval()(torch.empty(1, 3, 1, 1, device="meta")).shape == (1, 2)
