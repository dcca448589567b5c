"""The leaves of a detection recipe: what Ultralytics' trainer holds, and does, when it is ready for its first step.

To add a leaf: its path, another value than `SMALL` (tests/runtime/detection/harness.py) has, and what is looked at.
"""

import copy
import hashlib
import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from recipe.cli.make_plan import make_plan as make_real_plan
from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.report import Report
from recipe.runtime.data.shapes import make_shapes
from recipe.runtime.data.yolo import read_yolo_dataset
from recipe.runtime.detection.arguments import engine_arguments
from recipe.runtime.detection.data import data_yaml
from recipe.schemas.plan import RunPlan
from recipe.schemas.tasks.detection import Shapes
from tests.override.bench import hash_of
from tests.runtime.detection.harness import SMALL, make_plan

OF_EVERY_FAMILY = ("recipe", "name", "description", "trackers", "gates", "matrix", "search", "report")
"""Fields of the root that no family reads: what is shown of them with classification goes for all."""
SEEDS = range(6)


class Ready(NamedTuple):
    """A trainer before its first step, and whether torch was deterministic then."""

    trainer: Any
    deterministic: bool


class Case(NamedTuple):
    """Another value of a leaf, where it shows, and what both recipes have beside it."""

    other: Any
    look: Callable[[Ready], Any]
    shared: Mapping[str, Any] = {}


def ready(plan: RunPlan, folder: Path) -> Ready:
    from recipe.runtime.detection.engine.checkpoints import Checkpoints
    from recipe.runtime.detection.engine.trainer import Trainer

    yaml = data_yaml(plan.recipe)
    trainer = Trainer(plan.recipe, yaml, read_yolo_dataset(yaml), Checkpoints(folder / "checkpoints"))
    trainer._setup_train()
    found = Ready(trainer, torch.are_deterministic_algorithms_enabled())
    torch.use_deterministic_algorithms(False)
    return found


def loaded(ready: Ready) -> Any:
    """Images and boxes of the training split as they come out of the live transforms, under several seeds."""
    dataset = ready.trainer.train_loader.dataset
    for index in range(len(dataset)):
        dataset.load_image(index)
    dataset.buffer = list(range(len(dataset)))  # what a mosaic draws from, whatever was loaded before
    found = hashlib.sha256()
    for seed in SEEDS:
        random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)
        item = dataset[seed]
        found.update(item["img"].contiguous().numpy().tobytes() + item["bboxes"].numpy().tobytes())
    return found.hexdigest()


def weights(ready: Ready) -> Any:
    return hash_of(ready.trainer.model.state_dict())


def criterion(ready: Ready) -> Any:
    """The weights that the live loss multiplies its parts by."""
    held = ready.trainer.model.init_criterion().hyp
    return held.box, held.cls, held.dfl


def rates(ready: Ready) -> Any:
    return [(group["name"], group["lr"]) for group in ready.trainer.optimizer.param_groups]


def factors(ready: Ready) -> Any:
    """Of every epoch's rate."""
    return [ready.trainer.lf(epoch) for epoch in range(ready.trainer.epochs + 1)]


def optimizer(ready: Ready) -> Any:
    return type(ready.trainer.optimizer).__name__


def stops(ready: Ready) -> Any:
    """The epoch at which the live stopper ends a training that never improves."""
    stopper = copy.deepcopy(ready.trainer.stopper)
    return next((epoch for epoch in range(1, 100) if stopper(epoch, 0.5 if epoch == 1 else 0.1)), None)


def clips(ready: Ready) -> Any:
    """The norm that a step of the trainer bounds gradients by."""
    norms = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.nn.utils, "clip_grad_norm_", lambda parameters, max_norm: norms.append(max_norm))
        ready.trainer.optimizer_step()
    return norms


def of_trainer(*path: str) -> Callable[[Ready], Any]:
    """Something that the trainer holds."""

    def look(ready: Ready) -> Any:
        found = ready.trainer
        for name in path:
            found = getattr(found, name)
        return found

    return look


def _images(ready: Ready) -> Any:
    """Where they lie, by the hash of their names: another set of shapes has another folder."""
    return [sorted(loader.dataset.im_files) for loader in (ready.trainer.train_loader, ready.trainer.test_loader)]


def _in_memory(ready: Ready) -> Any:
    return sum(image is not None for image in ready.trainer.train_loader.dataset.ims)


def _size(ready: Ready) -> Any:
    return next(iter(ready.trainer.train_loader))["img"].shape


SGD = {"optimizer": {"type": "SGD", "lr": 0.01, "momentum": 0.9}}

CASES: Mapping[str, Case] = {
    "seed": Case(1, weights),
    "hardware.workers": Case(1, of_trainer("train_loader", "num_workers")),
    "hardware.deterministic": Case(False, lambda ready: ready.deterministic),
    "data.source": Case("$OTHER", _images),
    "data.cache": Case("ram", _in_memory),
    "model.YOLOv8.weights": Case("$WEIGHTS", weights),
    **{
        f"augment.{name}": Case(value, loaded)
        for name, value in {
            **{"hsv_h": 0.5, "hsv_s": 0.1, "hsv_v": 0.9, "degrees": 45.0, "translate": 0.4, "scale": 0.1},
            **{"shear": 20.0, "perspective": 0.001, "flipud": 1.0, "fliplr": 1.0, "bgr": 1.0, "mosaic": 0.0},
            **{"mixup": 1.0, "cutmix": 1.0},
        }.items()
    },
    **{f"loss.{name}": Case(9.0, criterion) for name in ("box", "cls", "dfl")},
    "optimizer": Case("SGD", optimizer),
    "scheduler": Case("CosineDecay", factors),
    "layer_lr": Case({"decay": 0.9}, rates),
    "layer_lr.rates": Case({r"model\.22": 0.02}, rates, {"layer_lr": {"rates": {r"model\.[0-3]": 0.02}}}),
    "layer_lr.decay": Case(0.8, rates, {"layer_lr": {"decay": 0.9}}),
    "train.batch_size": Case(4, of_trainer("train_loader", "batch_size")),
    "train.image_size": Case(96, _size),
    "train.amp": Case(True, lambda ready: bool(ready.trainer.amp)),
    "train.accumulate_to": Case(16, of_trainer("accumulate")),
    "train.clip_grad_norm": Case(2.5, clips),
    "train.warmup_epochs": Case(2.0, lambda ready: ready.trainer._get_warmup_iterations(10)),
    "train.warmup_bias_lr": Case(0.1, of_trainer("args", "warmup_bias_lr")),
    "train.warmup_momentum": Case(0.5, of_trainer("args", "warmup_momentum")),
    "train.close_mosaic": Case(2, of_trainer("args", "close_mosaic")),
    "train.early_stopping": Case({"patience": 3}, stops),
    "train.early_stopping.patience": Case(5, stops, {"train.early_stopping": {"patience": 3}}),
}

TRAINED = ("train.epochs", "train.checkpoint_every")
"""Shown by two real trainings."""


def device(value: str) -> Any:
    """What Ultralytics is asked for: it refuses a GPU that is not there."""
    recipe: Any = make_plan(**{"hardware.device": value}).recipe
    return engine_arguments(recipe, Path("data.yaml"), Path("run"))["device"]


def tier(value: str, folder: Path) -> Any:
    """The answers that go by it; each of them is a leaf with a case of its own."""
    data = json.loads(json.dumps(SMALL))
    data["hardware"] = {"device": "cpu", "workers": 0, "tier": value}
    data["train"] = {"amp": False}
    folder.mkdir(parents=True)
    (folder / "recipe.yaml").write_text(json.dumps(data))
    report = Report()
    recipe: Any = make_real_plan(check_recipe(Request(str(folder / "recipe.yaml")), report), folder, report).recipe  # type: ignore[union-attr]
    return recipe.train.batch_size, recipe.train.image_size


ANSWERED = {"hardware.device": ("cpu", "cuda:7"), "hardware.tier": ("cpu", "low")}
"""Leaves that have had their effect before a trainer is built on a machine like this."""

_FEW = {"train_images": 4, "val_images": 2, "image_size": 64}
SHAPES: Mapping[str, Any] = {
    "data.shapes.train_images": 5,
    "data.shapes.val_images": 3,
    "data.shapes.image_size": 96,
    "data.shapes.difficulty": 0.9,
    "data.shapes.seed": 1,
}
"""Leaf → another value; both are generated."""


def generated(changes: Mapping[str, Any], cache: Path) -> Any:
    """Every file of the dataset, by name and content."""
    folder = make_shapes(Shapes(**{**_FEW, **changes}), cache).parent
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix in (".png", ".jpg", ".txt"))
    return [(str(file.relative_to(folder)), hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]


def _attribute(find: Callable[[Any], Any], name: str, value: Any) -> Callable[[Any], None]:
    return lambda trainer: setattr(find(trainer), name, value)


def _transform(kind: str) -> Callable[[Any], Any]:
    from recipe.runtime.detection.effective import _flat, _kind

    return lambda trainer: next(each for each in _flat(trainer.train_loader.dataset.transforms) if _kind(each) == kind)


def _group(index: int, **values: Any) -> Callable[[Any], None]:
    return lambda trainer: trainer.optimizer.param_groups[index].update(values)


def _args(trainer: Any) -> Any:
    return trainer.args


SABOTAGE: Mapping[str, Callable[[Any], None]] = {
    "loss.box": _attribute(_args, "box", 1.0),
    "train.close_mosaic": _attribute(_args, "close_mosaic", 0),
    "augment.hsv_h": lambda trainer: setattr(_transform("RandomHSV")(trainer), "hgain", 0.5),
    "augment.mosaic": lambda trainer: setattr(_transform("Mosaic")(trainer), "p", 0.5),
    "optimizer.betas": _group(0, betas=(0.5, 0.9)),
    "optimizer.lr": _group(1, initial_lr=0.5),
    "optimizer.lr of the schedule": lambda trainer: trainer.scheduler.base_lrs.__setitem__(1, 0.5),
    "optimizer.lr without warm-up": _group(1, lr=0.5),
    "scheduler.final_factor": lambda trainer: setattr(trainer.scheduler, "lr_lambdas", [lambda epoch: 0.5] * 3),
    "train.image_size": _attribute(lambda trainer: trainer.train_loader.dataset, "imgsz", 32),
    "train.clip_grad_norm": _attribute(lambda trainer: trainer, "clip_grad_norm", 10.5),
    "train.warmup_bias_lr": _attribute(_args, "warmup_bias_lr", 0.1),
    "model.weights by one number": lambda trainer: next(trainer.model.parameters()).data.view(-1)[0].add_(1),
}
"""What is changed in the trainer when all of it is built. `tests/runtime/detection/test_effective.py` has every leaf."""
