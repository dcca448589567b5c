"""Rules for schedules: what does not fit the number of epochs, and what does not fit into each other."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from recipe.compiler.nodes import Path
from recipe.compiler.rule import Finding, rule
from recipe.schemas.optimizers import Optimizer
from recipe.schemas.schedulers import Scheduler


class Span(NamedTuple):
    """A schedule that counts epochs, and how many the run has for it."""

    at: Path
    schedule: Any
    epochs: int
    run: str
    """What has so many epochs."""


_EPOCHS = ("train.epochs",)


def _spans_of(scheduler: Any, epochs: int, *words: str) -> list[Span]:
    """The schedule of the run, or the one behind its warm-up, if it is one of these and counts epochs."""
    at, schedule, length, run = Span(("scheduler",), scheduler, epochs, f"the run has {epochs}")
    if schedule is not None and schedule.word() == "WarmUp":
        length = epochs - math.floor(schedule.epochs)
        at, schedule, run = (*at, "schedule"), schedule.schedule, f"{length} are left after the warm-up"
    fits = getattr(schedule, "interval", "") == "epoch" and schedule.word() in words
    return [Span(at, schedule, length, run)] if fits and length > 0 else []


def _all_of(scheduler: Scheduler | None, at: Path = ("scheduler",)) -> Iterator[tuple[Path, Any]]:
    """A schedule and those inside it, each with its path."""
    if scheduler is not None:
        yield at, scheduler
        for path, inner in scheduler.inner():
            yield from _all_of(inner, (*at, *path))


@rule("R505", "scheduler.epochs", "train.epochs")
def warm_up_never_ends(warm_up: float, epochs: int) -> Finding | None:
    """Rates that rise to the end of the run never reach what the recipe says."""
    if warm_up < epochs:
        return None
    message = f"the warm-up of {warm_up:g} epochs lasts the whole run of {epochs}"
    return Finding(message, "scheduler.epochs", f"set it below {epochs}")


@rule("R506", "scheduler", "train.epochs")
def line_and_run_differ(scheduler: Scheduler | None, epochs: int) -> list[Finding]:
    """A line that is longer than the run, or shorter: but for a rise to the rate itself."""
    found = []
    for at, line, length, run in _spans_of(scheduler, epochs, "LinearLR", "PolynomialLR"):
        ends_at_the_rate = line.word() == "LinearLR" and line.end_factor == 1
        if line.total_iters > length:
            message = f"the rate stops halfway: the line takes {line.total_iters} epochs, and {run}"
        elif line.total_iters < length and not ends_at_the_rate:
            message = f"the rate stops falling after {line.total_iters} epochs, and {run}"
        else:
            continue
        found.append(Finding(message, (*at, "total_iters"), f"`total_iters: {length}`", also=_EPOCHS))
    return found


@rule("R506", "scheduler", "train.epochs")
def cosine_stops_halfway(scheduler: Scheduler | None, epochs: int) -> list[Finding]:
    """A half cosine that is longer than the run."""
    names = {"CosineAnnealingLR": "T_max", "CosineAnnealingWarmRestarts": "T_0"}
    return [
        Finding(
            f"the rate stops halfway: it is lowest after {getattr(cosine, name)} epochs, and {run}",
            (*at, name),
            f"`{name}: {length}`",
            also=_EPOCHS,
        )
        for at, cosine, length, run in _spans_of(scheduler, epochs, *names)
        if getattr(cosine, name := names[cosine.word()]) > length
    ]


@rule("R507", "scheduler", "train.epochs")
def cosine_rises_again(scheduler: Scheduler | None, epochs: int) -> list[Finding]:
    """Beyond half a cosine comes the other half."""
    return [
        Finding(
            f"the rate is lowest after {cosine.T_max} epochs and rises again for the {left} that are left",
            (*at, "T_max"),
            f"`T_max: {length}`",
            also=_EPOCHS,
        )
        for at, cosine, length, _ in _spans_of(scheduler, epochs, "CosineAnnealingLR")
        if (left := length - cosine.T_max) > 0
    ]


@rule("R507", "scheduler", "optimizer.lr")
def cosine_rises_at_once(scheduler: Scheduler | None, lr: float) -> list[Finding]:
    """A lowest rate that is above the rate."""
    return [
        Finding(
            f"the rate of {lr:g} does not fall: the schedule's lowest rate is {each.eta_min:g}",
            (*at, "eta_min"),
            "set it below `optimizer.lr`",
            also=("optimizer.lr",),
        )
        for at, each in _all_of(scheduler)
        if getattr(each, "eta_min", 0) >= lr
    ]


@rule("R508", "scheduler", "train.epochs")
def step_never_comes(scheduler: Scheduler | None, epochs: int) -> list[Finding]:
    """A first step that comes after the run."""
    return [
        Finding(
            f"the first step comes after {each.step_size} epochs, and {run}",
            (*at, "step_size"),
            f"set it below {length}, or leave `scheduler` out",
            also=_EPOCHS,
        )
        for at, each, length, run in _spans_of(scheduler, epochs, "StepLR")
        if each.step_size >= length
    ]


@rule("R508", "scheduler", "train.epochs")
def milestones_never_come(scheduler: Scheduler | None, epochs: int) -> list[Finding]:
    """Milestones that come after the run."""
    return [
        Finding(
            f"this milestone comes after {milestone} epochs, and {run}",
            (*at, "milestones", index),
            "take it out, or raise `epochs`",
            also=_EPOCHS,
        )
        for at, each, length, run in _spans_of(scheduler, epochs, "MultiStepLR", "SequentialLR")
        for index, milestone in enumerate(each.milestones)
        if milestone >= length
    ]


@rule("R405", "scheduler")
def milestones_and_schedules_differ(scheduler: Scheduler | None) -> list[Finding]:
    """What torch refuses, and milestones that would skip a schedule."""
    found = []
    for at, each in _all_of(scheduler):
        if each.word() != "SequentialLR":
            continue
        schedules, milestones = len(each.schedulers), each.milestones
        if len(milestones) != schedules - 1:
            message = f"{schedules} schedules take turns at {schedules - 1} milestones, and there are {len(milestones)}"
            found.append(Finding(message, (*at, "milestones"), "say when each but the first begins", also=()))
        elif list(milestones) != sorted(set(milestones)):
            found.append(Finding("each milestone must come after the one before", (*at, "milestones"), also=()))
    return found


@rule("R405", "scheduler", "optimizer")
def no_momentum_to_cycle(scheduler: Scheduler | None, optimizer: Optimizer) -> list[Finding]:
    """What torch refuses when the schedule is built."""
    if {"momentum", "betas"} & set(type(optimizer).model_fields):
        return []
    message = f"`cycle_momentum` moves a momentum, and {optimizer.word()} has none"
    return [
        Finding(message, (*at, "cycle_momentum"), "set `cycle_momentum: false`", also=("optimizer",))
        for at, each in _all_of(scheduler)
        if getattr(each, "cycle_momentum", False)
    ]


@rule("R405", "scheduler")
def phases_overlap(scheduler: Scheduler | None) -> list[Finding]:
    """Of three phases the first two are equally long."""
    message = "of three phases the second is as long as the first: together more than the run"
    return [
        Finding(message, (*at, "pct_start"), "set it to at most 0.5", also=())
        for at, each in _all_of(scheduler)
        if each.word() == "OneCycleLR" and each.three_phase and each.pct_start > 0.5
    ]


@rule("R504", "scheduler")
def inner_interval_unused(scheduler: Scheduler | None) -> list[Finding]:
    """Schedules inside others are moved by those; behind a warm-up a schedule has its own interval."""
    return [
        Finding("only the `interval` of the outermost schedule is read", (*at, "interval"), f"set that of `{outer}`")
        for at, each in _all_of(scheduler)
        if (outer := _counted_by(scheduler, at)) and getattr(each, "interval", "epoch") != "epoch"
    ]


def _counted_by(scheduler: Any, at: Path) -> str:
    """The path of the schedule that moves the one at this path; empty where it is itself."""
    outermost = ("scheduler", "schedule") if scheduler.word() == "WarmUp" else ("scheduler",)
    return ".".join(outermost) if len(at) > len(outermost) else ""


@rule("R504", "scheduler")
def momentum_bounds_unused(scheduler: Scheduler | None) -> list[Finding]:
    """Bounds of a momentum that stays as it is."""
    return [
        Finding(f"`{name}` is read only where `cycle_momentum` is on", (*at, name), "remove it", also=())
        for at, each in _all_of(scheduler)
        for name in ("base_momentum", "max_momentum")
        if not getattr(each, "cycle_momentum", True) and getattr(each, name) != type(each).model_fields[name].default
    ]


@rule("R504", "scheduler")
def gamma_unused(scheduler: Scheduler | None) -> list[Finding]:
    """One way to swing has a factor."""
    return [
        Finding("`gamma` is read only with `mode: exp_range`", (*at, "gamma"), "remove it, or set the mode", also=())
        for at, each in _all_of(scheduler)
        if each.word() == "CyclicLR" and each.mode != "exp_range" and each.gamma != 1
    ]


@rule("R516", "scheduler")
def does_not_fit_inside(scheduler: Scheduler | None) -> list[Finding]:
    """Schedules that cannot be part of another one: torch refuses them, or they would undo what the others do."""
    return [
        Finding(
            f"`{inner.word()}` cannot be part of `{outer.word()}`",
            (*at, *path),
            _what_holds(inner),
            also=(),
        )
        for at, outer in _all_of(scheduler)
        for path, inner in outer.inner()
        if outer.word() not in inner.fits_into
    ]


def _what_holds(inner: Scheduler) -> str:
    words = ", ".join(f"`{word}`" for word in inner.fits_into)
    return f"it can stand alone, or in {words}" if words else "it can only stand alone"


RULES = (
    warm_up_never_ends,
    line_and_run_differ,
    cosine_stops_halfway,
    cosine_rises_again,
    cosine_rises_at_once,
    step_never_comes,
    milestones_never_come,
    milestones_and_schedules_differ,
    no_momentum_to_cycle,
    phases_overlap,
    inner_interval_unused,
    momentum_bounds_unused,
    gamma_unused,
    does_not_fit_inside,
)
