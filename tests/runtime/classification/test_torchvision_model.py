"""Every classifier of torchvision is one of ours, under its own name."""

from collections import Counter
from functools import cache

import pytest
import torch
import torchvision
from torchvision.models._api import WeightsEnum

from recipe.cli.main import run
from recipe.runtime.classification.model import build_on_meta, class_head_of, shapes_of
from recipe.runtime.parameters import trained_parameters
from recipe.schemas.layer_lr import LayerLR, groups_of
from recipe.schemas.models import Model
from recipe.schemas.models.torchvisionmodel import TorchvisionModel

NAMES = torchvision.models.list_models(module=torchvision.models)
QUICK = (
    "alexnet", "convnext_tiny", "googlenet", "inception_v3", "mobilenet_v3_small", "regnet_x_400mf", "resnet18",
    "shufflenet_v2_x0_5", "squeezenet1_1", "vit_b_32",
)  # fmt: skip
"""One of each kind of class head, and of each way to be built."""
WITH_SETTINGS = ("googlenet", "inception_v3", "vit_h_14")


def each(*quick):
    """All of them; only some are quick."""
    return [pytest.param(name, marks=[pytest.mark.slow] * (name not in quick)) for name in NAMES]


def model(name, **fields):
    return Model.parse({"type": "TorchvisionModel", "name": name, **fields})


@cache
def network(name):
    return build_on_meta(model(name), 3)


def test_the_names_are_those_of_torchvision():
    assert list(TorchvisionModel.model_fields["name"].annotation.__args__) == NAMES


@pytest.mark.parametrize("name", each(*QUICK))
def test_in_training_too_it_gives_one_number_for_each_class(name):
    least = torchvision.models.get_model_weights(name).DEFAULT.meta["min_size"]
    size = (224, 224) if name == "vit_h_14" else [max(side, 64) for side in least]
    assert network(name).train()(torch.empty(2, 3, *size, device="meta")).shape == (2, 3)


@pytest.mark.parametrize("name", each(*QUICK))
def test_decay_goes_block_by_block_up_to_the_class_head(name):
    """Little is in the stem, and the class head comes last."""
    parameters = [(each.name, each.parameter.numel()) for each in trained_parameters(network(name))]
    groups = groups_of([name for name, _ in parameters], LayerLR(decay=0.5), 1.0, model(name).blocks)
    head = class_head_of(model(name), 3, shapes_of(network(name)))
    assert head
    assert {group.lr for group, (name, _) in zip(groups, parameters, strict=True) if name in head} == {1.0}
    sizes = Counter()
    for group, (_, numel) in zip(groups, parameters, strict=True):
        sizes[group.label] += numel
    assert len(sizes) >= 5
    assert sizes["stem"] < 0.1 * sizes.total()


@pytest.mark.parametrize("name", each(*WITH_SETTINGS))
def test_for_its_weights_it_is_what_torchvision_builds_for_them(name, monkeypatch):
    """But for the heads that only training would use."""
    monkeypatch.setattr(WeightsEnum, "get_state_dict", lambda *_, **__: {})
    monkeypatch.setattr(torch.nn.Module, "load_state_dict", lambda *_, **__: None)

    class Theirs(TorchvisionModel):
        def kwargs(self):
            return {"name": name, "weights": torchvision.models.get_model_weights(name).DEFAULT}

    ours, theirs = (build_on_meta(each, 1000) for each in (model(name, pretrained=True), Theirs(name=name)))
    for head in ("AuxLogits", "aux1", "aux2"):
        theirs._modules.pop(head, None)
    assert repr(ours) == repr(theirs)
    assert getattr(ours, "transform_input", None) == getattr(theirs, "transform_input", None)
    assert shapes_of(ours) == shapes_of(theirs)


def test_building_on_meta_draws_no_random_numbers():
    torch.manual_seed(1)
    build_on_meta(model("swin_t"), 3)
    drawn = torch.rand(1)
    torch.manual_seed(1)
    assert torch.rand(1) == drawn


def test_a_misspelt_name_is_told_without_torch(recipe_file, cli):
    file = recipe_file("recipe: 1\nname: a\ntask: classification\nmodel: {type: TorchvisionModel, name: resnet10l}\n")
    told = cli("validate", file)
    assert told.returncode == 1
    assert "R406" in told.stderr
    assert "did you mean `resnet101`" in told.stderr


def test_one_of_two_files_would_not_be_read(recipe_file, capsys):
    file = recipe_file("recipe: 1\nname: a\ntask: classification\nmodel: {type: ResNet18, pretrained: true}\n")
    assert run(["validate", str(file)]) == 0
    assert run(["validate", str(file), "--set", "model.weights=mine.pt"]) == 1
    assert "R504" in capsys.readouterr().err
