"""The real engine over two epochs: what is reported, and what is on the disk afterwards."""

import math
import re
from pathlib import Path

import pytest

from recipe.schemas.tasks.detection import Detection
from tests.runtime.detection.harness import Recorder, Trained, train


def test_events_come_in_order(two_epochs: Trained):
    assert two_epochs.reporter.events == [
        ("started", 1),
        *[("step", 1, 1, 2), ("step", 1, 2, 2), ("epoch_done", 1)],
        *[("step", 2, 1, 2), ("step", 2, 2, 2), ("epoch_done", 2)],
    ]


def test_every_declared_metric_is_reported_each_epoch(two_epochs: Trained):
    declared = {metric.name for metric in Detection.metrics}
    for values in two_epochs.reporter.epochs.values():
        assert set(values) == declared | {"lr", "lr/weight", "lr/bn", "lr/bias"}
        assert all(type(value) is float and math.isfinite(value) for value in values.values())
    losses = {name for name in declared if name.startswith("train/")}
    assert all(set(step) == losses for step in two_epochs.reporter.losses)


def test_rates_follow_warm_up_and_schedule(two_epochs: Trained):
    """Warm-up over two of the four steps, then the factor of the second of two epochs: (1 + 0.01) / 2."""
    rates = [values["lr/weight"] for values in two_epochs.reporter.epochs.values()]
    assert rates == pytest.approx([0.001, 0.002 * 0.505])


def test_outcome(two_epochs: Trained):
    outcome = two_epochs.outcome
    assert outcome.epochs_completed == 2
    assert outcome.best_epoch in (1, 2)
    assert set(outcome.metrics) == {metric.name for metric in Detection.metrics if metric.name.startswith("val/")}
    best = two_epochs.reporter.epochs[outcome.best_epoch]
    assert outcome.metrics["val/cls_loss"] == pytest.approx(best["val/cls_loss"], rel=0.01)


def test_best_is_a_plain_ultralytics_model(two_epochs: Trained):
    from ultralytics import YOLO

    model = YOLO(two_epochs.outcome.best)
    assert model.names == {0: "rectangle", 1: "circle", 2: "triangle"}
    assert two_epochs.outcome.best.stat().st_size < 8_000_000


def test_last_keeps_its_whole_state(two_epochs: Trained):
    from ultralytics.nn.tasks import torch_safe_load

    checkpoint, _ = torch_safe_load(str(two_epochs.outcome.last))
    assert checkpoint["epoch"] == 1
    assert checkpoint["optimizer"]["state"]


def test_run_directory_holds_nothing_else(two_epochs: Trained):
    files = {str(p.relative_to(two_epochs.run.path)) for p in two_epochs.run.path.rglob("*")}
    checkpoints = {"checkpoints", "checkpoints/best.pt", "checkpoints/last.pt"}
    assert files == {"log.txt", "ultralytics", "ultralytics/args.yaml", *checkpoints}


def test_console_is_left_alone_and_the_log_is_plain(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    run = train(tmp_path, **{"train.epochs": 1, "data.cache": "ram"}).run
    log = run.log.read_text(encoding="utf-8")
    assert capfd.readouterr() == ("", "")
    assert "Starting training for 1 epochs" in log
    assert "Closing dataloader mosaic" in log, "close_mosaic covers the only epoch"
    assert "\x1b" not in log
    assert re.match(r"\d{4}-\d\d-\d\d ", log)


def test_clips_the_gradient_to_the_recipes_norm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import torch

    norms = []
    original = torch.nn.utils.clip_grad_norm_
    monkeypatch.setattr(
        torch.nn.utils, "clip_grad_norm_", lambda p, max_norm: norms.append(max_norm) or original(p, max_norm)
    )
    train(tmp_path, Recorder(), **{"train.epochs": 1, "train.clip_grad_norm": 0.25, "train.accumulate_to": 8})
    assert norms == [0.25, 0.25]


@pytest.fixture(scope="module")
def stopped_early(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A run whose first epoch stays the best: its fitness is set to fall."""
    from recipe.runtime.detection.engine.trainer import Trainer

    original = Trainer.validate

    def falling(self):
        metrics, _ = original(self)
        fitness = 1.0 / (self.epoch + 1)
        self.best_fitness = max(self.best_fitness or 0, fitness)
        return metrics, fitness

    changes = {"train.epochs": 6, "train.early_stopping": {"patience": 2}, "train.checkpoint_every": 2}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "validate", falling)
        return train(tmp_path_factory.mktemp("stopped_early"), **changes)


def test_stops_early(stopped_early: Trained):
    assert stopped_early.outcome.epochs_completed == 3
    assert stopped_early.outcome.best_epoch == 1
    assert list(stopped_early.reporter.epochs) == [1, 2, 3]


def test_keeps_every_nth_checkpoint(stopped_early: Trained):
    from ultralytics.nn.tasks import torch_safe_load

    kept = list(stopped_early.run.checkpoints.glob("epoch*.pt"))
    assert [path.name for path in kept] == ["epoch2.pt"]
    assert torch_safe_load(str(kept[0]))[0]["epoch"] == 1
