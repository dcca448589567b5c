"""Effective values: each leaf arrives, and each can be seen to have been changed behind the plan's back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recipe.runtime.data.yolo import read_yolo_dataset
from recipe.runtime.detection.data import data_yaml
from recipe.runtime.detection.effective import effective_values
from recipe.runtime.effective import planned_values
from recipe.schemas.plan import RunPlan
from tests.runtime.detection.harness import interrupted, make_plan

UNUSUAL: dict[str, Any] = {
    "seed": 41,
    "data.cache": "ram",
    "augment": {
        **{"hsv_h": 0.11, "hsv_s": 0.12, "hsv_v": 0.13, "degrees": 14.0, "translate": 0.15, "scale": 0.16},
        **{"shear": 17.0, "perspective": 0.0005, "flipud": 0.19, "fliplr": 0.2, "bgr": 0.21, "mosaic": 0.22},
        **{"mixup": 0.23, "cutmix": 0.24},
    },
    "loss": {"box": 1.5, "cls": 2.5, "dfl": 3.5},
    "optimizer": {
        **{"type": "SGD", "lr": 3.0, "momentum": 0.7, "dampening": 0.0, "weight_decay": 0.03, "nesterov": True},
    },
    "scheduler": {"type": "CosineDecay", "final_factor": 0.3},
    "train": {
        **{"epochs": 5, "batch_size": 4, "image_size": 96, "amp": False, "accumulate_to": 12, "clip_grad_norm": 2.5},
        **{"warmup_epochs": 7.5, "warmup_bias_lr": 1.5, "warmup_momentum": 0.55, "close_mosaic": 9},
        **{"early_stopping": {"patience": 3}, "checkpoint_every": 2},
    },
    "hardware": {"device": "cpu", "workers": 1, "tier": "cpu", "deterministic": False},
}


def expected(plan: RunPlan) -> dict[str, Any]:
    """The plan's values at every leaf that something in a run holds; trackers are not the family's."""
    return {path: value for path, value in planned_values(plan.recipe).items() if path != "trackers"}


RATES = {"layer_lr": {"rates": {r"model\.22\.cv3": 0.05, r"model\.22": 0.02, r"model\.[0-3]": 1e-5}}}
DECAY = {"layer_lr": {"decay": 0.9}}


@pytest.mark.parametrize(
    "changes", [{}, UNUSUAL, {"optimizer": {"type": "Adam", "amsgrad": True, "eps": 1e-7}}, RATES, DECAY]
)
def test_every_leaf_arrives(tmp_path: Path, changes: dict[str, Any]):
    effective = interrupted(tmp_path, (0, 0), **changes).effective
    assert effective == expected(make_plan(**changes))


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, RunPlan]:
    """A trainer that is ready for its first epoch."""
    plan = make_plan(**{"train.early_stopping": {"patience": 3}})
    return ready_trainer(plan, tmp_path_factory.mktemp("live")), plan


def ready_trainer(plan: RunPlan, folder: Path) -> Any:
    from recipe.runtime.detection.engine.checkpoints import Checkpoints
    from recipe.runtime.detection.engine.trainer import Trainer

    yaml = data_yaml(plan.recipe)
    trainer = Trainer(plan.recipe, yaml, read_yolo_dataset(yaml), Checkpoints(folder / "checkpoints"))
    trainer._setup_train()
    return trainer


def _transform(trainer: Any, name: str) -> Any:
    from recipe.runtime.detection.effective import _flat, _kind

    return next(t for t in _flat(trainer.train_loader.dataset.transforms) if _kind(t) == name)


def _group(index: int, key: str, value: Any) -> Callable[[Any, pytest.MonkeyPatch], None]:
    return lambda trainer, patch: patch.setitem(trainer.optimizer.param_groups[index], key, value)


def _attribute(find: Callable[[Any], Any], name: str, value: Any) -> Callable[[Any, pytest.MonkeyPatch], None]:
    return lambda trainer, patch: patch.setattr(find(trainer), name, value)


def _transformed(kind: str, name: str) -> Callable[[Any, pytest.MonkeyPatch], None]:
    return _attribute(lambda trainer: _transform(trainer, kind), name, 0.77)


def _argument(name: str, value: Any) -> Callable[[Any, pytest.MonkeyPatch], None]:
    return _attribute(lambda trainer: trainer.args, name, value)


def _itself(name: str, value: Any) -> Callable[[Any, pytest.MonkeyPatch], None]:
    return _attribute(lambda trainer: trainer, name, value)


def _loader(name: str, value: Any) -> Callable[[Any, pytest.MonkeyPatch], None]:
    return lambda trainer, patch: patch.setitem(trainer.train_loader.__dict__, name, value)


def _dataset(name: str, value: Any) -> Callable[[Any, pytest.MonkeyPatch], None]:
    return _attribute(lambda trainer: trainer.train_loader.dataset, name, value)


def _adamax_like(optimizer: Any) -> Any:
    class Adamax:
        param_groups = optimizer.param_groups

    return Adamax()


SABOTAGE = {
    "seed": lambda trainer, patch: patch.setattr("torch.initial_seed", lambda: 5),
    "data.source": lambda trainer, patch: patch.setitem(trainer.data, "yaml_file", "/other/data.yaml"),
    "data.cache": _dataset("cache", "disk"),
    "model.size": lambda trainer, patch: patch.setitem(trainer.model.yaml, "scale", "s"),
    "model.type": lambda trainer, patch: patch.setitem(trainer.model.yaml, "yaml_file", "yolo11n.yaml"),
    "model.weights": _argument("pretrained", "/other.pt"),
    **{
        f"augment.{name}": _transformed("RandomPerspective", name)
        for name in ("degrees", "translate", "scale", "shear", "perspective")
    },
    **{f"augment.hsv_{channel}": _transformed("RandomHSV", f"{channel}gain") for channel in "hsv"},
    "augment.flipud": _transformed("RandomFlip vertical", "p"),
    "augment.fliplr": _transformed("RandomFlip horizontal", "p"),
    "augment.mosaic": _transformed("Mosaic", "p"),
    "augment.mixup": _transformed("MixUp", "p"),
    "augment.cutmix": _transformed("CutMix", "p"),
    "augment.bgr": _transformed("Format", "bgr"),
    **{f"loss.{name}": _argument(name, 99.0) for name in ("box", "cls", "dfl")},
    "optimizer.type": lambda trainer, patch: patch.setattr(trainer, "optimizer", _adamax_like(trainer.optimizer)),
    "optimizer.lr": _group(2, "initial_lr", 0.1),
    "layer_lr": _group(1, "initial_lr", 0.1),
    "optimizer.betas": _group(0, "betas", (0.5, 0.9)),
    "optimizer.eps": _group(1, "eps", 1e-3),
    "optimizer.amsgrad": _group(0, "amsgrad", True),
    "optimizer.weight_decay": _group(0, "weight_decay", 0.00125),
    "optimizer.weight_decay of biases": _group(2, "weight_decay", 0.00125),
    "scheduler.type": _itself("lf", lambda epoch: 0.5),
    "scheduler.final_factor": lambda trainer, patch: patch.setattr(
        trainer.scheduler, "lr_lambdas", [lambda epoch: 0.5] * 3
    ),
    "train.epochs": _itself("epochs", 9),
    "train.batch_size": _itself("batch_size", 4),
    "train.batch_size of the loader": _loader("batch_size", 4),
    "train.image_size": _dataset("imgsz", 32),
    "train.amp": _itself("amp", True),
    "train.accumulate_to": _itself("accumulate", 1),
    "train.clip_grad_norm": _itself("clip_grad_norm", 1.0),
    "train.close_mosaic": _argument("close_mosaic", 2),
    "train.warmup_epochs": _itself("_get_warmup_iterations", lambda steps: 0),
    "train.warmup_bias_lr": _argument("warmup_bias_lr", 0.1),
    "train.warmup_momentum": _argument("warmup_momentum", 0.1),
    "train.early_stopping.patience": _attribute(lambda trainer: trainer.stopper, "patience", 100),
    "train.checkpoint_every": _itself("checkpoint_every", 1),
    "hardware.device": _itself("device", "cuda:1"),
    "hardware.workers": _loader("num_workers", 3),
    "hardware.deterministic": lambda trainer, patch: patch.setattr(
        "torch.are_deterministic_algorithms_enabled", lambda: False
    ),
}


def test_sabotage_covers_every_leaf(live: tuple[Any, RunPlan]):
    assert {name.partition(" ")[0] for name in SABOTAGE} == set(expected(live[1]))


@pytest.mark.parametrize("name", SABOTAGE)
def test_sabotage_is_seen(live: tuple[Any, RunPlan], monkeypatch: pytest.MonkeyPatch, name: str):
    trainer, plan = live
    before = effective_values(trainer, plan)
    assert before == expected(plan)
    SABOTAGE[name](trainer, monkeypatch)
    path = name.partition(" ")[0]
    assert effective_values(trainer, plan)[path] != before[path]


def test_what_ultralytics_would_change_by_itself(live: tuple[Any, RunPlan]):
    """Each of these has another value in an unmodified trainer."""
    trainer, _ = live
    assert trainer._get_warmup_iterations(2) == 2, "all of two epochs may be warm-up, if the recipe says so"
    assert [group["param_group"] for group in trainer.optimizer.param_groups] == ["weight", "bn", "bias"]
    assert [group["weight_decay"] for group in trainer.optimizer.param_groups] == [0.01, 0.0, 0.0]
    assert trainer.args.augmentations == [], "no augmentation of an installed Albumentations"


@pytest.mark.parametrize(("changes", "path"), [(RATES, "layer_lr.rates"), (DECAY, "layer_lr.decay")])
def test_a_rate_of_any_layer_that_is_not_the_plans_is_seen(
    changes: dict[str, Any], path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plan = make_plan(**changes)
    trainer = ready_trainer(plan, tmp_path)
    for group in trainer.optimizer.param_groups:
        with monkeypatch.context() as patch:
            patch.setitem(group, "initial_lr", group["initial_lr"] * 1.01)
            now, planned = effective_values(trainer, plan), expected(plan)
        assert {name for name in planned if now[name] != planned[name]} & {path, "optimizer.lr"}, group["name"]


def test_groups_of_a_plan_are_those_of_the_optimizer(tmp_path: Path):
    """Names, rates and sizes, by the same names that the metrics have."""
    from recipe.compiler.lower import _groups
    from recipe.runtime.detection.family import DetectionFamily

    plan = make_plan(**DECAY)
    trainer = ready_trainer(plan, tmp_path)
    live = {
        group["name"]: (group["initial_lr"], len(group["params"]), sum(p.numel() for p in group["params"]))
        for group in trainer.optimizer.param_groups
    }
    family = DetectionFamily()
    listed = family.look_at_model(plan.recipe, family.look_at_data(plan.recipe)).parameters
    planned = {group.name: (group.lr, group.tensors, group.parameters) for group in _groups(plan.recipe, listed)}
    assert planned == live
    assert live["model.22/bias"][0] == 0.002
    assert live["model.9/weight"][0] == pytest.approx(0.002 * 0.9**13)
