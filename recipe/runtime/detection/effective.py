"""What the live objects of a training run really hold, under the paths of the recipe.

Nothing here is copied from the plan: it only says which names to look for. Where two objects that should agree do
not, the value is a list of both, which equals no setting.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from pydantic import JsonValue

from recipe.runtime.detection.data import source_of
from recipe.runtime.effective_rates import effective_rates
from recipe.runtime.training.effective import agreed
from recipe.schemas.plan import RunPlan
from recipe.schemas.tasks.detection import Detection

_ARCHITECTURES = {"yolov8": "YOLOv8"}


def effective_values(trainer: Any, plan: RunPlan) -> dict[str, JsonValue]:
    """Dotted path → value, for every leaf that has a live object. To be read before the first epoch."""
    recipe = plan.recipe
    assert isinstance(recipe, Detection)
    return {
        "seed": _agreed(torch.initial_seed(), trainer.args.seed),
        **_data(trainer, recipe),
        **_model(trainer, recipe),
        **_augment(trainer.train_loader.dataset.transforms),
        **{f"loss.{name}": getattr(trainer.model.args, name) for name in ("box", "cls", "dfl")},
        **_optimizer(trainer, recipe),
        **_scheduler(trainer),
        **_amounts(trainer),
        **_warmup(trainer),
        **_stops(trainer),
        **_hardware(trainer),
    }


def _data(trainer: Any, recipe: Detection) -> dict[str, JsonValue]:
    datasets = [trainer.train_loader.dataset, trainer.test_loader.dataset]
    return {
        "data.source": _agreed(*(source_of(dataset.data["yaml_file"], recipe) for dataset in datasets)),
        "data.cache": _agreed(*(dataset.cache or "none" for dataset in datasets)),
    }


def _model(trainer: Any, recipe: Detection) -> dict[str, JsonValue]:
    yaml = trainer.model.yaml
    architecture = Path(yaml["yaml_file"]).stem.removesuffix(yaml["scale"])
    return {
        "model.type": _ARCHITECTURES.get(architecture, architecture),
        "model.size": yaml["scale"],
        "model.weights": _weights(trainer, getattr(recipe.model, "weights", "none")),
    }


def _weights(trainer: Any, asked: str) -> JsonValue:
    """The file, if everything of it that fits the network is in it; a resumed run has moved on from there."""
    from recipe.runtime.detection.engine.model import read_checkpoint

    file: str = trainer.args.pretrained or "none"
    if file == "none" or file != asked or trainer.resume:
        return file
    theirs, live = read_checkpoint(Path(file))[0].state_dict(), trainer.model.state_dict()
    fitting = [name for name, tensor in theirs.items() if name in live and live[name].shape == tensor.shape]
    are_in_it = all(torch.equal(live[name].cpu(), theirs[name].to(live[name].dtype)) for name in fitting)
    return file if are_in_it else [file, "and weights that are not of it"]


def _augment(transforms: Any) -> dict[str, JsonValue]:
    by_kind = {_kind(transform): transform for transform in _flat(transforms)}
    places = {
        **{name: ("RandomPerspective", name) for name in ("degrees", "translate", "scale", "shear", "perspective")},
        **{f"hsv_{channel}": ("RandomHSV", f"{channel}gain") for channel in "hsv"},
        **{"flipud": ("RandomFlip vertical", "p"), "fliplr": ("RandomFlip horizontal", "p")},
        **{"mosaic": ("Mosaic", "p"), "mixup": ("MixUp", "p"), "cutmix": ("CutMix", "p"), "bgr": ("Format", "bgr")},
    }
    return {f"augment.{name}": getattr(by_kind.get(kind), field, None) for name, (kind, field) in places.items()}


def _flat(transform: Any) -> Iterator[Any]:
    if hasattr(transform, "transforms"):
        for inner in transform.transforms:
            yield from _flat(inner)
    else:
        yield transform


def _kind(transform: Any) -> str:
    name = type(transform).__name__
    return f"{name} {transform.direction}" if name == "RandomFlip" else name


def _optimizer(trainer: Any, recipe: Detection) -> dict[str, JsonValue]:
    groups = trainer.optimizer.param_groups
    fields = type(recipe.optimizer).model_fields
    values: dict[str, JsonValue] = {
        f"optimizer.{name}": _agreed(*(_plain(group[name]) for group in groups)) for name in fields if name in groups[0]
    }
    if "weight_decay" in fields:
        weight = _agreed(*(group["weight_decay"] for group in groups if group["param_group"] == "weight"))
        others = [group["weight_decay"] for group in groups if group["param_group"] != "weight"]
        values["optimizer.weight_decay"] = [weight, *others] if any(others) else weight
    if "momentum" in fields and _is_warming_up(trainer):
        values["optimizer.momentum"] = trainer.args.momentum  # the loop sets the groups' to reach this one
    return {"optimizer.type": type(trainer.optimizer).__name__, **values, **_rates(trainer, recipe)}


def _rates(trainer: Any, recipe: Detection) -> dict[str, JsonValue]:
    names = {id(parameter): name for name, parameter in trainer.model.named_parameters()}
    groups = trainer.optimizer.param_groups
    found = [[group["initial_lr"] for group in groups], trainer.scheduler.base_lrs]
    if trainer.start_epoch == 0 and not _is_warming_up(trainer):
        found.append([group["lr"] for group in groups])  # those of the whole first epoch, whose factor is 1
    lives = (
        {names[id(parameter)]: rate for group, rate in zip(groups, rates, strict=True) for parameter in group["params"]}
        for rates in found
    )
    return agreed([effective_rates(live, recipe.layer_lr, recipe.model.blocks, trainer.args.lr0) for live in lives])


def _scheduler(trainer: Any) -> dict[str, JsonValue]:
    """The factor as the schedule has it, if it is what the schedules in force come to (but for rounding)."""
    said = getattr(trainer.lf, "final_factor", math.nan)
    reached = [schedule(trainer.epochs) for schedule in (trainer.lf, *trainer.scheduler.lr_lambdas)]
    return {
        "scheduler.type": type(trainer.lf).__name__,
        "scheduler.final_factor": said if all(math.isclose(factor, said) for factor in reached) else reached,
    }


def _amounts(trainer: Any) -> dict[str, JsonValue]:
    args, loaders = trainer.args, [trainer.train_loader, trainer.test_loader]
    nominal = max(round(args.nbs / trainer.batch_size), 1)
    accumulated = min(nominal, len(trainer.train_loader) * trainer.epochs)
    return {
        "train.epochs": _agreed(trainer.epochs, args.epochs),
        "train.batch_size": _batch_size(trainer),
        "train.image_size": _agreed(args.imgsz, *(loader.dataset.imgsz for loader in loaders)),
        "train.amp": _agreed(trainer.amp, trainer.scaler.is_enabled()),
        "train.accumulate_to": args.nbs if trainer.accumulate == accumulated else [args.nbs, trainer.accumulate],
        "train.clip_grad_norm": trainer.clip_grad_norm,
        "train.close_mosaic": args.close_mosaic,
    }


def _batch_size(trainer: Any) -> JsonValue:
    """Where one batch holds all images, the loader says how many those are, and batches are the same."""
    asked, loaded = trainer.batch_size, trainer.train_loader.batch_size
    holds_all = loaded == len(trainer.train_loader.dataset) <= asked
    return asked if holds_all else _agreed(asked, loaded)


def _warmup(trainer: Any) -> dict[str, JsonValue]:
    args, steps = trainer.args, len(trainer.train_loader)
    iterations = trainer._get_warmup_iterations(steps)
    in_force = iterations == round(args.warmup_epochs * steps)
    return {
        "train.warmup_epochs": args.warmup_epochs if in_force else iterations / steps,
        "train.warmup_bias_lr": args.warmup_bias_lr,
        "train.warmup_momentum": args.warmup_momentum,
    }


def _is_warming_up(trainer: Any) -> bool:
    steps = len(trainer.train_loader)
    iterations = trainer._get_warmup_iterations(steps)
    return bool(iterations) and steps * trainer.start_epoch <= iterations


def _stops(trainer: Any) -> dict[str, JsonValue]:
    patience = trainer.stopper.patience
    early: dict[str, JsonValue] = {"train.early_stopping.patience": patience}
    if math.isinf(patience):
        early = {"train.early_stopping": None}
    return {**early, "train.checkpoint_every": trainer.checkpoint_every}


def _hardware(trainer: Any) -> dict[str, JsonValue]:
    return {
        "hardware.device": str(trainer.device),
        "hardware.workers": trainer.train_loader.num_workers,
        "hardware.deterministic": torch.are_deterministic_algorithms_enabled(),
    }


def _agreed(*values: JsonValue) -> JsonValue:
    return values[0] if all(value == values[0] for value in values) else list(values)


def _plain(value: Any) -> JsonValue:
    return list(value) if isinstance(value, tuple) else value
