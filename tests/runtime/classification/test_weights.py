"""Where the weights of a classifier come from, what of a file is taken, and which files are refused."""

import hashlib
import http.server
import re
import threading
from collections import OrderedDict
from pathlib import Path

import pytest
import torch

from recipe.cli.main import run
from recipe.runtime.classification import weights
from recipe.runtime.classification.model import build_network, effective_model
from recipe.runtime.classification.weights import ImageNetFile, find_weights, imagenet_file, look_at_weights
from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.facts import Input
from recipe.schemas.models import Model
from recipe.schemas.plan import RunPlan
from recipe.schemas.recipe import Recipe

SMALL = {"type": "TorchvisionModel", "name": "shufflenet_v2_x0_5"}

BARE = {"recipe": 1, "name": "a", "task": "classification"}


def recipe_with(**fields):
    return Recipe.parse({**BARE, "model": {**SMALL, **fields}})


def network(classes=3, seed=0, file=None, **fields):
    torch.manual_seed(seed)
    return build_network(recipe_with(**fields), classes, file and str(file))


def same(one, other):
    pairs = zip(one.state_dict().items(), other.state_dict().items(), strict=True)
    return [name for (name, here), (_, there) in pairs if here.shape == there.shape and torch.equal(here, there)]


def refusal(classes=3, **fields):
    with pytest.raises(RecipeError) as caught:
        look_at_weights(Model.parse({**SMALL, **fields}), classes)
    (problem,) = caught.value.diagnostics
    assert problem.code == "R606"
    return problem


@pytest.fixture
def saved(tmp_path):
    """A file with the weights of a network for three classes, unlike any that is built without it."""
    trained = network(seed=5)
    for tensor in trained.state_dict().values():
        tensor.add_(1)
    torch.save(trained.state_dict(), tmp_path / "saved.pth")
    return tmp_path / "saved.pth"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Empty caches, and no network."""
    monkeypatch.setenv("RECIPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("RECIPE_OFFLINE", "1")
    return tmp_path / "cache" / "weights"


@pytest.fixture
def imagenet(saved, monkeypatch):
    """What torchvision would offer, were `saved` its file; its name tells the hash."""
    name = f"small-{hashlib.sha256(saved.read_bytes()).hexdigest()[:8]}.pth"
    file = ImageNetFile(name, f"https://example.invalid/{name}", "IMAGENET1K_V1")
    monkeypatch.setattr(weights, "imagenet_file", lambda _: file)
    return file


def test_a_network_is_that_of_its_seed():
    assert same(network(seed=1), network(seed=1)) == list(network().state_dict())
    assert "conv1.0.weight" not in same(network(seed=1), network(seed=2))


def test_everything_is_taken_where_the_class_head_fits(saved):
    found = look_at_weights(Model.parse({**SMALL, "weights": str(saved)}), 3)
    assert (found.path, found.reason) == (str(saved), "named by the recipe")
    assert found.sha256 == hashlib.sha256(saved.read_bytes()).hexdigest()
    loaded = network(seed=1, file=saved, weights=str(saved)).state_dict()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in torch.load(saved).items())


def test_a_class_head_of_another_size_starts_anew_and_that_is_said(saved):
    found = look_at_weights(Model.parse({**SMALL, "weights": str(saved)}), 4)
    assert "its class head is of another size, and starts anew for 4 classes" in found.reason
    loaded, fresh = network(4, seed=1, file=saved), network(4, seed=1)
    assert same(loaded, fresh) == ["fc.weight", "fc.bias"]
    assert torch.equal(loaded.state_dict()["conv5.0.weight"], torch.load(saved)["conv5.0.weight"])


def test_a_checkpoint_of_ours_is_taken(saved):
    torch.save({"network": torch.load(saved), "epoch": 3}, saved)
    assert look_at_weights(Model.parse({**SMALL, "weights": str(saved)}), 3).path == str(saved)
    assert same(network(file=saved), network(seed=1, file=saved)) == list(network().state_dict())


def test_of_a_checkpoint_with_averages_these_are_taken(saved):
    torch.save({"network": network(seed=7).state_dict(), "average": torch.load(saved)}, saved)
    loaded = network(seed=1, file=saved).state_dict()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in torch.load(saved)["average"].items())


@pytest.mark.parametrize(
    ("name", "older"),
    [
        ("densenet121", (r"(denselayer\d+\.(?:norm|conv))([12])\.", r"\1.\2.")),
        pytest.param(
            "vit_b_32", (r"\.mlp\.(0|3)\.", lambda m: f".mlp.linear_{1 + int(m[1]) // 3}."), marks=pytest.mark.slow
        ),
    ],
)
def test_names_of_older_files_are_understood(name, older, tmp_path):
    there = network(seed=1, name=name).state_dict()
    old = OrderedDict((re.sub(*older, key), tensor) for key, tensor in there.items() if "num_batches" not in key)
    assert len(old.keys() - there.keys()) > 20
    torch.save(old, tmp_path / "old.pth")
    loaded = network(seed=2, name=name, file=tmp_path / "old.pth").state_dict()
    assert all(torch.equal(loaded[key], there[key]) for key in there)


def test_auxiliary_heads_of_a_file_are_left_out(tmp_path):
    there = OrderedDict(network(seed=1, name="googlenet").state_dict())
    torch.save(there | {"aux1.conv.conv.weight": torch.zeros(3)}, tmp_path / "aux.pth")
    loaded = network(seed=2, name="googlenet", file=tmp_path / "aux.pth").state_dict()
    assert all(torch.equal(loaded[key], there[key]) for key in there)


def test_a_file_of_another_architecture_names_what_differs_first(saved):
    problem = refusal(name="shufflenet_v2_x1_0", weights=str(saved))
    assert "`stage2.0.branch1.2.weight` is 24×24×1×1 in it, and 58×24×1×1 in the model" in problem.message
    assert re.search(r", and \d+ more$", problem.message)
    assert problem.path == ("model", "weights")


def test_a_deeper_network_does_not_fill_a_shallower_one(tmp_path):
    """ResNet-34 has all tensors of ResNet-18, and more."""
    deeper = Recipe.parse({**BARE, "model": "ResNet34"})
    torch.save(build_network(deeper, 3, None).state_dict(), tmp_path / "r.pth")
    with pytest.raises(RecipeError, match=r"the model has no `layer1\.2\.conv1\.weight`"):
        look_at_weights(Model.parse({"type": "ResNet18", "weights": str(tmp_path / "r.pth")}), 3)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no file of weights"),
        (b"<!DOCTYPE html><html>404</html>", "no file of weights"),
        (b"PK\x03\x04 not really", "no file of weights"),
        ([1, 2], "no `state_dict`"),
        ({}, "no `state_dict`"),
        ({"a": 1}, "no `state_dict`"),
        ({"network": 5}, "no `state_dict`"),
        ({"conv1.0.weight": torch.zeros(1).to_sparse()}, "no `state_dict`"),
    ],
)
@pytest.mark.filterwarnings("ignore:Validating sparse tensor")
def test_files_that_hold_no_weights(content, said, tmp_path):
    file = tmp_path / "bad.pth"
    file.write_bytes(content) if isinstance(content, bytes) else torch.save(content, file)
    assert said in refusal(weights=str(file)).message


def test_a_file_that_was_cut_off(saved):
    saved.write_bytes(saved.read_bytes()[:-100_000])
    assert "no file of weights" in refusal(weights=str(saved)).message


def test_a_pickle_that_runs_code_is_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return Path.touch, (tmp_path / "owned",)

    torch.save({"conv1.weight": Evil()}, tmp_path / "evil.pth")
    assert "no file of weights that can be loaded safely" in refusal(weights=str(tmp_path / "evil.pth")).message
    assert not (tmp_path / "owned").exists()


def test_a_file_that_is_not_there(tmp_path):
    assert "there is no file" in refusal(weights=str(tmp_path / "none.pth")).message


def test_torchvision_names_the_file():
    assert imagenet_file("resnet50").label == "IMAGENET1K_V2"
    assert imagenet_file("mnasnet1_0").sha256 == "f206786ef8"
    assert imagenet_file("resnet18").url == "https://download.pytorch.org/models/resnet18-f37072fd.pth"


def test_offline_the_error_says_where_the_file_goes(cache):
    problem = refusal(pretrained=True)
    assert problem.path == ("model", "pretrained")
    assert "RECIPE_OFFLINE" in problem.message
    file = imagenet_file(SMALL["name"])
    assert problem.help[0] == f"put {file.url} at `{cache / file.name}`"


def test_plan_ends_with_the_error_and_not_with_a_network_from_scratch(cache, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = "recipe: 1\nname: a\ntask: classification\nmodel: {type: ResNet18, pretrained: true}\n"
    (tmp_path / "recipe.yaml").write_text(text)
    assert run(["plan", "recipe.yaml"]) == 1
    told = capsys.readouterr().err
    assert "R606" in told
    assert str(cache / "resnet18-f37072fd.pth") in told


def test_imagenet_weights_are_found_in_our_cache_then_in_that_of_torch(cache, imagenet, saved, tmp_path):
    hub = tmp_path / "torch/hub/checkpoints"
    for folder in (hub, cache):
        folder.mkdir(parents=True)
        (folder / imagenet.name).write_bytes(saved.read_bytes())
        found = find_weights(Model.parse({**SMALL, "pretrained": True}))
        assert found.path == str(folder / imagenet.name)
        assert found.reason == f"torchvision's IMAGENET1K_V1, found at {found.path}"


def test_a_damaged_file_at_hand_is_told(cache, imagenet):
    cache.mkdir(parents=True)
    (cache / imagenet.name).write_bytes(b"half")
    problem = refusal(pretrained=True)
    assert f"`{cache / imagenet.name}` is damaged" in problem.message
    assert imagenet.url in problem.help[0]


@pytest.fixture
def served(saved, imagenet, monkeypatch, tmp_path):
    """A web server on this machine that has the ImageNet weights; gives the folder of its files."""
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / imagenet.name).write_bytes(saved.read_bytes())

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=folder)

        def log_message(self, *args): ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        there = imagenet._replace(url=f"http://127.0.0.1:{serving.server_port}/{imagenet.name}")
        monkeypatch.setattr(weights, "imagenet_file", lambda _: there)
        yield folder
        serving.shutdown()


def test_what_is_not_at_hand_is_downloaded_once(cache, served, imagenet, monkeypatch):
    monkeypatch.delenv("RECIPE_OFFLINE")
    first = look_at_weights(Model.parse({**SMALL, "pretrained": True}), 4)
    assert first.path == str(cache / imagenet.name)
    assert [file.name for file in cache.iterdir()] == [imagenet.name]
    (served / imagenet.name).unlink()
    assert look_at_weights(Model.parse({**SMALL, "pretrained": True}), 4) == first


@pytest.mark.parametrize(("content", "said"), [(None, "404"), (b"<html>busy</html>", "its SHA-256 begins with")])
def test_a_download_that_fails_leaves_nothing(content, said, cache, served, imagenet, monkeypatch):
    monkeypatch.delenv("RECIPE_OFFLINE")
    file = served / imagenet.name
    file.unlink() if content is None else file.write_bytes(content)
    assert said in refusal(pretrained=True).message
    assert not list(cache.iterdir())


def live(built, file=None, **fields):
    """What the live network tells of itself, for a plan with that model and that file."""
    inputs = (Input(name="weights", path=str(file), fingerprint=""),) if file else ()
    recipe = recipe_with(**fields)
    plan = RunPlan.model_construct(inputs=inputs, details=FrozenDict({"classes": ["a", "b", "c"]}))
    values = effective_model(built, recipe, plan)
    assert values.keys() == {"model.type", "model.name", "model.pretrained", "model.weights"}
    return tuple(values.values())


def test_a_live_network_tells_what_was_loaded(saved):
    named = str(saved)
    word, name = "TorchvisionModel", SMALL["name"]
    assert live(network()) == (word, name, None, False)
    assert live(network(file=saved), saved, weights=named) == (word, name, named, False)
    assert live(network(file=saved), saved, pretrained=True) == (word, name, None, True)


def test_a_live_network_is_not_believed(saved):
    """Weights that nobody asked for, that are not there, that were changed, and another network."""
    named = str(saved)
    assert live(network(file=saved))[2:] == (None, True)
    assert live(network(), saved, weights=named)[2:] == (None, False)
    assert live(network(), saved, pretrained=True)[2:] == (None, False)
    changed = network(file=saved)
    changed.state_dict()["stage3.2.branch2.0.weight"][0, 0] += 1e-6
    assert live(changed, saved, weights=named)[2:] == (None, False)
    assert live(network(name="shufflenet_v2_x1_0"))[:2] == ("ShuffleNetV2", "ShuffleNetV2")
    assert live(network(classes=4))[0] == "ShuffleNetV2"
