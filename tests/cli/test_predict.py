"""`recipe predict`: every image goes the way of a validation image, and nothing is half written."""

import csv
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from recipe.cli.able_family import able_family
from recipe.cli.main import run
from recipe.cli.run_argument import plan_of
from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.report import Report
from recipe.runtime.classification import prediction
from recipe.runtime.classification.trained import load_classifier
from recipe.runtime.data.image_files import decode_file
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.trained import Exports, Predicts, trained_run
from recipe.schemas.diagnostics import RecipeError
from tests.cli.exported import make_run
from tests.conftest import MINIMAL


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A finished run whose data is gone."""
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECIPE_CACHE", str(folder / "cache"))
        directory = make_run(folder)
    shutil.move(folder / "val", folder / "kept")
    shutil.rmtree(folder / "train")
    return directory


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("RECIPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def classifier_of(directory):
    directory = RunDirectory(directory)
    return load_classifier(trained_run(plan_of(directory), directory), torch.device("cpu"))


def some_images(folder):
    """Of every mode, in two sizes, at two depths, and one file that is no image."""
    folder.joinpath("deep").mkdir(parents=True)
    noise = np.random.RandomState(0).randint(0, 256, (40, 32, 4), np.uint8)
    Image.fromarray(noise, "RGBA").save(folder / "a.png")
    Image.fromarray(noise[..., 0], "L").save(folder / "deep" / "c.png")
    Image.fromarray(noise[:32, :, :3]).convert("P").save(folder / "b.png")
    Image.fromarray(noise[:32, :, 0].astype(np.uint16) * 257).save(folder / "d.png")
    Image.fromarray(noise[:32, :, :3]).save(folder / "e.jpg")
    (folder / "notes.txt").write_text("no image")
    return [str(folder / name) for name in ("a.png", "b.png", "d.png", "e.jpg", "deep/c.png")]


def test_each_row_is_what_the_network_says_of_that_image_alone(trained, here):
    files = some_images(here / "images")
    assert run(["predict", str(trained), "images", "-o", "out.csv"]) == 0
    with open("out.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [str(here / row["file"]) for row in rows] == files
    judge = classifier_of(trained)
    for row, file in zip(rows, files, strict=True):
        (expected,) = judge.probabilities([decode_file(file)]).tolist()
        said = [float(row["probability/cat"]), float(row["probability/dog"])]
        assert said == pytest.approx(expected, abs=1e-6)
        assert row["predicted"] == judge.classes[int(np.argmax(expected))]
        assert float(row["probability"]) == max(said)
    assert len({row["probability/cat"] for row in rows}) == len(rows), "they are all different images"


def test_labels_are_known_where_folders_are_classes(trained, here, capsys):
    kept = trained.parents[2] / "kept"
    assert run(["predict", str(trained), str(kept), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    rows = document["predictions"]
    assert [row["label"] for row in rows] == ["cat"] * 4 + ["dog"] * 4
    counts = [
        [sum((row["label"], row["predicted"]) == (a, b) for row in rows) for b in ("cat", "dog")]
        for a in ("cat", "dog")
    ]
    assert document["confusion_matrix"] == counts
    assert document["accuracy"] == (counts[0][0] + counts[1][1]) / 8
    assert run(["predict", str(trained), str(kept), "-o", "out.json"]) == 0
    assert json.loads((here / "out.json").read_text())["predictions"] == rows
    assert (here / "out-confusion_matrix.png").stat().st_size > 0
    assert "accuracy" in capsys.readouterr().out
    shutil.copytree(kept, here / "mixed")
    shutil.copytree(kept / "cat", here / "mixed" / "cow")
    assert run(["predict", str(trained), "mixed", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert "accuracy" not in document
    assert "label" not in document["predictions"][0]


def test_the_likeliest_classes_alone(trained, here, capsys):
    some_images(here / "images")
    assert run(["predict", str(trained), "images/a.png", "--top", "1", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["predictions"]
    assert row["probabilities"] == {row["predicted"]: row["probability"]}
    assert run(["predict", str(trained), "images/a.png", "--top", "1", "-o", "out.csv"]) == 0
    assert sorted((here / "out.csv").read_text().splitlines()[1].split(",")[-2:])[0] == ""
    assert run(["predict", str(trained), "images/a.png"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in table[-2:]] == ["file", "images/a.png"]


def test_files_that_cannot_be_read_are_told_together_before_anything_is_written(trained, here, capsys):
    some_images(here / "images")
    (here / "images" / "x.png").write_bytes(b"404")
    (here / "images" / "deep" / "y.png").write_bytes(b"")
    (here / "out.csv").write_text("what was there")
    assert run(["predict", str(trained), "images", "-o", "out.csv"]) == 1
    said = capsys.readouterr().err
    assert "R605" in said
    assert "`images/x.png` is not an image" in said
    assert "`images/deep/y.png` is empty" in said
    assert (here / "out.csv").read_text() == "what was there"
    assert run(["predict", str(trained), "images", "-o", "out.csv", "--skip-corrupt"]) == 0
    assert "left out: images/x.png is not an image" in capsys.readouterr().out
    assert len((here / "out.csv").read_text().splitlines()) == 1 + 5
    assert sorted(path.name for path in here.iterdir()) == ["cache", "images", "out.csv"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nope.png"], "R002"),
        (["empty"], "no file in it ends in"),
        (["a.png", "-o", "out.txt"], "does not end in .csv or .json"),
        (["a.png", "-o", "nowhere/out.csv"], "R005"),
        (["a.png", "--top", "0"], "must be 1 or more"),
        (["a.png", "--weights", "epoch0009"], "R622"),
    ],
)
def test_what_the_command_line_gets_wrong(trained, here, capsys, words, said):
    (here / "empty").mkdir()
    Image.new("RGB", (32, 32)).save("a.png")
    assert run(["predict", str(trained), *words]) in (1, 2)
    assert said in capsys.readouterr().err


def test_a_size_that_the_model_does_not_take_is_told(trained, here, capsys, monkeypatch):
    narrow = classifier_of(trained)._replace(network=torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3072, 2)))
    monkeypatch.setattr(prediction, "load_classifier", lambda *_: narrow)
    Image.new("RGB", (32, 32)).save("a.png")
    Image.new("RGB", (32, 40)).save("b.png")
    assert run(["predict", str(trained), "a.png"]) == 0
    assert run(["predict", str(trained), "a.png", "b.png", "-o", "out.csv"]) == 1
    assert "the model does not take `b.png`, which is 32 × 40 pixels behind the transforms" in capsys.readouterr().err
    assert not (here / "out.csv").exists()


def test_a_file_that_goes_away_meanwhile_is_told(trained, here, capsys, monkeypatch):
    Image.new("RGB", (32, 32)).save("a.png")
    real = prediction.load_classifier
    monkeypatch.setattr(prediction, "load_classifier", lambda *each: (here / "a.png").unlink() or real(*each))
    assert run(["predict", str(trained), "a.png", "-o", "out.csv"]) == 1
    assert "R605" in capsys.readouterr().err
    assert not (here / "out.csv").exists()


def test_a_run_elsewhere_as_a_process(trained, cli, tmp_path):
    Image.new("RGB", (32, 32)).save(tmp_path / "日本語.png")
    done = cli("predict", "small", "日本語.png", "--runs-dir", trained.parents[1])
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.splitlines()[1].startswith("日本語.png")


def test_a_family_that_cannot_is_told(recipe_file):
    recipe = check_recipe(Request(str(recipe_file(MINIMAL)), (), (), names_of=lambda _: ()), Report()).recipe
    for protocol, verb in ((Predicts, "predict"), (Exports, "export")):
        with pytest.raises(RecipeError) as caught:
            able_family(SimpleNamespace(recipe=recipe), protocol, verb)
        assert caught.value.diagnostics[0].code == "R812"
