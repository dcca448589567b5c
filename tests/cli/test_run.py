"""Real training through the real command line: a nano detector on a few small generated images."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from recipe.schemas.tasks.detection import Detection
from tests.conftest import ROOT

TINY = """\
recipe: 1
name: tiny
task: detection
data: {source: "builtin:shapes", shapes: {train_images: 12, val_images: 6, image_size: 64}}
model: {type: YOLOv8, size: n, weights: none}
train: {epochs: 3, batch_size: 4, image_size: 64, close_mosaic: 1, warmup_epochs: 1.0}
trackers: [TensorBoard]
"""
COLUMNS = [
    "epoch", "train/box_loss", "train/cls_loss", "train/dfl_loss", "val/precision", "val/recall", "val/mAP50", "val/mAP50-95",
    "val/box_loss", "val/cls_loss", "val/dfl_loss", "lr", "lr/weight", "lr/bn", "lr/bias",
]  # fmt: skip


SPY = """\
import os, socket, sys
def hook(event, args):
    named = event == "socket.getaddrinfo"
    connected = event in ("socket.connect", "socket.sendto") and args[0].family != socket.AF_UNIX
    if named or connected or event == "urllib.Request":
        with open(os.environ["REACHED"], "a") as file:
            file.write(f"{event} {args[0] if named else args[1]}\\n")
sys.addaudithook(hook)
open(os.environ["REACHED"], "a").close()
"""
"""Imported by every Python that starts: writes down each connection beyond this process."""


class Workplace:
    """A folder with a recipe, its own home and its own cache, and the command line in it."""

    def __init__(self, folder, cache, text=TINY):
        self.folder, self.home, self.cache = folder, folder / "home", cache
        self.home.mkdir()
        (folder / "tiny.yaml").write_text(text)

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW", "RECIPE", "XDG"))}
        return {
            **kept, "HOME": str(self.home), "RECIPE_CACHE": str(self.cache), "RECIPE_OFFLINE": "1", "NO_COLOR": "1",
            "PYTHONPATH": str(ROOT), **more,
        }  # fmt: skip

    def command(self, *words):
        return [sys.executable, "-m", "recipe", *map(str, words)]

    def cli(self, *words, timeout=180, **env):
        return subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.environment(**env),
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def start(self, *words):
        out = (self.folder / "out.txt").open("w")
        return subprocess.Popen(self.command(*words), cwd=self.folder, env=self.environment(), stdout=out, stderr=out)

    @property
    def run(self):
        """The only run directory."""
        (found,) = [path for path in (self.folder / "runs" / "tiny").iterdir() if "~" not in path.name]
        return found

    def read(self, name):
        return json.loads((self.run / name).read_text())

    def rows(self):
        with (self.run / "metrics.csv").open() as file:
            return list(csv.DictReader(file))

    def wait_for_epochs(self, number, process):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert process.poll() is None, (self.folder / "out.txt").read_text()
            found = list((self.folder / "runs").glob("tiny/*/status.json"))
            if found and json.loads(found[0].read_text())["epochs_done"] >= number:
                return
            time.sleep(0.02)
        raise AssertionError("the run makes no progress")


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def workplace(tmp_path, cache):
    return Workplace(tmp_path, cache)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, cache):
    """A run with both trackers that has finished; tests only look at it, or run it again."""
    text = TINY.replace("[TensorBoard]", "[TensorBoard, {type: MLflow, experiment: tests}]")
    place = Workplace(tmp_path_factory.mktemp("finished"), cache, text)
    spy = tmp_path_factory.mktemp("spy")
    (spy / "sitecustomize.py").write_text(SPY)
    place.reached = spy / "reached.txt"
    place.first = place.cli("run", "tiny.yaml", PYTHONPATH=f"{spy}:{ROOT}", REACHED=str(place.reached))
    assert place.first.returncode == 0, place.first.stderr
    return place


def test_a_run_leaves_what_the_docs_say(finished):
    for name in (
        "plan.json",
        "status.json",
        "metrics.csv",
        "metrics.jsonl",
        "effective.json",
        "result.json",
        "log.txt",
    ):
        assert (finished.run / name).is_file(), name
    for name in ("checkpoints/best.pt", "checkpoints/last.pt"):
        assert (finished.run / name).stat().st_size > 1_000_000, name
    assert list((finished.run / "tensorboard").glob("events.out.tfevents.*"))
    status = finished.read("status.json")
    assert (status["state"], status["epochs_done"], status["epochs_total"]) == ("finished", 3, 3)


def test_metrics_have_a_row_an_epoch(finished):
    rows = finished.rows()
    assert list(rows[0]) == COLUMNS
    assert set(COLUMNS) >= {metric.name for metric in Detection.metrics}
    assert Detection.primary_metric in COLUMNS
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert all(float(value) == float(value) for row in rows for value in row.values())


def test_the_result_says_what_was_reached(finished):
    result = finished.read("result.json")
    assert (result["epochs_completed"], result["stopped_early"]) == (3, False)
    assert set(result["metrics"]) >= {"val/precision", "val/recall", "val/mAP50", "val/mAP50-95"}
    assert (finished.run / result["best_weights"]).is_file()
    assert result["digest"] == finished.read("plan.json")["digest"]
    assert {"torch", "ultralytics", "recipe", "python"} <= set(result["versions"])
    assert result["minutes"] > 0


def test_the_live_settings_are_written_down(finished):
    values = finished.read("effective.json")["values"]
    assert values["train.epochs"] == 3
    assert values["optimizer.type"] == "AdamW"
    assert values["trackers.1.experiment"] == "tests"
    assert "data.source" in values


def test_a_log_gets_plain_lines(finished):
    out = finished.first.stdout
    assert "\x1b" not in out
    assert "\r" not in out
    assert [line.split()[1] for line in out.splitlines() if line.startswith("epoch ")] == ["1/3", "2/3", "3/3"]
    assert "Ultralytics" not in out.replace("ultralytics", "")
    assert "from scratch" not in finished.first.stderr  # the recipe says `weights: none`


def test_nothing_is_written_elsewhere(finished):
    assert sorted(path.name for path in finished.folder.iterdir()) == ["home", "runs", "tiny.yaml"]
    assert sorted(path.name for path in (finished.folder / "runs").iterdir()) == ["mlflow.db", "tiny"]
    assert not [path for path in finished.home.rglob("*") if path.is_file()]


def test_no_connection_is_opened(finished):
    assert finished.reached.read_text() == ""


def test_mlflow_has_the_run(finished):
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{finished.folder / 'runs' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("tests")
    (found,) = client.search_runs([experiment.experiment_id])
    assert found.info.status == "FINISHED"
    assert found.data.params["train.epochs"] == "3"
    assert len(client.get_metric_history(found.info.run_id, "val/mAP50")) == 3


def test_tensorboard_has_the_metrics(finished):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(finished.run / "tensorboard"))
    events.Reload()
    assert [scalar.step for scalar in events.Scalars("train/box_loss")] == [1, 2, 3]


def test_a_finished_run_says_so_and_trains_nothing(finished):
    before = (finished.run / "checkpoints" / "best.pt").stat().st_mtime_ns
    again = finished.cli("run", "tiny.yaml")
    assert again.returncode == 0
    assert "this run is finished" in again.stdout
    assert (finished.run / "checkpoints" / "best.pt").stat().st_mtime_ns == before
    document = json.loads(finished.cli("run", "tiny.yaml", "--format", "json").stdout)
    assert document["result"]["epochs_completed"] == 3


def test_the_result_is_held_against_the_gates_of_the_recipe_as_it_is_now(finished):
    passed = finished.cli("run", "tiny.yaml", "--set", "gates=[{metric: val/mAP50, min: 0, max: 1}]")
    assert passed.returncode == 0
    words = ("run", "tiny.yaml", "--set", "gates=[{metric: val/mAP50, min: 0.99}, {metric: val/box_loss, max: 0.001}]")
    missed = finished.cli(*words)
    assert missed.returncode == 4
    assert missed.stderr.count("error[R808]") == 2
    assert "`val/mAP50` is 0" in missed.stderr
    document = json.loads(finished.cli(*words, "--format", "json").stdout)
    assert document["ok"] is False
    assert [found["code"] for found in document["diagnostics"]] == ["R808", "R808"]
    assert document["result"]["epochs_completed"] == 3


def test_runs_lists_it(finished):
    line = finished.cli("runs").stdout
    assert line.startswith(f"tiny/{finished.run.name}  finished")
    (found,) = json.loads(finished.cli("runs", "--format", "json").stdout)["runs"]
    assert (found["name"], found["state"], found["epochs_done"]) == ("tiny", "finished", 3)
    elsewhere = finished.cli("runs", RECIPE_RUNS=str(finished.folder / "runs"))
    assert elsewhere.stdout == line


def test_killed_and_run_again_it_resumes_and_counts_epochs_once(workplace):
    process = workplace.start("run", "tiny.yaml")
    workplace.wait_for_epochs(1, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert "interrupted" in workplace.cli("runs").stdout
    again = workplace.cli("run", "tiny.yaml")
    assert again.returncode == 0, again.stderr
    assert "resuming at epoch" in again.stdout
    assert [row["epoch"] for row in workplace.rows()] == ["1", "2", "3"]
    assert workplace.read("result.json")["epochs_completed"] == 3


def test_ctrl_c_finishes_the_step_and_says_how_to_go_on(workplace):
    process = workplace.start("run", "tiny.yaml")
    workplace.wait_for_epochs(1, process)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    out = (workplace.folder / "out.txt").read_text()
    assert "stopped by SIGINT" in out
    assert "continues from the last checkpoint" in out
    assert "Traceback" not in out
    assert workplace.read("status.json")["state"] == "interrupted"
    again = workplace.cli("run", "tiny.yaml", "--set", "trackers=[]")
    assert again.returncode == 0, again.stderr
    assert "warning[R615] plan-kept: the run goes on with `trackers` as it began" in again.stderr


def test_two_processes_do_not_share_a_run(workplace):
    process = workplace.start("run", "tiny.yaml")
    workplace.wait_for_epochs(1, process)
    second = workplace.cli("run", "tiny.yaml")
    assert second.returncode == 4
    assert "error[R805]" in second.stderr
    assert "error[R805]" in workplace.cli("run", "tiny.yaml", "--fresh").stderr
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)


def test_a_written_plan_runs_as_it_stands(workplace):
    done = workplace.cli(
        "plan", "tiny.yaml", "--set", "train.epochs=1", "--set", "train.close_mosaic=0", "-o", "plan.json"
    )
    assert done.returncode == 0, done.stderr
    (workplace.folder / "tiny.yaml").unlink()
    ran = workplace.cli("run", "plan.json")
    assert ran.returncode == 0, ran.stderr
    assert (workplace.run / "plan.json").read_text() == (workplace.folder / "plan.json").read_text()
    assert "`--set` and `--profile` go to `recipe plan`" in workplace.cli("run", "plan.json", "--set", "seed=1").stderr
    fresh = workplace.cli("run", "plan.json", "--fresh")
    assert fresh.returncode == 0, fresh.stderr
    assert workplace.run.with_name(f"{workplace.run.name}~1").is_dir()


def test_changed_inputs_are_refused_until_accepted(workplace, cache):
    from recipe.runtime.data.shapes import make_shapes
    from recipe.schemas.tasks.detection import Shapes

    data = workplace.folder / "data"
    make_shapes(Shapes(train_images=4, val_images=2, image_size=64), data)
    (source,) = data.rglob("data.yaml")
    text = TINY.replace(
        'data: {source: "builtin:shapes", shapes: {train_images: 12, val_images: 6, image_size: 64}}',
        f"data: {{source: {source}}}",
    )
    (workplace.folder / "tiny.yaml").write_text(text)
    words = ("tiny.yaml", "--set", "train.epochs=1", "--set", "train.close_mosaic=0")
    assert workplace.cli("run", *words).returncode == 0
    label = next(source.parent.rglob("labels/train/*.txt"))
    label.write_text(label.read_text() + "0 0.5 0.5 0.1 0.1\n")
    refused = workplace.cli("run", *words)
    assert refused.returncode == 5
    assert "error[R610] stale" in refused.stderr
    assert "the dataset" in refused.stderr
    assert workplace.cli("run", *words, "--accept-changes").returncode == 0


def test_a_live_object_that_differs_from_the_plan_fails_the_run(workplace):
    """Sabotage inside the engine: every flip gets another probability."""
    script = (
        "import sys\nfrom recipe.runtime.detection.isolation import prepare\nprepare()\n"
        "import ultralytics.data.augment as augment\n"
        "original = augment.RandomFlip.__init__\n"
        "def sabotaged(self, p=0.5, *a, **k):\n    original(self, 0.125, *a, **k)\n"
        "augment.RandomFlip.__init__ = sabotaged\n"
        "from recipe.cli.main import main\nmain(['run', 'tiny.yaml'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=workplace.folder,
        env=workplace.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 4, done.stderr
    assert "error[R802]" in done.stderr
    assert "`augment.fliplr` is 0.5 in the plan, but 0.125 in the run" in done.stderr
    assert workplace.read("status.json")["state"] == "failed"


def test_a_tracker_that_cannot_start_ends_the_run_before_training(workplace):
    text = TINY.replace("[TensorBoard]", "[{type: MLflow, tracking_uri: 'http://u:${env:TOKEN}@127.0.0.1:9'}]")
    (workplace.folder / "tiny.yaml").write_text(text)
    done = workplace.cli("run", "tiny.yaml", TOKEN="s3cret")
    assert done.returncode == 4
    assert "error[R803]" in done.stderr
    assert not (workplace.run / "metrics.csv").exists()
    everything = (
        done.stdout
        + done.stderr
        + "".join(
            path.read_text(errors="replace")
            for path in workplace.run.rglob("*")
            if path.is_file() and path.suffix != ".pt"
        )
    )
    assert "s3cret" not in everything


BAD_DATA = {
    "missing": (None, None, "error[R601]"),
    "no labels": ("names: [a]\n", None, "error[R603]"),
    "class id": ("names: [a]\n", "3 0.5 0.5 0.2 0.2\n", "error[R604]"),
    "bad yaml": ("names: [a\n", "0 0.5 0.5 0.2 0.2\n", "error[R602]"),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_bad_data_is_told_before_anything_is_trained(workplace, case):
    from PIL import Image

    names, label, code = BAD_DATA[case]
    data = workplace.folder / "data"
    if names is not None:
        for split in ("train", "val"):
            (data / "images" / split).mkdir(parents=True)
            (data / "labels" / split).mkdir(parents=True)
            Image.new("RGB", (64, 64)).save(data / "images" / split / "a.png")
            if label:
                (data / "labels" / split / "a.txt").write_text(label)
        (data / "data.yaml").write_text(f"train: images/train\nval: images/val\n{names}")
    text = TINY.replace(
        'data: {source: "builtin:shapes", shapes: {train_images: 12, val_images: 6, image_size: 64}}',
        "data: {source: data/data.yaml}",
    )
    (workplace.folder / "tiny.yaml").write_text(text)
    done = workplace.cli("run", "tiny.yaml")
    assert done.returncode == 1, done.stderr
    assert code in done.stderr
    assert "tiny.yaml:4:" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (workplace.folder / "runs").exists()


def test_a_place_that_cannot_be_written_is_told(workplace):
    (workplace.folder / "runs").write_text("a file where the folder would be")
    done = workplace.cli("run", "tiny.yaml")
    assert done.returncode == 2
    assert "error[R005]" in done.stderr
    assert "error[R005]" in workplace.cli("plan", "tiny.yaml", "-o", "no/folder/plan.json").stderr


def test_explicit_weights_that_are_missing_are_an_error_before_anything_starts(workplace):
    done = workplace.cli("run", "tiny.yaml", "--set", "model.weights=nope.pt")
    assert done.returncode == 1
    assert "error[R606]" in done.stderr
    assert "--set model.weights:1:" in done.stderr
    assert not (workplace.folder / "runs").exists()


def test_weights_that_auto_cannot_find_are_a_visible_warning(workplace):
    done = workplace.cli("plan", "tiny.yaml", "--set", "model.weights=auto")
    assert done.returncode == 0
    assert "warning[R607]" in done.stderr
    assert (
        json.loads(workplace.cli("plan", "tiny.yaml", "--format", "json").stdout)["plan"]["recipe"]["model"]["weights"]
        == "none"
    )


coco8 = ROOT.parent / "shared" / "data" / "coco8" / "coco8.yaml"


@pytest.mark.skipif(not coco8.exists(), reason="the COCO sample is not at hand")
def test_eight_real_images(workplace):
    recipe = ROOT / "recipes" / "yolo_competition.yaml"
    words = ("--profile", "demo", "--set", "train.epochs=1", "--set", f"vars.dataset={coco8}", "--set", "trackers=[]")
    done = workplace.cli("run", recipe, *words)
    assert done.returncode == 0, done.stderr
