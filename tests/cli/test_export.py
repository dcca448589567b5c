"""`recipe export`: what is written works without this program, says what the network says, or is not there."""

import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from recipe.cli.main import run
from recipe.cli.run_argument import plan_of
from recipe.runtime.classification import export
from recipe.runtime.classification.trained import load_classifier
from recipe.runtime.exports import formats
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.trained import trained_run
from tests.cli.exported import make_run
from tests.conftest import ROOT

FILES = {"onnx": "model.onnx", "torchscript": "model.pt", "safetensors": "model.safetensors"}
BLOCKS = {
    file: block
    for block in re.findall(r"```python\n(.*?)```", (ROOT / "docs/export.md").read_text(encoding="utf-8"), re.DOTALL)
    for file in FILES.values()
    if file in block
}
"""The page's example for each format, which is what a program without ours does."""


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECIPE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("trained"))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def exported(trained, folder, format_, *words):
    return run(["export", str(trained), "--format", format_, "-o", str(folder), *words])


def plain_process(folder, block, without):
    """The last line of what a program says that has none of the modules `without`."""
    blocked = "".join(f"sys.modules[{name!r}] = None\n" for name in ("recipe", *without))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"import sys\n{blocked}{block}"],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("format_", "without"),
    [
        ("safetensors", ()),
        pytest.param("torchscript", ("torchvision",), marks=pytest.mark.slow),
        ("onnx", ("torch", "torchvision", "onnx", "onnxscript")),
    ],
)
def test_what_is_written_works_by_itself_and_says_the_same(trained, here, capfd, format_, without):
    """The example of the page, in a process that cannot import this program."""
    assert exported(trained, here / "exported", format_) == 0
    said = capfd.readouterr()
    assert said.err == ""
    lines = said.out.splitlines()
    assert [Path(line).name for line in lines[:3]] == sorted(["model.json", FILES[format_], "parity.json"])
    assert lines[3].startswith("says what the network says, in ")
    assert len(lines) == 5, "the libraries' own talk is kept away"
    assert {path.stat().st_mode & 0o777 for path in (here / "exported").iterdir()} == {0o666 & ~umask()}

    if format_ == "onnx":
        assert b"site-packages" not in (here / "exported" / "model.onnx").read_bytes(), "paths of this machine"
    noise = np.random.RandomState(0).randint(0, 256, (32, 32, 3), np.uint8)
    Image.fromarray(noise).save(here / "photo.png")
    name, probability = plain_process(here, BLOCKS[FILES[format_]], without).split()
    directory = RunDirectory(trained)
    judge = load_classifier(trained_run(plan_of(directory), directory), torch.device("cpu"))
    (expected,) = judge.probabilities([noise]).tolist()
    assert name == judge.classes[int(np.argmax(expected))]
    assert float(probability) == pytest.approx(max(expected), abs=1e-5)


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_the_certificate_names_what_was_compared(trained, here):
    assert exported(trained, here / "out", "safetensors", "--samples", "5", "--weights", "last") == 0
    said = json.loads((here / "out" / "parity.json").read_text())
    assert [os.path.relpath(each["file"], trained.parents[2]) for each in said["samples"]] == [
        "val/cat/0.png", "val/cat/2.png", "val/dog/0.png", "val/dog/1.png", "val/dog/3.png",
    ]  # fmt: skip
    assert (said["passed"], said["split"], said["weights"]) == (True, "val", "checkpoints/last.pt")
    assert (
        said["largest_difference"] == max(each["difference"] for each in said["samples"]) <= said["tolerance"] == 1e-4
    )
    files = {"last.pt": trained / "checkpoints" / "last.pt"}
    files |= {name: here / "out" / name for name in ("model.json", "model.safetensors")}
    assert said["files"] == {name: sha256(file.read_bytes()).hexdigest() for name, file in files.items()}
    assert {"torch", "safetensors", "recipe"} <= set(said["versions"])
    described = json.loads((here / "out" / "model.json").read_text())
    assert described["classes"] == ["cat", "dog"]
    assert described["input"]["shape"] == ["N", 3, 32, 32]
    assert described["mean"] == [0.485, 0.456, 0.406]


def test_the_input_has_the_size_behind_the_transforms(tmp_path, here):
    settings = ("data.normalize=from_data", "augment.val=[{type: Resize, size: [40, 36]}]")
    trained = make_run(tmp_path / "run", *settings)
    assert exported(trained, here / "out", "torchscript") == 0
    described = json.loads((here / "out" / "model.json").read_text())
    assert described["input"]["shape"] == ["N", 3, 40, 36]
    assert described["transforms"][0]["type"] == "Resize"
    assert described["mean"] != [0.485, 0.456, 0.406]


def test_without_validation_training_images_are_the_samples(tmp_path, here, capsys):
    trained = make_run(tmp_path / "run", "data.val=null", "augment.train=[{type: Resize, size: [32, 32]}]")
    assert exported(trained, here / "out", "safetensors") == 0
    assert json.loads((here / "out" / "parity.json").read_text())["split"] == "train"
    Image.new("RGB", (40, 40)).save(trained.parents[2] / "train" / "cat" / "0.png")
    assert exported(trained, here / "other", "safetensors") == 1
    assert "R619" in capsys.readouterr().err
    assert [path.name for path in here.iterdir() if path.name != "run"] == ["out"]


def other_class(module):
    for tensor in (module.fc.weight, module.fc.bias):
        tensor.data *= -1


def slightly_wrong(module):
    module.fc.bias.data[0] += 0.01


def not_a_number(module):
    module.fc.bias.data[0] = float("nan")


@pytest.mark.parametrize(
    ("change", "tolerance", "said"),
    [
        (slightly_wrong, 1e-4, "differ by 0.0"),
        (not_a_number, 0.9, "differ by 1, 0.9 is allowed"),
        (other_class, 0.99, ", for the network `"),
    ],
)
def test_what_says_other_than_the_network_is_not_left_behind(
    trained, here, capsys, monkeypatch, change, tolerance, said
):
    real = export.write_weights

    def write(network, file, description):
        change(network)
        real(network, file, description)

    monkeypatch.setattr(export, "write_weights", write)
    assert exported(trained, here / "new" / "out", "safetensors", "--tolerance", str(tolerance)) == 4
    error = capsys.readouterr().err
    assert error.startswith("error[R813] parity-failed")
    assert said in error
    assert list(here.iterdir()) == []


def test_an_exporter_that_fails_is_told_and_leaves_nothing(trained, here, capsys, monkeypatch):
    def fail(*_, **__):
        print("a hundred lines of advice")
        raise TypeError("an operator that nobody knows\nand more")

    monkeypatch.setattr(torch.jit, "trace", fail)
    assert exported(trained, here / "out", "torchscript") == 4
    said = capsys.readouterr()
    assert said.out == ""
    assert "R801" in said.err
    assert "the model cannot be exported: TypeError: an operator that nobody knows\n" in said.err
    assert list(here.iterdir()) == []


def test_what_the_command_line_gets_wrong(trained, here, capsys, monkeypatch):
    (here / "full").mkdir()
    (here / "full" / "file").write_text("mine")
    assert exported(trained, here / "full", "safetensors") == 2
    assert "R004" in capsys.readouterr().err
    assert exported(trained, here / "full" / "file", "safetensors") == 2
    assert "is a file" in capsys.readouterr().err
    (here / "locked").mkdir(mode=0o500)
    if os.geteuid():  # root may write everywhere
        assert exported(trained, here / "locked" / "out", "safetensors") == 2
        assert "R005" in capsys.readouterr().err
    (here / "locked").rmdir()
    assert exported(trained, here / "out", "safetensors", "--tolerance", "-1") == 2
    assert exported(trained, here / "out", "keras") == 2
    capsys.readouterr()
    monkeypatch.setattr(formats, "find_spec", lambda name: None if name.startswith("onnx") else name)
    assert exported(trained, here / "out", "onnx") == 1
    said = capsys.readouterr().err
    assert "R609" in said
    assert "`onnx`, `onnxscript`, `onnxruntime`" in said
    assert [path.name for path in here.iterdir()] == ["full"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["resnet34", "resnet50", "resnet101", "resnet152", "mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0", "vit_b_32"],
)  # fmt: skip
def test_architectures(tmp_path, here, name):
    size = 224 if name.startswith("vit") else 64
    resize = f"[{{type: Resize, size: [{size}, {size}]}}]"
    settings = (f"model={{type: TorchvisionModel, name: {name}}}", f"augment={{train: {resize}, val: {resize}}}")
    trained = make_run(tmp_path / "run", *settings)
    for format_ in FILES:
        assert exported(trained, here / format_, format_) == 0
