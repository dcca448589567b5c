"""The family of a run, for what not every family can do."""

from typing import TypeVar

from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import RunPlan

P = TypeVar("P")


def able_family(plan: RunPlan, protocol: type[P], verb: str) -> P:
    """The family of the plan, which satisfies one of the protocols of `recipe.runtime.trained`.

    Raises `RecipeError` (R812) where it does not.
    """
    from recipe.runtime.execute import family_of

    family = family_of(plan.recipe)
    if not isinstance(family, protocol):
        task = plan.recipe.word()
        help_ = (f"`recipe {verb}` is for runs of classification",)
        raise RecipeError(Diagnostic("R812", f"`recipe {verb}` cannot be done with a run of {task}", help=help_))
    return family
