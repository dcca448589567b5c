"""The plain update: one optimizer follows one loss."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from recipe.runtime.build import build
from recipe.runtime.param_groups import param_groups
from recipe.runtime.steps import Forward
from recipe.runtime.training.schedule import Schedule
from recipe.schemas.training import LoopRecipe


class Descent:
    """Implements `recipe.runtime.steps.Update`."""

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        schedule: Schedule,
        clip_grad_norm: float | None = None,
        loss: str = "loss",
        momenta: Mapping[str, Any] | None = None,
    ) -> None:
        self.optimizer, self.schedule = optimizer, schedule
        self.momenta = momenta or {}
        """Those that the optimizer was built with and that the schedule moves, by the names of their settings."""
        self.clip_grad_norm, self.loss = clip_grad_norm, loss

    def backward(self, forward: Forward, scaled: Callable[[Tensor], Tensor], retain_graph: bool) -> None:
        scaled(forward.losses[self.loss]).backward(retain_graph=retain_graph)  # type: ignore[no-untyped-call]

    def clip(self) -> float | None:
        return clip(self.optimizer, self.clip_grad_norm)

    def after_step(self, again: Callable[[], Mapping[str, float]]) -> None:
        """Nothing: what the step brought is for the next batch to tell."""

    def step_done(self) -> None:
        self.schedule.step_done()

    def epoch_done(self, values: Mapping[str, float]) -> None:
        self.schedule.epoch_done(values)

    def rates(self) -> dict[str, float]:
        return self.schedule.rates()

    def state_dict(self) -> dict[str, Any]:
        return {"optimizer": self.optimizer.state_dict(), "schedule": self.schedule.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])


def clip(optimizer: torch.optim.Optimizer, largest: float | None) -> float | None:
    """Bound the norm of all gradients of an optimizer together; the norm before, None where there is no bound."""
    if largest is None:
        return None
    return float(torch.nn.utils.clip_grad_norm_(_parameters(optimizer), largest))


def _parameters(optimizer: torch.optim.Optimizer) -> Iterable[Tensor]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def build_descent(recipe: LoopRecipe, network: torch.nn.Module, steps_per_epoch: int) -> Descent:
    """The optimizer, schedule and clipping of a recipe, for all parameters of a network that are trained."""
    groups = param_groups(network, recipe.model, recipe.optimizer, recipe.layer_lr)
    optimizer = build(recipe.optimizer, params=groups)
    for group in optimizer.param_groups:
        group["initial_lr"] = group["lr"]
    as_built = recipe.optimizer.read(optimizer)
    directions = {metric.name: metric.higher_is_better for metric in recipe.metrics}
    schedule = Schedule(
        recipe.scheduler,
        optimizer,
        lr=recipe.optimizer.lr,
        steps_per_epoch=steps_per_epoch,
        epochs=recipe.train.epochs,
        higher_is_better=directions.__getitem__,
    )
    momenta = {name: as_built[name] for name in schedule.moved_momenta if name in as_built}
    return Descent(optimizer, schedule, recipe.train.clip_grad_norm, momenta=momenta)
