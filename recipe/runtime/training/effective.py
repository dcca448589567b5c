"""What the live objects of the training loop really hold, under the paths of the recipe; the plan is not asked."""

from collections.abc import Mapping
from typing import Any

import torch
from pydantic import JsonValue

from recipe.runtime.effective_rates import effective_rates
from recipe.runtime.loop import Loop
from recipe.runtime.training.beginning import BegunFrom
from recipe.runtime.training.descent import Descent
from recipe.schemas.component import Component
from recipe.schemas.targets import load_target
from recipe.schemas.training import LoopRecipe


def effective_values(loop: Loop, seed: int, begun_from: BegunFrom) -> dict[str, JsonValue]:
    """Dotted path → value, for every leaf that has a live object. To be read before the first step."""
    evaluated = [batches.effective() for batches in loop.steps.evaluated.values()]
    training, family = loop.steps.train.effective(), loop.steps.effective()
    return {
        **agreed([{"seed": seed}, training, *evaluated, family]),
        "train.drop_last": training["train.drop_last"],  # evaluation leaves nothing out
        **_train(loop, begun_from),
        **_early_stopping(loop),
        **_gradients(loop),
        **_hardware(loop),
    }


def _train(loop: Loop, begun_from: BegunFrom) -> dict[str, JsonValue]:
    stepper = loop.stepper
    average: dict[str, JsonValue] = {"train.ema": None}
    if stepper.average:
        average = {"train.ema.decay": stepper.average.decay}
    return {
        "train.epochs": loop.epochs,
        "train.accumulate": stepper.accumulate,
        **average,
        "train.on_nan": stepper.on_nan,
        "train.checkpoint_every": loop.checkpoint_every,
        "train.checkpoint_keep": loop.checkpoints.keep,
        "train.checkpoint_minutes": loop.checkpoint_minutes,
        "train.init_from": begun_from.init_from,
        "train.resume_from": begun_from.resume_from,
    }


def _early_stopping(loop: Loop) -> dict[str, JsonValue]:
    if loop.early_stopping is None:
        return {"train.early_stopping": None}
    return {f"train.early_stopping.{name}": value for name, value in loop.early_stopping}


def _gradients(loop: Loop) -> dict[str, JsonValue]:
    if (gradients := loop.stepper.gradients) is None:
        return {"inspect.gradients": None}
    return {f"inspect.gradients.{name}": value for name, value in gradients.effective().items()}


def _hardware(loop: Loop) -> dict[str, JsonValue]:
    devices = {str(parameter.device) for parameter in loop.steps.network.parameters()}
    return {
        "hardware.device": devices.pop() if len(devices) == 1 else sorted(devices),  # type: ignore[dict-item]
        "hardware.devices": torch.distributed.get_world_size() if torch.distributed.is_initialized() else 1,
        "hardware.precision": loop.stepper.precision.name,
        "hardware.deterministic": torch.are_deterministic_algorithms_enabled(),
        "hardware.cudnn_benchmark": torch.backends.cudnn.benchmark,
        "hardware.oom_recovery": list(loop.stepper.memory_ladder),
    }


def effective_descent(update: Descent, recipe: LoopRecipe, network: torch.nn.Module) -> dict[str, JsonValue]:
    """The optimizer, the schedule and the rates of layers, as the plain update has them."""
    groups = update.optimizer.param_groups
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    rates = [
        {names[id(parameter)]: rate(group) for group in groups for parameter in group["params"]}
        for rate in (lambda group: group["initial_lr"], lambda group: _rate_now(group, update.schedule.factor))
    ]
    return {
        **effective_component("optimizer", recipe.optimizer, update.optimizer),
        **{f"optimizer.{name}": _json(value) for name, value in update.momenta.items()},
        **agreed([effective_rates(live, recipe.layer_lr, recipe.model.blocks, update.rates()["lr"]) for live in rates]),
        **effective_component("scheduler", recipe.scheduler, update.schedule.built),
        "train.clip_grad_norm": update.clip_grad_norm,
    }


def _rate_now(group: Mapping[str, Any], factor: float) -> float:
    """A group's rate as it is, without the factor of the schedule: its first one, but for rounding."""
    first: float = group["initial_lr"]
    return first if group["lr"] == first * factor else float(group["lr"] / (factor or 1.0))


def effective_component(path: str, component: Component | None, built: Any) -> dict[str, JsonValue]:
    """What was built for a component, below its path: its word, its fields, and those of inner components.

    Of what was built for something else, only what it is.
    """
    if component is None or built is None:
        return {path: None}
    values: dict[str, JsonValue] = {f"{path}.{component.tag}": (word := _word(component, built))}
    if word != component.word():
        return values
    values |= {f"{path}.{name}": _json(value) for name, value in component.read(built).items()}
    for inner, part in component.parts(built).items():
        values |= effective_component(f"{path}.{inner}", _at(component, inner), part)
    return values


def _word(component: Component, built: Any) -> str:
    """The component's word where the object is of its target; else what the object is."""
    target = load_target(component.target)
    is_its_own = type(built) is target if isinstance(target, type) else True
    return component.word() if is_its_own else type(built).__name__


def _at(component: Any, path: str) -> Component:
    for step in path.split("."):
        component = component[int(step)] if step.isdigit() else getattr(component, step)
    return component  # type: ignore[no-any-return]


def agreed(found: list[Mapping[str, JsonValue]]) -> dict[str, JsonValue]:
    """Values of several objects under one path: the value where they agree, else the list of them."""
    values: dict[str, list[JsonValue]] = {}
    for each in found:
        for path, value in each.items():
            values.setdefault(path, []).append(value)
    return {path: each[0] if all(value == each[0] for value in each) else each for path, each in values.items()}


def _json(value: Any) -> JsonValue:
    return [_json(item) for item in value] if isinstance(value, tuple | list) else value
