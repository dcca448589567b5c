"""How the rates of an optimizer change over a run."""

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any

import torch

from recipe.runtime.build import build
from recipe.runtime.training.warm_up import WarmUp
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.schedulers import Scheduler
from recipe.schemas.schedulers.warmup import WarmUp as WarmUpSettings

_MOMENTA = ("momentum", "betas")
_FOR_THE_LOOP = ("interval", "monitor")
"""Settings that torch's schedules do not know. They are put onto the live ones, and read from there."""


class Schedule:
    """Moves the rates of all groups of an optimizer by the same factor, whatever the schedule is.

    Torch's schedules treat each group by itself, and those that name a rate (`eta_min`, `max_lr`, `min_lr`) would give
    it to all. So the live schedule moves a stand-in with one group at the recipe's rate, and every real group follows
    it: its first rate times what became of the recipe's. A momentum that the schedule moves is the same for all.
    """

    def __init__(
        self,
        component: Scheduler | None,
        optimizer: torch.optim.Optimizer,
        lr: float,
        steps_per_epoch: int,
        epochs: int,
        higher_is_better: Callable[[str], bool],
    ) -> None:
        self._optimizer, self._lr = optimizer, lr
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self._stand_in = _StandIn(optimizer, lr)
        self._momenta = {key: self._stand_in.group[key] for key in _MOMENTA if key in self._stand_in.group}
        objects = {"optimizer": self._stand_in, "base_lr": lr, "max_lr": lr, "steps_per_epoch": steps_per_epoch}
        self.built: Any = None
        if component is not None:
            objects |= _objects_of_the_run(component, steps_per_epoch, epochs, higher_is_better)
            self.built = _built(component, objects)
        self._warm_up = self.built if isinstance(self.built, WarmUp) else None
        self._inner: Any = self.built.schedule if isinstance(self.built, WarmUp) else self.built
        self._stand_in.step()  # torch warns where a schedule moves and its optimizer never has
        self._follow()

    def step_done(self) -> None:
        """A step of the optimizer is over."""
        counts = self._interval == "step" and (self._warm_up is None or self._warm_up.is_over)
        if self._warm_up is not None:
            self._warm_up.steps_done += 1
        if counts:
            self._inner.step()
        if counts or self._warm_up is not None:
            self._follow()

    def epoch_done(self, values: Mapping[str, float]) -> None:
        """An epoch is over, with these metrics."""
        if self._warm_up is not None:
            self._warm_up.epochs_done += 1
        counts = self._warm_up is None or self._warm_up.epochs_done > self._warm_up.epochs
        if not counts or self._interval != "epoch":
            return
        monitor = getattr(self._inner, "monitor", None)
        self._inner.step(*([] if monitor is None else [values[monitor]]))
        self._follow()

    def rates(self) -> dict[str, float]:
        """`lr`: the recipe's; `lr/<group>`: that of each group now."""
        return {"lr": self._lr, **{f"lr/{group['name']}": group["lr"] for group in self._optimizer.param_groups}}

    def state_dict(self) -> dict[str, Any]:
        """Where the schedule is, in plain types."""
        group = {key: value for key, value in self._stand_in.group.items() if key != "params"}
        warm_up = None if self._warm_up is None else self._warm_up.state_dict()
        schedule = None if self._inner is None else _plain(self._inner.state_dict())
        return copy.deepcopy({"warm_up": warm_up, "schedule": schedule, "group": group})

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state of the same schedule."""
        state = copy.deepcopy(state)  # torch's schedules take what they load apart
        if self._warm_up is not None:
            self._warm_up.load_state_dict(state["warm_up"])
        if self._inner is not None:
            self._inner.load_state_dict(state["schedule"])
        self._stand_in.group.update(state["group"])
        self._follow()

    @property
    def moved_momenta(self) -> tuple[str, ...]:
        """What the schedule moves beside the rates: `momentum` or `betas`, where it does."""
        return tuple(self._momenta) if getattr(self._inner, "cycle_momentum", False) else ()

    @property
    def _interval(self) -> str | None:
        """What the schedule counts; None where there is none, or only a warm-up."""
        return None if self._inner is None else getattr(self._inner, "interval", "epoch")

    @property
    def factor(self) -> float:
        """By what the rates of the next step are multiplied."""
        if self._warm_up is not None and not self._warm_up.is_over:
            return self._warm_up.factor
        return float(self._stand_in.group["lr"] / self._lr)

    def _follow(self) -> None:
        factor = self.factor
        for group in self._optimizer.param_groups:
            group["lr"] = group["initial_lr"] * factor
        for key, before in self._momenta.items():
            if (now := self._stand_in.group[key]) != before:
                self._set_momentum(key, now)

    def _set_momentum(self, key: str, value: Any) -> None:
        self._momenta[key] = value
        for group in self._optimizer.param_groups:
            group[key] = value if key == "momentum" else (value[0], *group[key][1:])


class _StandIn(torch.optim.Optimizer):
    """An optimizer of one group that has nothing to move."""

    def __init__(self, optimizer: torch.optim.Optimizer, lr: float) -> None:
        momenta = {key: optimizer.defaults[key] for key in _MOMENTA if key in optimizer.defaults}
        super().__init__([torch.zeros(1)], {"lr": lr, **momenta})

    @property
    def group(self) -> dict[str, Any]:
        """The one that it has."""
        return self.param_groups[0]

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Nothing moves."""


def _objects_of_the_run(
    component: Scheduler, steps_per_epoch: int, epochs: int, higher_is_better: Callable[[str], bool]
) -> dict[str, Any]:
    """How often the schedule is moved in the run, and which way its metric goes."""
    inner, skipped = component, 0.0
    if isinstance(component, WarmUpSettings):
        inner, skipped = component.schedule or component, component.epochs
    by_step = steps_per_epoch * epochs - math.ceil(skipped * steps_per_epoch)
    total = by_step if getattr(inner, "interval", "epoch") == "step" else epochs - math.floor(skipped)
    monitor = getattr(inner, "monitor", None)
    mode = "max" if monitor is not None and higher_is_better(monitor) else "min"
    return {"total_steps": max(total, 1), "mode": mode}


def _built(component: Scheduler, objects: Mapping[str, Any]) -> Any:
    try:
        built = build(component, **objects)
    except ZeroDivisionError:
        # OneCycleLR divides by the counts between its first and its last one of the rise.
        message = f"the rise of OneCycleLR ends where it begins: its share of {objects['total_steps']} counts is one"
        raise RecipeError(
            Diagnostic("R405", message, help=("raise `pct_start`, or set it to 0",), path=("scheduler",))
        ) from None
    _tell(component, built)
    return built


def _tell(component: Scheduler, built: Any) -> None:
    """Put what is for the loop onto the live schedule, and on the one that follows a warm-up."""
    for name in _FOR_THE_LOOP:
        if name in type(component).model_fields:
            setattr(built, name, getattr(component, name))
    if isinstance(component, WarmUpSettings) and component.schedule is not None:
        _tell(component.schedule, built.schedule)


def _plain(value: Any) -> Any:
    """A state without the counted milestones of MultiStepLR, which never change: they are no plain map."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if key != "milestones"}
    return [_plain(item) for item in value] if isinstance(value, list) else value
