"""Trackers as a run uses them; the failing ones are real components whose targets fail."""

import json
import sys

import pytest

from recipe.runtime.rundir import RunDirectory
from recipe.runtime.tracking import Tracking
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.trackers import Tracker
from tests.runtime.detection.harness import make_plan


class Recording(Tracker):
    """Keeps what it is told."""

    target = "tests.runtime.test_tracking:RecordingTracker"


class Dying(Tracker):
    """Fails at the second epoch."""

    target = "tests.runtime.test_tracking:DyingTracker"


class Refusing(Tracker):
    """Cannot start."""

    target = "tests.runtime.test_tracking:RefusingTracker"


class RecordingTracker:
    location = "here"

    def __init__(self, run):
        self.told = run.directory / "told.jsonl"

    def effective(self):
        return {}

    def log(self, epoch, values):
        with self.told.open("a") as file:
            file.write(json.dumps([epoch, dict(values)]) + "\n")

    def note(self, text):
        with self.told.open("a") as file:
            file.write(json.dumps(["note", text]) + "\n")

    def finish(self, state, metrics):
        self.log(state, metrics)


class DyingTracker(RecordingTracker):
    def log(self, epoch, values):
        if epoch != 1:
            raise ConnectionError("the server of token s3cret is gone")
        super().log(epoch, values)


class RefusingTracker:
    def __init__(self, run):
        raise OSError("no server at http://u:s3cret@host")


def tracking(folder, *trackers, secrets=None):
    plan = make_plan()
    recipe = plan.recipe.model_copy(update={"trackers": trackers, "description": "s3cret"})
    plan = plan.model_copy(update={"recipe": recipe, "secrets": secrets or {}})
    warnings = []
    return Tracking(plan, RunDirectory(folder), warnings.append), warnings


def test_every_tracker_is_told_everything(tmp_path):
    both, warnings = tracking(tmp_path, Recording(), Recording())
    assert both.effective() == {"trackers.0.type": "Recording", "trackers.1.type": "Recording"}
    both.log(1, {"a": 1.0})
    both.finish("finished", {"a": 2.0})
    assert (tmp_path / "told.jsonl").read_text().splitlines() == ['[1, {"a": 1.0}]'] * 2 + [
        '["finished", {"a": 2.0}]'
    ] * 2
    assert not warnings


def test_one_that_dies_is_reported_once_and_what_it_misses_is_kept(tmp_path):
    tracked, warnings = tracking(tmp_path, Dying(), secrets={"description": "${env:TOKEN}"})
    tracked.effective()
    for epoch in (1, 2, 3):
        tracked.log(epoch, {"a": float(epoch)})
    tracked.finish("finished", {})
    (warning,) = warnings
    assert (warning.code, warning.severity) == ("R807", "warning")
    assert "s3cret" not in warning.message
    assert "${env:TOKEN}" in warning.message
    kept = [json.loads(line) for line in (tmp_path / "unsent-Dying-0.jsonl").read_text().splitlines()]
    assert [(event["event"], event.get("epoch")) for event in kept] == [("log", 2), ("log", 3), ("finish", None)]
    assert kept[0]["values"] == {"a": 2.0}


def test_one_that_cannot_start_is_an_error_with_its_place(tmp_path):
    tracked, _ = tracking(tmp_path, Recording(), Refusing())
    with pytest.raises(RecipeError) as raised:
        tracked.effective()
    (problem,) = raised.value.diagnostics
    assert (problem.code, problem.path) == ("R803", ("trackers", 1))
    tracked.finish("failed", {})


def test_no_trackers_is_a_value_too(tmp_path):
    assert tracking(tmp_path)[0].effective() == {"trackers": []}


def test_mlflow_goes_on_in_the_run_it_began(tmp_path):
    from mlflow.tracking import MlflowClient

    from recipe.schemas.trackers.mlflow import MLflow

    uri = f"sqlite:///{tmp_path / 'deep' / 'mlflow.db'}"
    for state in ("interrupted", "finished"):
        tracked, _ = tracking(tmp_path, MLflow(experiment="e", tracking_uri=uri))
        tracked.effective()
        tracked.log(1 if state == "interrupted" else 2, {"a": 1.0, "not": float("nan")})
        tracked.note(state)
        tracked.finish(state, {})
    client = MlflowClient(tracking_uri=uri)
    (run,) = client.search_runs([client.get_experiment_by_name("e").experiment_id])
    assert run.info.status == "FINISHED"
    assert run.data.tags["mlflow.note.content"] == "interrupted\n\nfinished"
    assert [metric.step for metric in client.get_metric_history(run.info.run_id, "a")] == [1, 2]


def test_a_note_reaches_every_tracker_without_the_values_of_the_environment(tmp_path):
    tracked, warnings = tracking(tmp_path, Recording(), Dying(), secrets={"description": "${env:TOKEN}"})
    tracked.effective()
    tracked.log(2, {})
    tracked.note("train.accumulate 1 → 2: s3cret")
    assert json.loads((tmp_path / "told.jsonl").read_text().splitlines()[-1]) == [
        "note",
        "train.accumulate 1 → 2: ${env:TOKEN}",
    ]
    kept = [json.loads(line) for line in (tmp_path / "unsent-Dying-1.jsonl").read_text().splitlines()]
    assert kept[1] == {"event": "note", "text": "train.accumulate 1 → 2: ${env:TOKEN}"}
    assert len(warnings) == 1


def test_notes_are_texts_in_tensorboard(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    from recipe.schemas.trackers.tensorboard import TensorBoard

    tracked, warnings = tracking(tmp_path, TensorBoard())
    tracked.effective()
    tracked.log(3, {"a": 1.0})
    tracked.note("half the batch")
    tracked.finish("finished", {"a": 1.0})
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    (note,) = events.Tensors("notes/text_summary")
    assert (note.step, note.tensor_proto.string_val[0]) == (3, b"half the batch")
    assert warnings == []


def test_a_library_that_is_missing_can_be_installed(tmp_path, monkeypatch):
    from recipe.schemas.trackers.wandb import WandB

    monkeypatch.setitem(sys.modules, "wandb", None)
    tracked, _ = tracking(tmp_path, WandB(project="p"))
    with pytest.raises(RecipeError) as raised:
        tracked.effective()
    (problem,) = raised.value.diagnostics
    assert problem.code == "R803"
    assert problem.help == ("install it with: pip install 'recipe-compiler[wandb]'",)
