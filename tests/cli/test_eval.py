"""`recipe eval`, and the judgement that ends training."""

import csv
import json
import os
import shutil

import pytest
from PIL import Image

from recipe.cli.main import run as command
from recipe.runtime.classification import evaluation
from tests.override.tiny import install

CLASSES = ("a$b$", "犬", "猫")
RECIPE = """\
recipe: 1
name: pets
task: classification
data: {train: train, val: val, cache: none}
model: TinyNet
loss: {type: CrossEntropyLoss, class_weights: balanced}
train: {epochs: 2, batch_size: 4, checkpoint_every: 1, ema: {decay: 0.5}}
hardware: {device: cpu, workers: 0, precision: fp32}
report: {plots: false, confusion_matrix: {title: 混同行列}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with images, a recipe, and a run of it."""
    folder = tmp_path_factory.mktemp("eval")
    with pytest.MonkeyPatch.context() as patch:
        install(folder / "site", patch)
        patch.setenv("RECIPE_CACHE", str(folder / "cache"))
        patch.setenv("RECIPE_OFFLINE", "1")
        patch.chdir(folder)
        make_images(folder / "train", 4)
        make_images(folder / "val", 3)
        (folder / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
        assert command(["run", "recipe.yaml", "--format", "json"]) == 0
        yield folder


def make_images(folder, count):
    for index, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for number in range(count + index):
            level = 40 + 80 * index + 7 * number
            Image.new("RGB", (32, 32), (level, 250 - level, 90)).save(folder / name / f"{number}.png")


@pytest.fixture
def run(place):
    (found,) = (place / "runs" / "pets").iterdir()
    return found


def rows(run):
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def table(file):
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def asked(capsys, *words):
    code = command(["eval", "pets", "--format", "json", *map(str, words)])
    return code, json.loads(capsys.readouterr().out)


def of_validation(row):
    return {name: value for name, value in row.items() if name.startswith("val/")}


def test_training_ends_with_a_judgement_of_the_best_weights(run):
    said = json.loads((run / "artifacts" / "evaluation.json").read_text())
    best = json.loads((run / "result.json").read_text())["best_epoch"]
    assert (said["weights"], said["epoch"], said["samples"]) == ("checkpoints/best.pt", best, 12)
    assert said["metrics"] == of_validation(rows(run)[best - 1])
    assert [each["name"] for each in said["classes"]] == list(CLASSES)
    assert [each["support"] for each in said["classes"]] == [3, 4, 5]
    assert Image.open(run / "artifacts" / "confusion_matrix.png").size == (800, 600)


def test_the_tables_agree_with_each_other(run):
    said = json.loads((run / "artifacts" / "evaluation.json").read_text())
    predictions, matrix = (
        table(run / "artifacts" / "predictions.csv"),
        table(run / "artifacts" / "confusion_matrix.csv"),
    )
    assert [row["file"] for row in predictions] == sorted(row["file"] for row in predictions)
    hits = [row for row in predictions if row["label"] == row["predicted"]]
    assert len(hits) / len(predictions) == said["metrics"]["val/accuracy"]
    assert all(row["probability"] == row["label_probability"] for row in hits)
    assert all(float(row["label_probability"]) <= float(row["probability"]) for row in predictions)
    for row in matrix:
        for name in CLASSES:
            same = [each for each in predictions if (each["label"], each["predicted"]) == (row["label"], name)]
            assert int(row[name]) == len(same)
    per_class = table(run / "artifacts" / "per_class.csv")
    assert [float(row["f1"]) for row in per_class] == [each["f1"] for each in said["classes"]]


def test_eval_says_what_training_said_and_leaves_the_same_files(run, capsys):
    for _ in range(2):  # the second time over what the first has left
        code, said = asked(capsys)
        assert code == 0
        left = run / "evaluations" / "best"
        assert said["directory"] == os.fspath(left.relative_to(run.parents[2])) or said["directory"] == str(left)
        for name in evaluation.FILES:
            assert (left / name).read_bytes() == (run / "artifacts" / name).read_bytes(), name


def test_weights_of_an_epoch_are_worth_what_the_epoch_reported(run, capsys):
    for epoch in (1, 2):
        _, said = asked(capsys, "--weights", f"epoch{epoch:04}")
        assert said["evaluation"]["metrics"] == of_validation(rows(run)[epoch - 1])


def test_a_folder_with_fewer_classes_is_judged_by_those(place, run, capsys):
    some = place / "some"
    shutil.copytree(place / "val" / "猫", some / "猫", dirs_exist_ok=True)
    _, said = asked(capsys, "--data", some)
    found = said["evaluation"]
    assert [each["support"] for each in found["classes"]] == [0, 0, 5]
    kept = [row for row in table(run / "artifacts" / "predictions.csv") if row["label"] == "猫"]
    assert found["metrics"]["data/accuracy"] == sum(row["predicted"] == "猫" for row in kept) / 5


def test_a_class_that_the_run_does_not_know_is_named(place, capsys):
    shutil.copytree(place / "val" / "猫", place / "others" / "bird")
    code, said = asked(capsys, "--data", place / "others")
    (problem,) = said["diagnostics"]
    assert (code, problem["code"]) == (1, "R601")
    assert "`bird`" in problem["message"]
    assert "`猫`" in problem["help"][0]


def test_files_of_something_else_are_left_alone(place, capsys):
    (place / "mine").mkdir()
    (place / "mine" / "predictions.csv").write_text("mine")
    code, said = asked(capsys, "-o", place / "mine")
    assert (code, said["diagnostics"][0]["code"]) == (2, "R004")
    assert (place / "mine" / "predictions.csv").read_text() == "mine"
    for words, expected in (([], 0), ([], 0), (["--weights", "epoch0001"], 2)):
        assert asked(capsys, "-o", place / "new", *words)[0] == expected


def test_people_get_a_table(run, capsys):
    assert command(["eval", f"pets/{run.name[:6]}"]) == 0
    said = capsys.readouterr().out
    assert "val/f1" in said
    assert "a$b$" in said


def test_a_run_without_validation_has_to_be_given_images(place, run, capsys):
    copy = place / "runs" / "blind" / run.name
    shutil.copytree(run, copy, ignore=shutil.ignore_patterns("evaluations"))
    plan = json.loads((copy / "plan.json").read_text())
    plan["recipe"]["data"]["val"] = None
    (copy / "plan.json").write_text(json.dumps(plan))
    assert command(["eval", "blind", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["diagnostics"][0]["code"] == "R601"
    assert command(["eval", "blind", "--data", "val", "--format", "json"]) == 0


def test_what_ends_a_judgement_is_made_good_by_the_next_run(place, run, capsys, monkeypatch):
    before = {name: (run / "artifacts" / name).read_bytes() for name in evaluation.FILES}
    (run / "result.json").unlink()
    shutil.rmtree(run / "artifacts")

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(evaluation, "draw_confusion_matrix", stop)
        assert command(["run", "recipe.yaml", "--format", "json"]) == 130
    assert not (run / "result.json").exists()
    assert not (run / "artifacts" / "evaluation.json").exists()
    assert command(["run", "recipe.yaml", "--format", "json"]) == 0
    assert {name: (run / "artifacts" / name).read_bytes() for name in evaluation.FILES} == before


def test_runs_that_are_not_there_are_told(place, capsys):
    assert command(["eval", "cats", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["diagnostics"][0]["code"] == "R621"
    code, said = asked(capsys, "--weights", "epoch0009")
    assert (code, said["diagnostics"][0]["code"]) == (1, "R622")
    assert "best, epoch0001, epoch0002, last" in said["diagnostics"][0]["help"][0]
