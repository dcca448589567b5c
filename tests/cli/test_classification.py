"""Classification recipes: what is checked and planned."""

import json

import pytest
from PIL import Image

RECIPE = """\
recipe: 1
name: minimal
task: classification
data: {train: train, val: val}
model: ResNet18
scheduler: {type: CosineAnnealingLR, T_max: 10, eta_min: 0.0001}
layer_lr: {rates: {conv1: 0.0001, fc: 0.01}}
loss: {type: CrossEntropyLoss, class_weights: [1, 2]}
train: {epochs: 10, batch_size: 4}
"""


@pytest.fixture
def recipe(recipe_file, tmp_path):
    for split in ("train", "val"):
        for name in ("cat", "dog"):
            (tmp_path / split / name).mkdir(parents=True)
            for index in range(5):
                picture = Image.new("RGB", (32, 32), (40 * index, 30 * index, 20 * index))
                picture.save(tmp_path / split / name / f"{index}.png")
    return recipe_file(RECIPE)


def test_plan_says_what_a_run_would_do(cli, recipe):
    plan = json.loads(cli("plan", recipe, "--format", "json").stdout)["plan"]
    assert plan["details"]["classes"] == ["cat", "dog"]
    assert plan["details"]["steps_per_epoch"] == 3
    groups = {group["name"]: (group["lr"], group["parameters"]) for group in plan["groups"]}
    assert groups["conv1/weight"] == (0.0001, 9408)
    assert groups["fc/weight"] == (0.01, 2 * 512)
    assert sum(parameters for _, parameters in groups.values()) == 11_177_538
    assert plan["recipe"]["layer_lr"]["rates"] == [["conv1", 0.0001], ["fc", 0.01]]


def test_a_plan_reads_well_and_reads_back(cli, recipe):
    shown = cli("plan", recipe, "-o", "plan.json")
    assert shown.returncode == 0, shown.stderr
    for text in ("ResNet18", "11,177,538", "0.001 → 0.000122", "10 train (5 each), 10 val (5 each)"):
        assert text in shown.stdout


def test_without_a_schedule_the_rate_stays(cli, recipe):
    assert "0.001 → 0.001" in cli("plan", recipe, "--set", "scheduler=null").stdout


@pytest.mark.parametrize(
    ("scheduler", "said"),
    [
        ("{type: WarmUp, epochs: 2, schedule: {type: ExponentialLR, gamma: 0.9}}", "lr 1e-05 → 0.000478 over"),
        ("{type: OneCycleLR, interval: step}", "lr 4e-05 → "),
        (
            "{type: WarmUp, epochs: 1, schedule: ReduceLROnPlateau}",
            "1e-05 → 0.001 over 10 epochs, lower wherever val/loss has stopped to improve",
        ),
    ],
)
def test_the_curve_is_that_of_the_live_schedule(cli, recipe, scheduler, said):
    shown = cli("plan", recipe, "--set", f"scheduler={scheduler}")
    assert said in " ".join(shown.stdout.split()), shown.stderr


@pytest.mark.parametrize("word", ["CrossEntropyLoss", "FocalLoss"])
def test_the_dataset_is_asked_for_the_number_of_classes(cli, recipe, word):
    done = cli("plan", recipe, "--set", f"loss={{type: {word}, class_weights: [1, 2, 3]}}")
    assert done.returncode == 1
    assert "R517" in done.stderr
    assert "`class_weights` has 3 weights, and there are 2 classes" in done.stderr


def test_images_that_cannot_be_read_stop_a_plan_or_are_left_out_of_it(cli, recipe, tmp_path):
    for name in ("train/cat/7.png", "val/dog/8.png"):
        (tmp_path / name).write_bytes(b"404")
    refused = cli("plan", recipe)
    assert refused.returncode == 1
    assert "error[R605] corrupt-image: 2 of 22 images cannot be used" in refused.stderr
    assert all(name in refused.stderr for name in ("train/cat/7.png", "val/dog/8.png", "`on_corrupt: skip`"))
    skip = ("--set", "data.on_corrupt=skip", "--set", "data.normalize=from_data")
    shown = cli("plan", recipe, *skip)
    assert shown.returncode == 0, shown.stderr
    assert "10 train (5 each), 10 val (5 each)" in shown.stdout
    assert "2 images that cannot be read are left out: " in shown.stdout
    assert "of all pixels of 10 training images" in shown.stdout


def test_without_validation_the_newest_checkpoint_is_the_best(cli, recipe):
    recipe.write_text(
        RECIPE.replace(", val: val", "").replace("10", "2") + "augment: {val: [{type: Resize, size: 32}]}\n"
    )
    done = cli("run", recipe, "--format", "json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)["result"]
    assert (result["best_epoch"], set(result["metrics"])) == (2, {"train/loss", "train/accuracy"})
    (listed,) = json.loads(cli("runs", "--format", "json").stdout)["runs"]
    assert listed["reached"] == {"train/loss": result["metrics"]["train/loss"]}
    assert "train/loss" in cli("runs").stdout
    again = cli("run", recipe)
    assert again.returncode == 0, again.stderr
    assert "this run is finished" in again.stdout
