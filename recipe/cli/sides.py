"""The two that `recipe diff` compares: recipes or written plans, each read and made comparable."""

import os
from typing import NamedTuple

from pydantic import JsonValue

from recipe.compiler.compile import Checked, Request, check_recipe
from recipe.compiler.diff import Side
from recipe.compiler.load_plan import load_plan
from recipe.compiler.nodes import Document, step_of
from recipe.compiler.read import read
from recipe.compiler.report import Report
from recipe.schemas.base import FrozenDict, leaves
from recipe.schemas.component import with_values
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import MatrixPlan, Plan, RunPlan, SearchPlan, with_templates
from recipe.schemas.recipe import Recipe


class Loaded(NamedTuple):
    """One of the two, with what is needed to tell places."""

    name: str
    side: Side
    document: Document | None


def load_both(first: Request, second: Request) -> tuple[Loaded, Loaded]:
    """Read both. Raises `RecipeError`."""
    given = [_read(request) for request in (first, second)]
    is_any_plan = not all(isinstance(each, Checked) for each in given)
    is_all_plans = not any(isinstance(each, Checked) for each in given)
    old, new = (
        _of_recipe(request, each, is_any_plan) if isinstance(each, Checked) else _of_plan(request, each, is_all_plans)
        for request, each in zip((first, second), given, strict=True)
    )
    return old, new


def _read(request: Request) -> Checked | Plan:
    if not request.file.endswith(".json"):
        return check_recipe(request, Report())
    if request.profiles or request.sets:
        message = f"`{request.file}` is a written plan: profiles and values are laid on recipes only"
        raise RecipeError(Diagnostic("R001", message, help=("`--profile-b` and `--set-b` are for B alone",)))
    return load_plan(read(request.file, Report()).text, request.file, request.environment)


def _of_recipe(request: Request, checked: Checked, is_with_plan: bool) -> Loaded:
    name = " ".join([request.file, *(f"--profile {each}" for each in request.profiles)])
    name = " ".join([name, *(f"--set {each}" for each in request.sets)])
    runs = {(checked.recipe.name, member.digest): member.values for member in checked.members}
    recipe = checked.recipe if is_with_plan else _relative(checked.recipe, os.path.dirname(request.file) or ".")  # noqa: PTH120
    return Loaded(name, Side(with_templates(recipe, checked.secrets), runs), checked.document)


def _relative(recipe: Recipe, folder: str) -> Recipe:
    """The recipe with its paths as identity takes them: relative to the recipe."""
    values = {leaf.path: os.path.relpath(leaf.value, folder) for leaf in leaves(recipe) if leaf.is_path}
    return with_values(recipe, values) if values else recipe


def _of_plan(request: Request, plan: Plan, is_with_plan: bool) -> Loaded:
    """A plan beside a plan shows what was decided; beside a recipe, what was asked."""
    if isinstance(plan, MatrixPlan):
        members = [(member.plan, dict(member.values)) for member in plan.members]
    else:
        members = [(plan.base if isinstance(plan, SearchPlan) else plan, {})]
    runs = {(member.recipe.name, member.digest): values for member, values in members}
    first = members[0][0]
    recipe = first.recipe if is_with_plan else _as_asked(first)
    if isinstance(plan, MatrixPlan):
        recipe = recipe.model_copy(update={"matrix": _matrix_of(plan)})
    only = first if isinstance(plan, RunPlan) else None
    return Loaded(request.file, Side(with_templates(recipe, first.secrets), runs, only), None)


def _matrix_of(plan: MatrixPlan) -> FrozenDict[str, tuple[JsonValue, ...]]:
    """The matrix that a plan was made from."""
    found: dict[str, list[JsonValue]] = {}
    for member in plan.members:
        for path, value in member.values.items():
            found.setdefault(path, []).extend([] if value in found.get(path, []) else [value])
    return FrozenDict({path: tuple(values) for path, values in found.items()})


def _as_asked(plan: RunPlan) -> Recipe:
    asked = {tuple(map(step_of, answer.path.split("."))): answer.asked for answer in plan.answers}
    return with_values(plan.recipe, asked)
