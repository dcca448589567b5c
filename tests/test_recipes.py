"""Every shipped classification recipe runs, in its `demo` profile: the recipe as it is, smaller and shorter."""

import csv
import json
import re

import pytest

from recipe.cli.main import run
from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.report import Report
from recipe.compiler.shipped import shipped_recipes
from recipe.schemas.base import inner_sections, leaves
from recipe.schemas.component import Component
from tests.conftest import ROOT

SHIPPED = shipped_recipes()
EIGHT, TWENTY = ["data.limit_per_class=8"], ["data.limit_per_class=20"]
FEWER = {
    "digits_resnet18": TWENTY,
    "pochi_train": [*EIGHT, "train.epochs=2", "scheduler.T_max=2"],
    "classification/greyscale": EIGHT,
    "classification/heavy": EIGHT,
    "classification/imbalanced": EIGHT,
    "classification/layerwise_exponential": EIGHT,
    "classification/layerwise_linear": EIGHT,
    "classification/light": TWENTY,
    "classification/medical": EIGHT,
}
"""What makes a demo quicker still."""
SLOW = {"classification/heavy", "classification/layerwise_linear", "classification/medical"}
"""The longest one, and those that do what another one does with other numbers."""
COUNTED = re.compile(
    r"data\.limit_per_class|augment\.(train|val)\.\d+\.size|scheduler\.(T_max|step_size|milestones|total_iters)"
    r"|train\.(epochs|batch_size)"
)
"""Sizes, counts and epochs."""

CROP, FLIP = {"type": "RandomResizedCrop", "size": 224}, {"type": "RandomHorizontalFlip", "p": 0.5}
JITTER = {"type": "ColorJitter", "brightness": 0.2, "contrast": 0.2, "saturation": 0.2, "hue": 0.1}
STRONGER = {"type": "ColorJitter", "brightness": 0.3, "contrast": 0.3, "saturation": 0.3, "hue": 0.1}
RESIZED = [{"type": "Resize", "size": 256}, {"type": "CenterCrop", "size": 224}]
AUGMENTED = {"train": [CROP, FLIP, JITTER], "val": RESIZED}


def schedule(word, **settings):
    return {"type": word, **settings}


def rates(**said):
    return {"rates": [[name, rate] for name, rate in said.items()]}


VALUES = {
    "light": {
        "model": {"type": "ResNet18"},
        "augment": {"train": [], "val": []},
        "optimizer": {"type": "SGD", "lr": 0.01, "momentum": 0.9, "weight_decay": 1e-4},
        "scheduler": schedule("StepLR", step_size=10, gamma=0.1),
        "train": {"batch_size": 32, "epochs": 20},
    },
    "heavy": {
        "model": {"type": "ResNet50"},
        "augment": {"train": [CROP, FLIP, STRONGER, {"type": "RandomRotation", "degrees": 15}], "val": RESIZED},
        "optimizer": {"type": "Adam", "lr": 0.001},
        "scheduler": schedule("MultiStepLR", milestones=[30, 60, 90], gamma=0.1),
        "train": {"batch_size": 16, "epochs": 100},
    },
    "imbalanced": {
        "augment": AUGMENTED,
        "loss": {"class_weights": [0.5, 2.0, 1.5, 1.0, *6 * [1.0]]},
        "scheduler": schedule("CosineAnnealingLR", T_max=50),
    },
    "layerwise_exponential": {
        "augment": AUGMENTED,
        "optimizer": {"lr": 0.001},
        "scheduler": schedule("ExponentialLR", gamma=0.95),
        "layer_lr": rates(conv1=0.0001, layer1=0.0003, layer2=0.0005, layer3=0.001, layer4=0.003, fc=0.01),
        "report": {"log_scale": True},
    },
    "layerwise_linear": {
        "augment": AUGMENTED,
        "optimizer": {"lr": 0.001},
        "scheduler": schedule("LinearLR", start_factor=1.0, end_factor=0.1, total_iters=50),
        "layer_lr": rates(conv1=0.0002, layer1=0.0004, layer2=0.0006, layer3=0.0008, layer4=0.001, fc=0.002),
        "report": {"log_scale": False},
    },
    "greyscale": {"data": {"normalize": "gray_rgb"}},
    "medical": {"data": {"normalize": "medical_rgb"}},
}
"""What the document's examples say."""


def compiled(name, *profiles):
    return check_recipe(Request(SHIPPED[name], profiles), Report()).recipe


def words(recipe):
    """Path and word of every component, in their order."""
    found = inner_sections(recipe)
    return [(each.dotted, each.section.word()) for each in found if isinstance(each.section, Component)]


def said(recipe):
    return {leaf.dotted: leaf.value for leaf in leaves(recipe)}


def shown(value, like):
    """Of a value, what an expectation speaks of."""
    if isinstance(like, dict):
        return {key: shown(value[key], inner) for key, inner in like.items()}
    if isinstance(like, list) and any(isinstance(item, dict) for item in like):
        return [shown(item, like[index] if index < len(like) else {}) for index, item in enumerate(value)]
    return value


def test_every_shipped_classification_recipe_has_a_row():
    assert set(FEWER) == {name for name in SHIPPED if compiled(name).word() == "classification"}
    assert {f"classification/{name}" for name in VALUES} == {name for name in SHIPPED if "/" in name}


@pytest.mark.parametrize("name", VALUES)
def test_a_recipe_says_what_the_document_says(name):
    document = compiled(f"classification/{name}").model_dump(mode="json")
    assert shown(document, VALUES[name]) == VALUES[name]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_demo_has_the_components_of_its_recipe(name):
    assert words(compiled(name, "demo")) == words(compiled(name))


@pytest.mark.parametrize("name", VALUES)
def test_a_demo_changes_sizes_counts_and_epochs_only(name):
    whole, demo = said(compiled(f"classification/{name}")), said(compiled(f"classification/{name}", "demo"))
    assert whole.keys() == demo.keys()
    changed = {path for path in whole if whole[path] != demo[path]}
    assert "train.epochs" in changed
    assert [path for path in changed if not COUNTED.fullmatch(path)] == []


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in FEWER])
def test_the_demo_of_a_shipped_recipe_runs(name, tmp_path, monkeypatch, capsys):
    """In this process: to start one for each would take longer than all of them train."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECIPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("RECIPE_OFFLINE", "1")
    monkeypatch.delenv("RECIPE_RUNS", raising=False)
    sets = [word for each in FEWER[name] for word in ("--set", each)]
    code = run(["run", SHIPPED[name], "--profile", "demo", *sets, "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert code == 0, document["diagnostics"]
    result = document["result"]
    assert result["epochs_completed"] == 2
    with open(f"{document['directory']}/metrics.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert float(rows[1]["train/loss"]) < float(rows[0]["train/loss"])
    assert result["metrics"]["val/accuracy"] == float(rows[result["best_epoch"] - 1]["val/accuracy"])


def test_the_recipes_travel_with_the_package():
    from hatchling.builders.wheel import WheelBuilder

    holds = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert {f"recipe/shipped/{name}.yaml" for name in SHIPPED} <= holds
