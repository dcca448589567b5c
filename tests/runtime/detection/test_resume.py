"""A run that is stopped, killed or dies, and is started again."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from recipe.schemas.diagnostics import RecipeError
from tests.runtime.detection.harness import Recorder, Trained, interrupted, train

SGD: dict[str, Any] = {
    "train.epochs": 3,
    "train.warmup_epochs": 1.5,
    "optimizer": {"type": "SGD", "lr": 0.01, "momentum": 0.9},
    "hardware.workers": 1,
}


def rates(reporter: Recorder) -> list[float]:
    return [values["lr/bias"] for _, values in sorted(reporter.epochs.items())]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return train(tmp_path_factory.mktemp("uninterrupted"), **SGD)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was stopped in the second epoch, within its warm-up."""
    folder = tmp_path_factory.mktemp("stopped")
    reporter = interrupted(folder, (2, 1), **SGD)
    assert list(reporter.epochs) == [1]
    assert not multiprocessing.active_children(), "the loader's workers are gone"
    return folder


def test_continues_after_the_last_whole_epoch(stopped: Path, uninterrupted: Trained, tmp_path: Path):
    folder = Path(shutil.copytree(stopped, tmp_path / "run"))
    resumed = train(folder, **SGD)
    assert resumed.reporter.events[0] == ("started", 2)
    assert ("step", 3, 2, 2) in resumed.reporter.events
    assert list(resumed.reporter.epochs) == [1, 2, 3], "the last whole epoch is told again, from the checkpoint"
    assert resumed.reporter.epochs[1] == uninterrupted.reporter.epochs[1]
    assert rates(resumed.reporter) == rates(uninterrupted.reporter)
    assert resumed.reporter.effective == uninterrupted.reporter.effective
    assert resumed.outcome.epochs_completed == 3
    log = resumed.run.log.read_text(encoding="utf-8")
    assert log.count("Closing dataloader mosaic") == 1


def test_rates_of_layers_keep_their_ratios_through_warm_up_schedule_and_resumption(tmp_path: Path):
    changes: dict[str, Any] = {
        "train.epochs": 2,
        "layer_lr": {"decay": 0.9},
        "optimizer": {"type": "AdamW", "lr": 0.002},
    }
    interrupted(tmp_path, (2, 1), **changes)
    resumed = train(tmp_path, **changes)
    assert resumed.reporter.events[0] == ("started", 2)
    for values in resumed.reporter.epochs.values():
        assert values["lr/model.9/weight"] == pytest.approx(values["lr/model.22/weight"] * 0.9**13)
        assert values["lr/model.0/bn"] == pytest.approx(values["lr/model.22/bn"] * 0.9**22)
    assert len(resumed.reporter.epochs) == 2
    assert resumed.reporter.effective["layer_lr.decay"] == 0.9


def test_a_run_without_a_checkpoint_begins_anew(tmp_path: Path):
    interrupted(tmp_path, (1, 1))
    assert not list((tmp_path / "checkpoints").iterdir())
    assert train(tmp_path, **{"train.epochs": 1}).reporter.events[0] == ("started", 1)


def test_killed_in_the_final_evaluation_only_evaluates(uninterrupted: Trained, tmp_path: Path):
    """Then all epochs are in `last.pt`, and `best.pt` may be stripped already or not: here it is."""
    folder = Path(shutil.copytree(uninterrupted.run.path, tmp_path / "run"))
    again = train(folder, **SGD)
    assert again.reporter.events == [("started", 4), ("epoch_done", 3)]
    assert again.outcome[:3] == uninterrupted.outcome[:3]


def test_killed_after_early_stopping_only_evaluates(uninterrupted: Trained, tmp_path: Path):
    """The state says that the best epoch is long ago, which only a plan with little patience minds."""
    from ultralytics.nn.tasks import torch_safe_load

    folder = Path(shutil.copytree(uninterrupted.run.path, tmp_path / "run"))
    last = folder / "checkpoints" / "last.pt"
    checkpoint, _ = torch_safe_load(str(last))
    checkpoint["stopper"] = {"best_fitness": 0.5, "best_epoch": 1}
    _save(checkpoint, last)
    again = train(folder, **SGD | {"train.epochs": 9, "train.early_stopping": {"patience": 2}})
    assert again.reporter.events == [("started", 4), ("epoch_done", 3)]
    assert again.outcome.epochs_completed == 3


@pytest.mark.parametrize("dies_at", ["best.pt", "last.pt"])
def test_dying_between_two_files_leaves_a_state_to_resume(
    stopped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: str
):
    from recipe.runtime.detection.engine.checkpoints import Checkpoints

    folder = Path(shutil.copytree(stopped, tmp_path / "run"))
    original = Checkpoints._place

    def dying(self: Checkpoints, name: str) -> None:
        if name == dies_at:
            raise KeyboardInterrupt
        original(self, name)

    monkeypatch.setattr(Checkpoints, "_place", dying)
    with pytest.raises(KeyboardInterrupt):
        train(folder, **SGD)
    assert interrupted(folder, (0, 0), **SGD).events == [("started", 2)]


def test_optimizer_state_is_kept_in_full_precision(stopped: Path):
    """Ultralytics rounds SGD's momentum to fp16."""
    import torch
    from ultralytics.nn.tasks import torch_safe_load

    checkpoint, _ = torch_safe_load(str(stopped / "checkpoints" / "last.pt"))
    buffers = [state["momentum_buffer"] for state in checkpoint["optimizer"]["state"].values()]
    assert buffers
    assert {buffer.dtype for buffer in buffers} == {torch.float32}


def test_a_damaged_state_is_an_error_that_names_it(tmp_path: Path):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "last.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(RecipeError) as raised:
        train(tmp_path, **SGD)
    assert str(tmp_path / "checkpoints" / "last.pt") in raised.value.diagnostics[0].message


def _save(checkpoint: dict[str, Any], path: Path) -> None:
    import torch

    torch.save(checkpoint, path)


@pytest.mark.slow
def test_killed_at_any_time_leaves_a_state_to_resume(tmp_path: Path):
    """SIGKILL, again and again, a little later after the first checkpoint each time."""
    from ultralytics.nn.tasks import torch_safe_load

    last = tmp_path / "checkpoints" / "last.pt"
    code = f"from pathlib import Path; from tests.runtime.detection.harness import train; train(Path({str(tmp_path)!r})"
    command = [sys.executable, "-c", code + ", **{'train.epochs': 1000, 'train.checkpoint_every': 1})"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    epoch = -1
    for attempt in range(5):
        with subprocess.Popen(command, env=environment) as process:
            written = last.stat().st_mtime_ns if last.exists() else 0
            while not last.exists() or last.stat().st_mtime_ns == written:
                time.sleep(0.01)
            time.sleep(0.5 + 0.17 * attempt)
            process.send_signal(signal.SIGKILL)
        checkpoint, _ = torch_safe_load(str(last))
        assert checkpoint["epoch"] > epoch
        epoch = checkpoint["epoch"]
        torch_safe_load(str(tmp_path / "checkpoints" / "best.pt"))
