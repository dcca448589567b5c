"""The leaves of a classification recipe, each with two values and where the difference shows.

To add a leaf: its path, what both recipes share where that is needed, its two values, and what is looked at. Names may
go on after a space, for a second case of a leaf.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch

from recipe.runtime.classification.steps import ClassificationSteps
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.training.processes import started
from recipe.runtime.training.world import World
from tests.override.bench import Bench, Changes, Ran

NOTHING_EXECUTES = {
    "matrix": "it is expanded into plans, and `run` refuses those (R616)",
    "search": "it is checked and planned, and `run` refuses that (R616)",
}
"""Sections that reach no run so far: a test runs both and sees them refused."""
FOR_PEOPLE = {"description": "it stands in the recipe and in the plan, and nothing else shows it"}
"""Leaves without any effect: a test sees that they have none."""
EXAMPLES: Mapping[str, Any] = {
    "matrix": {"seed": [0, 1]},
    "search": {
        "objective": {"metric": "val/accuracy"},
        "space": {"optimizer.lr": {"type": "float", "low": 0.001, "high": 0.1}},
    },
}


class Case(NamedTuple):
    """Two values of a leaf."""

    one: Any
    other: Any
    look: Callable[[Ran], Any]
    shared: Changes = {}
    """What both recipes say beside it."""
    fault: Callable[[Any], None] | None = None
    """What goes wrong in training, for leaves that say what to do then."""


def weights(ran: Ran) -> Any:
    return ran.weights


def kept(ran: Ran) -> Any:
    return ran.kept


def rows(ran: Ran) -> Any:
    return ran.rows


def epochs(ran: Ran) -> Any:
    return len(ran.rows)


def files(ran: Ran) -> Any:
    return ran.files


def gradients(ran: Ran) -> Any:
    return (ran.folder / "gradients.csv").read_text()


def exit_code(ran: Ran) -> Any:
    return ran.code


def reports(code: str) -> Callable[[Ran], Any]:
    """Whether the run ends with this diagnostic."""
    return lambda ran: code in ran.codes


def _cache(ran: Ran) -> Any:
    """What holds the images, and the files of the cache."""
    return type(ran.loop.steps.images["train"]).__name__, [name for name in ran.cache if name.startswith("images/")]


def _not_enough_memory(patch: Any) -> None:
    """As of a device that can hold eight images at a time."""
    forward = ClassificationSteps.forward

    def within_memory(steps, network, tensors):
        if len(tensors[0]) > 8:
            raise torch.OutOfMemoryError("out of memory")
        return forward(steps, network, tensors)

    patch.setattr(ClassificationSteps, "forward", within_memory)


def told(ran: Ran) -> Any:
    """What a tracker is told of the settings."""
    return (ran.folder / "notebook.json").read_text()


def _matrix_drawn(ran: Ran) -> Any:
    return (ran.folder / "artifacts" / "confusion_matrix.png").read_bytes()


def _rates_drawn(ran: Ran) -> Any:
    return (ran.folder / "artifacts" / "learning_rates.png").read_bytes()


def _stopping(**settings: Any) -> dict[str, Any]:
    return {"patience": 1, "min_delta": 1.0, "monitor": "train/loss", **settings}


_FALLING = {"train.epochs": 4, "optimizer": {"type": "AdamW", "lr": 0.01}}
"""The loss of training falls in every epoch."""
_ROTATION = [{"type": "RandomRotation", "degrees": 30}]
_DIVERGING = {"optimizer": {"type": "SGD", "lr": 1e30}, "train.epochs": 1}
_FOLDERS = {"data.train": "$FILES/one", "data.val": "$FILES/other", "train.batch_size": 8}
_GATE = {"metric": "val/accuracy", "min": 0.0}
_ALL = {"inspect.gradients": {"exclude": []}}
_NESTED = {"model": {"type": "TorchvisionModel", "name": "shufflenet_v2_x0_5"}, "train.epochs": 1}
_NONE_CAN = {"metric": "val/accuracy", "min": 1.0}

CASES: Mapping[str, Case] = {
    "recipe": Case(1, 2, reports("R406")),
    "name": Case("tiny", "small", lambda ran: ran.folder.parent.name),
    "seed": Case(0, 1, weights),
    "trackers": Case([], ["TensorBoard"], files),
    "gates": Case([], [_NONE_CAN], exit_code),
    "gates.metric": Case([{"metric": "val/accuracy", "min": 1.0}], [{"metric": "val/loss", "min": 1.0}], exit_code),
    "gates.min": Case([_GATE], [_NONE_CAN], exit_code),
    "gates.max": Case([{**_GATE, "max": 1.0}], [{"metric": "val/loss", "max": 0.1}], exit_code),
    "data.train": Case("$FILES/one", "$FILES/other", weights, {"data.val": "$FILES/one", "train.batch_size": 8}),
    "data.val": Case("$FILES/one", "$FILES/other", rows, {"data.train": "$FILES/one", "train.batch_size": 8}),
    "data.num_classes": Case(10, 9, reports("R601")),
    "data.limit_per_class": Case(6, 5, weights),
    "data.normalize": Case("imagenet", "medical_rgb", weights),
    "data.normalize from_data": Case("imagenet", "from_data", weights),
    "data.normalize.mean": Case([0.1] * 3, [0.2] * 3, weights, {"data.normalize": {"std": [0.5] * 3}}),
    "data.normalize.std": Case([0.1] * 3, [0.2] * 3, weights, {"data.normalize": {"mean": [0.5] * 3}}),
    "data.cache": Case("none", "ram", _cache),
    "data.cache disk": Case("ram", "disk", _cache),
    "data.cache_limit": Case(1.0, 1e-9, reports("R614"), {"data.cache": "disk"}),
    "data.on_corrupt": Case(
        "fail", "skip", reports("R605"), {**_FOLDERS, "data.train": "$FILES/broken", "data.limit_per_class": None}
    ),
    "model": Case("TinyNet", {"type": "TorchvisionModel", "name": "shufflenet_v2_x0_5"}, weights, {"train.epochs": 1}),
    "augment.train": Case([], _ROTATION, weights),
    "augment.val": Case([], _ROTATION, rows),
    "augment.mix": Case([], ["MixUp"], weights),
    "augment.mix two": Case(["MixUp"], ["MixUp", "CutMix"], weights),
    "loss": Case({"type": "CrossEntropyLoss"}, {"type": "CrossEntropyLoss", "label_smoothing": 0.2}, weights),
    "loss focal": Case({"type": "CrossEntropyLoss"}, {"type": "FocalLoss"}, weights),
    "optimizer": Case("AdamW", "SGD", weights),
    "scheduler": Case(None, {"type": "StepLR", "step_size": 1}, weights),
    "layer_lr": Case(None, {"decay": 0.5}, weights),
    "layer_lr.rates": Case({"conv1": 1e-4}, {"conv2": 1e-4}, weights),
    "layer_lr.decay": Case(0.5, 0.9, weights),
    "train.epochs": Case(1, 2, rows),
    "train.batch_size": Case(16, 12, weights),
    "train.drop_last": Case(False, True, weights),
    "train.accumulate": Case(1, 2, weights),
    "train.clip_grad_norm": Case(None, 0.01, weights, {"optimizer": {"type": "SGD", "lr": 0.1}}),
    "train.ema": Case(None, {"decay": 0.9}, kept),
    "train.ema validated": Case(None, {"decay": 0.9}, rows),
    "train.ema.decay": Case(0.9, 0.5, kept),
    "train.on_nan": Case("stop", "skip", reports("R810"), _DIVERGING),
    "train.checkpoint_every": Case(None, 1, files),
    "train.checkpoint_keep": Case(None, 1, files, {"train.checkpoint_every": 1}),
    "train.checkpoint_minutes": Case(None, 1e-9, lambda ran: ran.saves),
    "train.init_from": Case(None, "$DONOR", weights),
    "train.resume_from": Case(None, "$DONOR", rows),
    "train.early_stopping": Case(None, _stopping(), epochs, _FALLING),
    "train.early_stopping.patience": Case(1, 2, epochs, {**_FALLING, "train.early_stopping": _stopping()}),
    "train.early_stopping.min_delta": Case(0.0, 1.0, epochs, {**_FALLING, "train.early_stopping": _stopping()}),
    "train.early_stopping.monitor": Case(
        "train/loss", "val/top5_accuracy", epochs, {**_FALLING, "train.early_stopping": _stopping(min_delta=0.05)}
    ),
    "report.confusion_matrix": Case(None, {}, files),
    **{
        f"report.confusion_matrix.{name}": Case(one, other, _matrix_drawn)
        for name, one, other in (
            ("title", "One", "Other"),
            ("xlabel", "One", "Other"),
            ("ylabel", "One", "Other"),
            ("fontsize", 14, 8),
            ("title_fontsize", 16, 20),
            ("label_fontsize", 12, 9),
            ("figsize", [8, 6], [6, 6]),
            ("cmap", "Blues", "viridis"),
        )
    },
    "report.plots": Case(True, False, files),
    "report.log_scale": Case(False, True, _rates_drawn, {"report.plots": True}),
    "hardware.workers": Case(0, 1, lambda ran: ran.loop.steps.train._loader.num_workers),
    "hardware.deterministic": Case(True, False, lambda ran: ran.flags),
    "hardware.cudnn_benchmark": Case(False, True, lambda ran: ran.flags, {"hardware.deterministic": False}),
    "hardware.precision": Case("fp32", "bf16", weights),
    "hardware.oom_recovery": Case([], ["accumulate"], exit_code, fault=_not_enough_memory),
    "hardware.oom_recovery precision": Case(
        ["accumulate"], ["precision", "accumulate"], weights, fault=_not_enough_memory
    ),
    "hardware.device": Case("cpu", "cuda:7", reports("R611")),
    "hardware.pin_memory": Case(False, True, reports("R611")),
    "inspect.gradients": Case(None, {}, files),
    "inspect.gradients.every": Case(1, 2, gradients),
    "inspect.gradients.group_by": Case("block", "layer", gradients, _NESTED),
    "inspect.gradients.reduce": Case("mean", "max", gradients, _ALL),
    "inspect.gradients.reduce rms": Case("median", "rms", gradients, _ALL),
    "inspect.gradients.exclude": Case(["conv"], ["bn"], gradients),
}


def _device(bench: Bench, device: str) -> Any:
    plan = bench.plan({}, {"hardware.device": device})
    with started(plan, RunDirectory(bench.folder)) as world:
        return str(world.device)


def _pinned(bench: Bench, pin_memory: bool) -> Any:
    steps = ClassificationSteps(bench.plan({}, {"hardware.pin_memory": pin_memory}), World(torch.device("cpu")))
    return steps.train._loader.pin_memory, steps.evaluated["val"]._loader.pin_memory


HANDED_OVER = {
    "hardware.device": (_device, "cpu", "cuda:7"),
    "hardware.pin_memory": (_pinned, False, True),
}
"""What a machine without a GPU refuses to plan (R611): what torch is given where there is one."""
