"""Refuse a plan whose inputs or versions are not as they were, or go on with it where the user accepts that."""

import argparse
from dataclasses import replace
from datetime import datetime

from recipe.compiler.stale import Drift, amended, drifted_inputs, drifted_versions, with_counts
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import RunPlan


def refuse_drift(plan: RunPlan, arguments: argparse.Namespace, anew: str) -> RunPlan:
    """The plan, where nothing has changed; amended, where the user accepts what has.

    Raises `RecipeError` (R610) naming each change; `anew` says how to do without the old plan.
    """
    drifts = _drifts(plan)
    if not drifts:
        return plan
    if arguments.accept_changes:
        return amended(plan, drifts, datetime.now().astimezone().isoformat(timespec="seconds"))
    problems = [Diagnostic("R610", drift.message) for drift in drifts]
    way_out = (anew, "`--accept-changes` goes on with the plan as it is, and notes in it what has changed")
    raise RecipeError(*problems[:-1], replace(problems[-1], help=way_out))


def refuse_other_machine(plan: RunPlan) -> None:
    """Raises `RecipeError` (R611) where the device of a plan is not here."""
    from recipe.runtime.probe import look_at_hardware

    device = plan.recipe.hardware.device
    here = look_at_hardware(device)
    if here.device != device:
        message = f"the plan trains on `{device}`, but this machine has {here.name}"
        help_ = ("make a plan for this machine: `recipe plan FILE -o plan.json`",)
        raise RecipeError(Diagnostic("R611", message, help=help_))


def _drifts(plan: RunPlan) -> list[Drift]:
    from recipe.runtime.execute import family_of
    from recipe.runtime.probe import look_at_versions

    family = family_of(plan.recipe)
    found = [*drifted_inputs(plan, family.fingerprints(plan.recipe)), *drifted_versions(plan, look_at_versions())]
    for index, drift in enumerate(found):
        if drift.what == "dataset":
            found[index] = with_counts(drift, plan, family.look_at_data(plan.recipe))
    return found
