"""`recipe plan` as people read it."""

import io
import json
import re

import pytest
from rich.console import Console

from recipe.cli.curves import plot
from recipe.cli.main import run
from recipe.cli.show_plan import show_plan
from recipe.compiler.load_plan import load_plan
from recipe.schemas.run import Status
from tests.conftest import MINIMAL, ROOT

SMALL = MINIMAL + "optimizer: {type: SGD, lr: 0.5}\nhardware: {device: cpu}\ntrain: {epochs: 20, batch_size: 8}\n"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def plan(tmp_path, cache, monkeypatch, capsys):
    """Call the verb in `tmp_path`; what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECIPE_CACHE", str(cache))
    monkeypatch.setenv("RECIPE_OFFLINE", "1")
    monkeypatch.delenv("RECIPE_RUNS", raising=False)

    def call(*words, code=0):
        assert run(["plan", *map(str, words)]) == code
        return capsys.readouterr().out

    return call


def on_a_terminal(written, width, root=None):
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=width, highlight=False, color_system=None)
    show_plan(load_plan(written.read_text(), "plan.json", {}), root, console)
    return out.getvalue().splitlines()


def test_what_a_person_wants_to_know(plan, recipe_file):
    recipe_file(SMALL + "gates: [{metric: val/mAP50, min: 0.5}]\ntrackers: [TensorBoard]\n")
    out = plan("recipe.yaml")
    lines = dict(re.findall(r"^  (\w+) +(.+)$", out, re.MULTILINE))
    assert lines["model"] == "YOLOv8(size n, weights none), 3,011,417 trainable parameters"
    assert "400 train, 100 val images of 3 classes: rectangle, circle, triangle" in out
    assert "50 steps an epoch, 1,000 in 20 epochs" in out
    assert lines["optimizer"].startswith("SGD(lr 0.5, momentum 0,")
    assert re.search(r"weight +0.5 +3,000,816 +63\n", out)
    assert "lr 0.5 → 0.0298 over 20 epochs, the first 3 of them a warm-up (not drawn)" in out
    assert lines["gates"] == "val/mAP50 at least 0.5"
    assert lines["trackers"] == "TensorBoard"
    assert re.search(r"hardware.tier +cpu +training runs on cpu\n", out)
    assert "torch " in lines["versions"]
    assert "ultralytics " in lines["versions"]
    assert "\x1b" not in out
    assert all(line == line.rstrip() for line in out.splitlines())


@pytest.mark.parametrize("width", [80, 120])
def test_on_a_terminal_nothing_is_cut_and_nothing_sticks_out(plan, tmp_path, width):
    shipped = ROOT / "recipes" / "yolo_competition.yaml"
    plan(shipped, "--set", "hardware.device=cpu", "--set", "model.size=n", "-o", "plan.json")
    lines = on_a_terminal(tmp_path / "plan.json", width)
    assert {len(line) for line in lines} == {width}
    assert len(lines) < 60
    words = " ".join(line.strip("│ ") for line in lines).split()
    for word in ("YOLOv8(size", "workers", "mosaic", "MLflow(experiment", "ultralytics", "trackers.1.tracking_uri"):
        assert word in words
    assert "…" not in "".join(lines)


def test_a_matrix_is_a_table_of_its_runs(plan, recipe_file, tmp_path):
    recipe_file(SMALL + "matrix: {optimizer.lr: [0.1, 0.2], seed: [1, 2]}\n")
    document = json.loads(plan("recipe.yaml", "-o", "plan.json", "--format", "json"))
    members = document["plan"]["members"]
    assert [member["values"] for member in members] == [
        {"optimizer.lr": rate, "seed": seed} for rate in (0.1, 0.2) for seed in (1, 2)
    ]
    digests = [member["plan"]["digest"][:12] for member in members]
    begun = tmp_path / "runs" / "minimal" / digests[1]
    begun.mkdir(parents=True)
    status = Status(
        name="minimal", digest=members[1]["plan"]["digest"], state="interrupted", started="", updated="",
        epochs_total=20, epochs_done=7, minutes=1.0, pid=1,
    )  # fmt: skip
    (begun / "status.json").write_text(status.model_dump_json())
    out = plan("plan.json")
    assert re.search(rf"0.1 +1 +{digests[0]}  not begun\n +0.1 +2 +{digests[1]}  7 of 20 epochs\n +0.2 +1", out)
    assert "minimal · 4 runs" in out
    assert {len(line) for line in on_a_terminal(tmp_path / "plan.json", 80, tmp_path / "runs")} == {80}


def test_a_search_shows_its_space(plan, recipe_file):
    recipe_file(
        SMALL + "search:\n  objective: {metric: val/mAP50}\n  trials: 7\n  epochs: 12\n  sampler: RandomSampler\n"
        "  space: {optimizer.lr: {type: float, low: 0.001, high: 0.1, log: true}}\n"
    )
    out = plan("recipe.yaml")
    assert "optimizer.lr  float(low 0.001, high 0.1, log true" in out
    assert "7 trials of 12 epochs" in out
    assert "maximize val/mAP50" in out
    assert "RandomSampler" in out


def test_every_layer_is_shown(plan, tmp_path, recipe_file):
    from PIL import Image

    for split in ("train", "val"):
        for name in ("a", "b"):
            (tmp_path / split / name).mkdir(parents=True)
            Image.new("RGB", (8, 8)).save(tmp_path / split / name / "x.png")
    text = "recipe: 1\nname: layers\ntask: classification\ndata: {train: train, val: val}\nhardware: {device: cpu}\n"
    recipe_file(text + "model: ResNet50\nlayer_lr: {decay: 0.5}\n")
    out = plan("recipe.yaml")
    assert re.search(r"groups +lr +parameters +tensors\n +stem ", out)
    assert len(re.findall(r"\n +(layer\d\.\d|stem|fc) ", out)) == 18
    assert re.search(r" fc +0.001 +4,098 +2\n", out)


def test_nothing_that_a_recipe_says_reaches_the_terminal_as_a_command(plan, recipe_file, tmp_path, capsys):
    recipe_file(SMALL + 'trackers: [{type: MLflow, experiment: "\\e[2Jgone"}]\n')
    assert "\x1b" not in plan("recipe.yaml", "-o", "plan.json")
    assert "\x1b[2J" not in "\n".join(on_a_terminal(tmp_path / "plan.json", 80))
    for words in (
        ["why", "recipe.yaml"],
        ["why", "recipe.yaml", "trackers.0.experiment"],
        ["diff", "recipe.yaml", "--set-b", "trackers=[]"],
    ):
        assert run(words) == 0
        out = capsys.readouterr().out
        assert "[2Jgone" in out
        assert "\x1b" not in out


def test_a_written_plan_is_shown_as_it_is(plan, recipe_file, capsys):
    recipe_file(SMALL)
    shown = plan("recipe.yaml", "-o", "plan.json")
    assert plan("plan.json") == shown.rpartition("wrote ")[0]
    plan("plan.json", "--set", "seed=1", code=2)


def test_plots():
    assert plot([1.0, 0.5], width=4, height=2) == ["       1 ┤██", "       0 ┤████"]
    falling = plot([1 - index / 100 for index in range(100)], width=48)
    assert [len(row) for row in falling] == sorted(len(row) for row in falling)
    assert all(len(row) <= 58 for row in falling)


def test_values_from_the_environment_are_counted_with_and_not_told(plan, recipe_file, tmp_path, monkeypatch):
    monkeypatch.setenv("EPOCHS", "37")
    monkeypatch.setenv("BETA", "0.8765")
    monkeypatch.setenv("RATE", "0.00123")
    monkeypatch.setenv("GOAL", "0.4321")
    recipe_file(
        SMALL.replace("epochs: 20", "epochs: '${env:EPOCHS}'")
        + "scheduler: {final_factor: '${env:BETA}'}\ngates: [{metric: val/mAP50, min: '${env:GOAL}'}]\n"
        "layer_lr: {rates: {model.22: '${env:RATE}', '.*bn': 0.002}}\n"
        "search: {objective: {metric: val/mAP50}, epochs: 20, space: {seed: {type: int, low: 1, high: '${env:EPOCHS}'}}}\n"
    )
    out = plan("recipe.yaml", "-o", "plan.json")
    written = (tmp_path / "plan.json").read_text()
    for text in (out, written, plan("plan.json")):
        assert "${env:GOAL}" in text
        assert not {"0.8765", "0.4321"} & set(re.findall(r"[\d.]+", text))
    assert '["model.22","${env:RATE}"]' in written
    assert "int(low 1, high ${env:EPOCHS}" in out
    assert "in 37 epochs" in out
