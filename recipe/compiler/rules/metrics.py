"""Rules for what names a metric: monitors, gates and the objective of a search."""

from collections.abc import Iterator

from recipe.compiler.rule import WHOLE, Finding, rule
from recipe.schemas.diagnostics import did_you_mean
from recipe.schemas.recipe import Gate, Metric, Recipe
from recipe.schemas.schedulers import Scheduler
from recipe.schemas.search import Objective


@rule("R509", "train.early_stopping.monitor", "data", WHOLE)
def unknown_monitor(monitor: str, _data: object, recipe: Recipe) -> Finding | None:
    """Early stopping that would wait for a number that never comes."""
    return _unknown(monitor, "train.early_stopping.monitor", recipe)


@rule("R509", "scheduler", "data", WHOLE)
def unknown_plateau(scheduler: Scheduler | None, _data: object, recipe: Recipe) -> Finding | None:
    """A rate that would wait for a number that never comes."""
    at = "scheduler"
    if scheduler is not None and scheduler.word() == "WarmUp":
        at, scheduler = "scheduler.schedule", getattr(scheduler, "schedule", None)
    monitor = getattr(scheduler, "monitor", None)
    return None if monitor is None else _unknown(monitor, f"{at}.monitor", recipe)


@rule("R509", "gates", "data", WHOLE)
def unknown_gate(gates: tuple[Gate, ...], _data: object, recipe: Recipe) -> list[Finding]:
    """Gates on a number that no result has."""
    found = (_unknown(gate.metric, f"gates.{index}.metric", recipe) for index, gate in enumerate(gates))
    return [finding for finding in found if finding]


@rule("R509", "search.objective.metric", "data", WHOLE)
def unknown_objective(metric: str, _data: object, recipe: Recipe) -> Finding | None:
    """A search for the best of a number that no trial reports."""
    return _unknown(metric, "search.objective.metric", recipe)


def _unknown(name: str, at: str, recipe: Recipe) -> Finding | None:
    reported = [metric.name for metric in recipe.reported()]
    if name in reported:
        return None
    if name in {metric.name for metric in recipe.metrics}:
        message = f"no run of this recipe reports `{name}`: it has no validation data"
        return Finding(message, at, f"set `data.val`, or take one of {_listed(reported)}", also=())
    slashed = name.replace("_", "/", 1)
    guesses = (slashed,) if slashed in reported else did_you_mean(name, reported)
    help_ = "" if guesses else f"its metrics are {_listed(reported)}"
    return Finding(f"no run of this recipe reports a metric `{name}`", at, help_, guesses, also=())


@rule("R710", "search.objective", WHOLE)
def objective_reversed(objective: Objective, recipe: Recipe) -> Finding | None:
    """A search for the worst."""
    metric = next((metric for metric in recipe.metrics if metric.name == objective.metric), None)
    better = "maximize" if metric is None or metric.higher_is_better else "minimize"
    if metric is None or objective.direction == better:
        return None
    message = f"of `{metric.name}` the {'higher' if metric.higher_is_better else 'lower'} is the better"
    return Finding(message, "search.objective.direction", f"write `direction: {better}`")


@rule("R510", "train.early_stopping.min_delta", "train.early_stopping.monitor", WHOLE)
def delta_too_large(min_delta: float, monitor: str, recipe: Recipe) -> Finding | None:
    """A fraction cannot improve by one or more."""
    if min_delta < 1 or not _is_fraction(monitor, recipe):
        return None
    message = f"`{monitor}` lies between 0 and 1 and can never improve by {min_delta:g}"
    return Finding(message, "train.early_stopping.min_delta", _as_fraction(min_delta))


@rule("R514", "gates", WHOLE)
def gate_impossible(gates: tuple[Gate, ...], recipe: Recipe) -> list[Finding]:
    """Gates that every result passes, or none."""
    return [finding for index, gate in enumerate(gates) for finding in _gate_problems(gate, f"gates.{index}", recipe)]


def _gate_problems(gate: Gate, at: str, recipe: Recipe) -> Iterator[Finding]:
    if gate.metric.startswith("train/"):
        message = f"a gate judges the finished weights, and `{gate.metric}` is a number of each epoch"
        yield Finding(message, f"{at}.metric", "take a metric of `val/` or `test/`", also=())
    bounds = {name: bound for name in ("min", "max") if (bound := getattr(gate, name)) is not None}
    if not bounds:
        yield Finding(f"the gate on `{gate.metric}` asks for nothing", at, "say `min`, `max` or both", also=())
    elif gate.min is not None and gate.max is not None and gate.min > gate.max:
        message = f"`{gate.metric}` cannot be at least {gate.min:g} and at most {gate.max:g}"
        yield Finding(message, f"{at}.min", "exchange them", also=(f"{at}.max",))
    for name, bound in bounds.items():
        if _is_fraction(gate.metric, recipe) and not 0 <= bound <= 1:
            message = f"`{gate.metric}` lies between 0 and 1, and the gate's bound is {bound:g}"
            yield Finding(message, f"{at}.{name}", _as_fraction(bound), also=())


def _is_fraction(name: str, recipe: Recipe) -> bool:
    known: dict[str, Metric] = {metric.name: metric for metric in recipe.metrics}
    return name in known and known[name].is_fraction


def _as_fraction(points: float) -> str:
    if not 1 <= points <= 100:
        return "say it as a fraction"
    return f"metrics are fractions: {points:g} percentage points are `{points / 100:g}`"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


RULES = (
    unknown_monitor,
    unknown_plateau,
    unknown_gate,
    unknown_objective,
    objective_reversed,
    delta_too_large,
    gate_impossible,
)
