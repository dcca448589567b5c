"""A plan as people read it."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from recipe.cli.curves import rates, sparkline
from recipe.schemas.base import Section, leaves
from recipe.schemas.component import Component
from recipe.schemas.plan import RunPlan


def show_plan(plan: RunPlan, console: Console | None = None) -> None:
    """Print the plan: a panel on a terminal, plain lines elsewhere."""
    console = console or Console(highlight=False, soft_wrap=True)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for name, text in _lines(plan):
        grid.add_row(name, Text(text))
    title = f"{plan.recipe.name} · {plan.recipe.word()} · {plan.digest[:12]}"
    if console.is_terminal:
        console.print(Panel(grid, title=title, title_align="left", border_style="cyan"))
    else:
        print(f"{title}\n" + "\n".join(f"  {name:12} {text}" for name, text in _lines(plan)))


def _lines(plan: RunPlan) -> Iterable[tuple[str, str]]:
    recipe: Any = plan.shown()
    yield "model", _model(plan, recipe)
    yield from _groups(plan)
    yield "data", _data(plan, recipe)
    yield "training", _settings(recipe.train)
    if hasattr(recipe, "augment"):
        yield "augment", _settings(recipe.augment, skip_zero=True)
    yield "optimizer", _component(recipe.optimizer)
    yield "scheduler", f"{_component(recipe.scheduler)}  {_curve(recipe)}"
    yield "hardware", _settings(recipe.hardware)
    yield "trackers", "; ".join(_component(tracker) for tracker in recipe.trackers) or "none"
    for index, answer in enumerate(plan.answers):
        yield "auto" if index == 0 else "", f"{answer.path} = {answer.value}  ({answer.reason})"
    yield "runs", "1"


def _model(plan: RunPlan, recipe: Any) -> str:
    total = sum(group.parameters for group in plan.groups)
    return f"{_component(recipe.model)}, {total:,} trainable parameters"


def _groups(plan: RunPlan) -> Iterable[tuple[str, str]]:
    for index, group in enumerate(plan.groups):
        text = f"{group.name:8} lr {group.lr:<8g} {group.parameters:>12,} parameters in {group.tensors} tensors"
        yield "groups" if index == 0 else "", text


def _data(plan: RunPlan, recipe: Any) -> str:
    images: Any = plan.details.get("images", {})
    classes: Any = plan.details.get("classes", [])
    shown = ", ".join(classes[:6]) + (f" … ({len(classes)} classes)" if len(classes) > 6 else "")
    counts = ", ".join(f"{count} {split}" for split, count in images.items())
    steps = plan.details.get("steps_per_epoch")
    sources = [leaf.value for leaf in leaves(recipe.data) if leaf.is_path or str(leaf.value).startswith("builtin:")]
    return f"{', '.join(sources)}: {counts} images; {shown}; {steps} steps an epoch"


def _curve(recipe: Any) -> str:
    curve = rates(recipe.scheduler, recipe.optimizer.lr, recipe.train.epochs)
    return f"{sparkline(curve)} {curve[0]:g} → {curve[-1]:.3g}" if curve else ""


def _component(component: Component | None) -> str:
    if component is None:
        return "none"
    settings = _settings(component)
    return f"{component.word()}({settings})" if settings else component.word()


def _settings(section: Section, skip_zero: bool = False) -> str:
    values = ((name, getattr(section, name)) for name in type(section).model_fields)
    return ", ".join(f"{name} {_value(value)}" for name, value in values if not (skip_zero and value == 0))


def _value(value: Any) -> str:
    if isinstance(value, Section):
        return f"({_settings(value)})"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
