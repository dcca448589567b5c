"""Whether learning rates are drawn on a logarithmic axis: how far apart those of a run are."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from recipe.compiler.resolve import Question, Reply
from recipe.schemas.facts import Dataset
from recipe.schemas.layer_lr import groups_of
from recipe.schemas.schedulers import Scheduler

FAR_APART = 10 * (1 - 1e-9)
"""From this ratio on the lower rates would lie flat on a linear axis; of 0.03 and 0.003 it is a little below 10."""


def answer_log_scale(question: Question) -> Reply:
    """Rates of layers, or of the schedule over the run."""
    recipe: Any = question.recipe
    apart = _layers(question)
    if apart >= FAR_APART:
        return Reply(True, f"the rates of layers are {apart:,.3g} times apart", "recipe")
    if getattr(recipe, "scheduler", None) is None:
        return Reply(False, "rates are less than ten times apart", "recipe")
    word, low, high = recipe.scheduler.word(), *_bounds(recipe.scheduler, recipe.optimizer.lr, _last_count(question))
    if low <= 0:
        return Reply(True, f"`{word}` lowers rates to zero", "recipe")
    if high / low >= FAR_APART:
        return Reply(True, f"`{word}` leads over rates that are {high / low:,.3g} times apart", "recipe")
    return Reply(False, "rates are less than ten times apart", "recipe")


def _layers(question: Question) -> float:
    """The highest rate that a layer begins with, by the lowest."""
    recipe: Any = question.recipe
    if getattr(recipe, "layer_lr", None) is None:
        return 1.0
    names = [tensor.name for tensor in question.fact("parameters")]
    rates = [group.lr for group in groups_of(names, recipe.layer_lr, recipe.optimizer.lr, recipe.model.blocks)]
    return max(rates, default=1.0) / min(rates, default=1.0)


def _last_count(question: Question) -> int:
    """How often the schedule has counted when the last epoch, or step, begins."""
    recipe: Any = question.recipe
    schedule = recipe.scheduler
    if schedule.word() == "WarmUp" and schedule.schedule is not None:
        schedule = schedule.schedule
    if getattr(schedule, "interval", "epoch") == "epoch":
        return int(recipe.train.epochs) - 1
    dataset: Dataset = question.fact("dataset")
    return int(recipe.train.epochs * math.ceil(dataset.images["train"] / question["train.batch_size"])) - 1


def _bounds(schedule: Scheduler, lr: float, last: int) -> tuple[float, float]:
    """The lowest and the highest factor that a schedule reaches; of one that is not known here, 1 and 1."""
    word, each = schedule.word(), [_bounds(inner, lr, last) for _, inner in schedule.inner()]
    if word == "ChainedScheduler":
        return math.prod(low for low, _ in each), math.prod(high for _, high in each)
    if each:  # one after the other; the rise of a warm-up is over within an epoch or a few
        return min(low for low, _ in each), max(high for _, high in each)
    reached = _REACHED[word](schedule, lr, last) if word in _REACHED else [1.0]
    return min(reached), max(reached)


def _cosine(lowest: float, share: float) -> list[float]:
    """From 1 down to a share of half a cosine that ends at `lowest`."""
    return [1.0, lowest + (1 - lowest) * (1 + math.cos(math.pi * min(share, 1.0))) / 2]


_REACHED: Mapping[str, Callable[[Any, float, int], list[float]]] = {
    "ConstantLR": lambda s, _, last: [s.factor, 1.0] if last >= s.total_iters else [s.factor],
    "LinearLR": lambda s, _, last: [
        s.start_factor,
        s.start_factor + (s.end_factor - s.start_factor) * min(last / s.total_iters, 1.0),
    ],
    "PolynomialLR": lambda s, _, last: [1.0, max(1 - last / s.total_iters, 0.0) ** s.power],
    "ExponentialLR": lambda s, _, last: [1.0, s.gamma**last],
    "StepLR": lambda s, _, last: [1.0, s.gamma ** (last // s.step_size)],
    "MultiStepLR": lambda s, _, last: [1.0, s.gamma ** sum(milestone <= last for milestone in s.milestones)],
    "CosineAnnealingLR": lambda s, lr, last: _cosine(s.eta_min / lr, last / s.T_max),
    "CosineAnnealingWarmRestarts": lambda s, lr, last: _cosine(s.eta_min / lr, min(last, s.T_0 - 1) / s.T_0),
    "LinearDecay": lambda s, _, last: [1.0, 1 + (s.final_factor - 1) * last / (last + 1)],
    "CosineDecay": lambda s, _, last: _cosine(s.final_factor, last / (last + 1)),
    "OneCycleLR": lambda s, *_: [1.0, 1 / s.div_factor, 1 / s.div_factor / s.final_div_factor],
    "CyclicLR": lambda s, lr, _: [1.0, s.max_lr / lr],
    "ReduceLROnPlateau": lambda s, *_: [1.0, s.factor],
}
"""Word → factors between which a schedule moves until it has counted to `last`; of a plateau, one fall."""
