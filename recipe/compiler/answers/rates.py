"""Whether learning rates are drawn on a logarithmic axis: how far apart those of the layers are."""

from typing import Any

from recipe.compiler.resolve import Question, Reply
from recipe.schemas.layer_lr import groups_of

FAR_APART = 10
"""From this ratio on the lower rates would lie flat on a linear axis."""


def answer_log_scale(question: Question) -> Reply:
    """By the rates that layers begin with: schedules keep their ratios."""
    recipe: Any = question.recipe
    if getattr(recipe, "layer_lr", None) is None:
        return Reply(False, "rates are alike", "recipe")
    names = [tensor.name for tensor in question.fact("parameters")]
    rates = [group.lr for group in groups_of(names, recipe.layer_lr, recipe.optimizer.lr, recipe.model.blocks)]
    apart = max(rates) / min(rates)
    return Reply(apart >= FAR_APART, f"the rates of layers are {apart:,.3g} times apart", "recipe")
