"""What a person wants to know of a plan, as parts: a label, and rows of one or more columns."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from recipe.cli.curves import monitored, plot, rates
from recipe.schemas.base import Section, leaves
from recipe.schemas.component import Component
from recipe.schemas.plan import ParameterGroup, RunPlan
from recipe.schemas.recipe import Gate

_MOST_CLASSES = 6
_MOST_SKIPPED = 5


class Part(NamedTuple):
    """A labelled part of the plan. Of several columns the last one may be long."""

    label: str
    rows: tuple[tuple[str, ...], ...]


def parts_of(plan: RunPlan) -> Iterator[Part]:
    """A single run: the model first, what it rests on last. What is computed from settings is so from the live ones."""
    recipe: Any = plan.shown()
    yield _part("model", f"{component(recipe.model)}, {_parameters(plan):,} trainable parameters", _weights(plan))
    yield _part("data", *_data(plan, recipe))
    yield _part("training", settings(recipe.train))
    for name in ("augment", "loss"):
        if isinstance(section := getattr(recipe, name, None), Section):
            yield Part(name, tuple(_section(section)))
    yield _part("optimizer", component(recipe.optimizer))
    yield Part("groups", tuple(_groups(plan.groups)))
    yield _part("scheduler", component(recipe.scheduler), *_curve(plan))
    yield _part("hardware", settings(recipe.hardware))
    yield _part("trackers", *(map(component, recipe.trackers)))
    yield _part("gates", *map(_gate, recipe.gates))
    answers = ((answer.path, value(answer.value), answer.reason) for answer in plan.answers)
    yield Part("auto", tuple(answers))
    yield _part("versions", ", ".join(_versions(plan)))
    amended = (
        (each.what, f"{_short(each.before)} → {_short(each.after)}", f"{each.why}, {each.when}")
        for each in plan.amendments
    )
    yield Part("amended", tuple(amended))


def _section(section: Section) -> Iterator[tuple[str, ...]]:
    """One line, or a line for each component of its lists."""
    steps = [(name, value) for name, value in section if isinstance(value, tuple) and _holds_components(value)]
    if not steps:
        yield (component(section) if isinstance(section, Component) else settings(section, True),)
    for name, value in steps:
        yield from (("" if index else name, component(item)) for index, item in enumerate(value))


def _holds_components(values: tuple[object, ...]) -> bool:
    return any(isinstance(item, Component) for item in values)


def _part(label: str, *lines: str) -> Part:
    return Part(label, tuple((line,) for line in lines if line))


def _parameters(plan: RunPlan) -> int:
    return sum(group.parameters for group in plan.groups)


def _weights(plan: RunPlan) -> str:
    """Where the first weights come from, if they come from a file and no answer says it."""
    is_told = any(answer.path == "model.weights" for answer in plan.answers)
    return "" if is_told else str(plan.details.get("weights", ""))


def _data(plan: RunPlan, recipe: Any) -> Iterator[str]:
    images: Any = plan.details.get("images", {})
    classes: Any = plan.details.get("classes", [])
    steps: Any = plan.details.get("steps_per_epoch", 0)
    sources = [leaf.value for leaf in leaves(recipe.data) if leaf.is_path or str(leaf.value).startswith("builtin:")]
    yield ", ".join(sources)
    shown = ", ".join(classes[:_MOST_CLASSES]) + (" …" if len(classes) > _MOST_CLASSES else "")
    counts = ", ".join(f"{count:,} {split}{_each(plan, split)}" for split, count in images.items())
    yield f"{counts} images of {len(classes)} classes: {shown}"
    skipped: Any = plan.details.get("skipped", [])
    named = ", ".join(skipped[:_MOST_SKIPPED]) + (" …" if len(skipped) > _MOST_SKIPPED else "")
    yield f"{len(skipped):,} images that cannot be read are left out: {named}" if skipped else ""
    epochs: int = plan.recipe.train.epochs  # type: ignore[attr-defined]
    yield f"{steps:,} steps an epoch, {steps * epochs:,} in {epochs} epochs"


def _each(plan: RunPlan, split: str) -> str:
    """How many images each class has, or the fewest and the most."""
    per_class: Any = plan.details.get("per_class", {})
    if not per_class:
        return ""
    fewest, most = min(per_class[split]), max(per_class[split])
    return f" ({fewest:,} each)" if fewest == most else f" ({fewest:,} to {most:,} each)"


def _groups(groups: tuple[ParameterGroup, ...]) -> Iterator[tuple[str, ...]]:
    """A row a layer where layers have rates, else a row a role."""
    layers: dict[tuple[str, float], list[ParameterGroup]] = {}
    for group in groups:
        layers.setdefault((group.name.rpartition("/")[0] or group.name, group.lr), []).append(group)
    rows = [
        (name, f"{lr:.3g}", f"{sum(each.parameters for each in found):,}", str(sum(each.tensors for each in found)))
        for (name, lr), found in layers.items()
    ]
    return iter([("", "lr", "parameters", "tensors"), *rows] if rows else [])


def _curve(plan: RunPlan) -> Iterator[str]:
    recipe: Any = plan.recipe
    steps: Any = plan.details.get("steps_per_epoch", 1)
    curve = rates(recipe.scheduler, recipe.optimizer, recipe.train.epochs, steps)
    warmup = getattr(recipe.train, "warmup_epochs", 0)
    rises = f", the first {warmup:g} of them a warm-up (not drawn)" if warmup else ""
    metric = monitored(recipe.scheduler)
    falls = f", lower wherever {metric} has stopped to improve (not drawn)" if metric else ""
    yield f"lr {curve[0]:g} → {curve[-1]:.3g} over {len(curve)} epochs{rises}{falls}"
    if len(set(curve)) > 1:
        yield from plot(curve)


def _gate(gate: Gate) -> str:
    bounds = [("at least", gate.min), ("at most", gate.max)]
    return f"{gate.metric} " + ", ".join(f"{word} {value(bound)}" for word, bound in bounds if bound is not None)


def _versions(plan: RunPlan) -> Iterator[str]:
    for package in type(plan.recipe).packages:
        if package in plan.versions:
            yield f"{package} {plan.versions[package]}"
    if plan.commit:
        commit, dash, dirty = plan.commit.partition("-")
        yield f"commit {commit[:12]}{dash}{dirty}"


def _short(text: str) -> str:
    return text if len(text) <= 16 else f"{text[:12]}…"


def component(item: Component | None) -> str:
    """A component as a call: `AdamW(lr 0.001, …)`."""
    if item is None:
        return "none"
    inside = settings(item)
    return f"{item.word()}({inside})" if inside else item.word()


def settings(section: Section, skip_zero: bool = False) -> str:
    """The settings of a section on one line, but for those that are none."""
    values = ((name, getattr(section, name)) for name in type(section).model_fields)
    shown = ((name, item) for name, item in values if item is not None and not (skip_zero and item == 0))
    return ", ".join(f"{name} {value(item)}" for name, item in shown)


def value(item: Any) -> str:
    """A value as people read it."""
    if isinstance(item, Component):
        return component(item)
    if isinstance(item, Section):
        return f"({settings(item)})"
    if isinstance(item, tuple | list):
        return "[" + ", ".join(map(value, item)) + "]"
    if isinstance(item, dict):
        return "{" + ", ".join(f"{key}: {value(inner)}" for key, inner in item.items()) + "}"
    if item is None or isinstance(item, bool):
        return {None: "none", True: "true", False: "false"}[item]
    return f"{item:g}" if isinstance(item, float) else str(item)


def place_of(plan: RunPlan, runs_root: Path) -> Path:
    """The directory of a run."""
    return runs_root / plan.recipe.name / plan.digest[:12]
