"""Tiny runs of the real engine: 16 + 8 generated images of 64 pixels, yolov8n, on the CPU."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from recipe.runtime.detection.family import DetectionFamily
from recipe.runtime.family import Outcome
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Diagnostic, Interrupted
from recipe.schemas.plan import RunPlan
from recipe.schemas.recipe import Recipe

SMALL: dict[str, Any] = {
    "task": "detection",
    "recipe": 1,
    "name": "small",
    "data": {
        "source": "builtin:shapes",
        "cache": "none",
        "shapes": {"train_images": 16, "val_images": 8, "image_size": 64},
    },
    "model": {"type": "YOLOv8", "size": "n", "weights": "none"},
    "train": {"epochs": 2, "batch_size": 8, "image_size": 64, "amp": False, "warmup_epochs": 1.0, "close_mosaic": 1},
    "optimizer": {"type": "AdamW", "lr": 0.002},
    "hardware": {"device": "cpu", "workers": 0, "tier": "cpu"},
    "report": {"log_scale": False},
}


def make_recipe(**changes: Any) -> Recipe:
    """`SMALL` with dotted paths replaced: `make_recipe(**{"train.epochs": 3})`."""
    data = json.loads(json.dumps(SMALL))
    for dotted, value in changes.items():
        *parents, last = dotted.split(".")
        inner = data
        for step in parents:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return Recipe.parse(data)


def make_plan(**changes: Any) -> RunPlan:
    return RunPlan(
        recipe=make_recipe(**changes),
        digest="test",
        answers=(),
        inputs=(),
        groups=(),
        details=FrozenDict(),
        secrets=FrozenDict(),
        versions=FrozenDict(),
        commit=None,
    )


class Recorder:
    """A reporter that writes down what it is told, and interrupts at an (epoch, step) where it is asked to.

    At (0, 0) it interrupts when everything is built and nothing is trained yet.
    """

    def __init__(self, interrupt_at: tuple[int, int] | None = None) -> None:
        self.interrupt_at = interrupt_at
        self.events: list[tuple[Any, ...]] = []
        self.effective: Mapping[str, Any] = {}
        self.epochs: dict[int, Mapping[str, float]] = {}
        self.losses: list[Mapping[str, float]] = []

    def started(self, first_epoch: int, effective: Mapping[str, Any]) -> None:
        self.events.append(("started", first_epoch))
        self.effective = effective
        self._interrupt((0, 0))

    def step(self, epoch: int, step: int, steps: int, losses: Mapping[str, float]) -> None:
        self.events.append(("step", epoch, step, steps))
        self.losses.append(losses)
        self._interrupt((epoch, step))

    def epoch_done(self, epoch: int, values: Mapping[str, float]) -> None:
        assert epoch not in self.epochs, "an epoch is reported once"
        self.events.append(("epoch_done", epoch))
        self.epochs[epoch] = values

    def _interrupt(self, now: tuple[int, int]) -> None:
        if now == self.interrupt_at:
            raise Interrupted(Diagnostic("R806", "stopped by the test"))


class Trained:
    """A finished run."""

    def __init__(self, plan: RunPlan, run: RunDirectory, reporter: Recorder, outcome: Outcome) -> None:
        self.plan, self.run, self.reporter, self.outcome = plan, run, reporter, outcome


def train(folder: Path, reporter: Recorder | None = None, **changes: Any) -> Trained:
    plan, run, reporter = make_plan(**changes), RunDirectory(folder), reporter or Recorder()
    return Trained(plan, run, reporter, DetectionFamily().train(plan, run, reporter))


def interrupted(folder: Path, at: tuple[int, int], **changes: Any) -> Recorder:
    """What a reporter has seen of a run that it stopped."""
    reporter = Recorder(interrupt_at=at)
    with pytest.raises(Interrupted, match="stopped by the test"):
        train(folder, reporter, **changes)
    return reporter
