"""The parameters of a classifier, listed without building one where there is a list."""

import subprocess
import sys

import pytest
from PIL import Image

from recipe.cli.main import run
from recipe.runtime.classification.model import list_parameters
from recipe.runtime.parameters import trained_parameters
from recipe.schemas.catalogue import CATALOGUE, Plugin
from recipe.schemas.models import Model
from tests.conftest import MINIMAL


@pytest.mark.parametrize("word", ["ResNet18", "ResNet50"])
def test_the_list_is_that_of_the_built_network(word):
    import torchvision

    network = getattr(torchvision.models, word.lower())(num_classes=7)
    built = [(p.name, p.parameter.numel(), p.role) for p in trained_parameters(network)]
    assert [(t.name, t.numel, t.role) for t in list_parameters(Model.parse(word), 7)] == built


@pytest.fixture
def listless(tmp_path, monkeypatch):
    """A recipe with a model that no list knows."""
    plugin = Plugin("model", "Listless", "tests.runtime.classification.listless:Listless", "tests")
    monkeypatch.setattr(CATALOGUE, "_plugins", (plugin,))
    monkeypatch.setenv("RECIPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train/cat").mkdir(parents=True)
    for index in range(2):
        Image.new("RGB", (32, 32)).save(tmp_path / f"train/cat/{index}.png")
    text = "recipe: 1\nname: plain\ntask: classification\ndata: {train: train}\nmodel: Listless\n"
    (tmp_path / "recipe.yaml").write_text(text)


def test_a_model_without_a_list_is_built_and_remembered(listless, capsys):
    """What it is made of is known to `plan`, and to `validate` from then on; of another such model nothing is."""
    wrong = ["--set", "layer_lr={rates: {clasifier: 0.1}}"]
    assert run(["validate", "recipe.yaml", *wrong]) == 0
    assert run(["plan", "recipe.yaml", *wrong]) == 1
    assert "R512" in capsys.readouterr().err
    assert run(["validate", "recipe.yaml", *wrong]) == 1
    assert "did you mean `classifier`" in capsys.readouterr().err
    assert run(["validate", "recipe.yaml", "--set", "layer_lr={rates: {classifier: 0.1}}"]) == 0
    assert run(["validate", "recipe.yaml", *wrong, "--set", "model={type: Listless, dropout: 0.1}"]) == 0


def test_so_are_patterns_of_gradients_to_leave_out(listless, capsys):
    wrong = ["--set", "inspect={gradients: {exclude: [clasifier]}}"]
    for known in (False, True):
        assert run(["validate", "recipe.yaml", *wrong]) == 0
        assert ("R519" in capsys.readouterr().err) is known
        assert run(["plan", "recipe.yaml", *wrong]) == 0
        assert capsys.readouterr().err.count("R519") == 2, "the warning, and where it is explained"
    assert run(["plan", "recipe.yaml", "--set", "inspect={gradients: {}}"]) == 0
    assert "R519" not in capsys.readouterr().err, "the default is for many models"
    everything = ["--set", "inspect={gradients: {exclude: [.]}}"]
    assert run(["plan", "recipe.yaml", *everything, "--set", "model={type: Listless, dropout: 0.1}"]) == 1
    assert "leaves out every parameter of Listless" in capsys.readouterr().err


def test_a_pattern_is_checked_against_the_size_that_auto_becomes(tmp_path, monkeypatch, capsys, recipe_file):
    """Only the larger sizes have the layer: `validate` cannot know, `plan` says it."""
    monkeypatch.chdir(tmp_path)
    file = recipe_file(MINIMAL.replace("size: n", "size: auto") + "layer_lr: {rates: {'model.2.m.2': 0.1}}\n")
    small = ["--set", "hardware.tier=cpu", "--set", "hardware.device=cpu"]
    shapes = ["--set", "data.shapes={train_images: 4, val_images: 4, image_size: 32}"]
    assert run(["validate", str(file), *small, *shapes]) == 0
    assert run(["plan", str(file), *small, *shapes]) == 1
    assert "R512" in capsys.readouterr().err


def test_a_list_needs_no_torch():
    code = (
        "import sys; from recipe.runtime.classification.model import list_parameters as l; "
        "from recipe.schemas.models import Model; l(Model.parse('ResNet18'), 7); print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
