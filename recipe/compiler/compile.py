"""The compiler: a visible list of passes from text to plan.

The passes behind `check_recipe` are imported where they begin: `validate` does without them, and is the faster for it.
"""

import os
from collections.abc import Mapping as Environment
from typing import TYPE_CHECKING, NamedTuple

from recipe.compiler.check import check
from recipe.compiler.compose import compose
from recipe.compiler.identity import digest
from recipe.compiler.interpolate import interpolate
from recipe.compiler.nodes import Document, walk_scalars
from recipe.compiler.paths import absolute_paths
from recipe.compiler.place import place
from recipe.compiler.report import Report
from recipe.compiler.typecheck import typecheck
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.recipe import Recipe

if TYPE_CHECKING:
    from recipe.compiler.resolve import Resolved
    from recipe.schemas.facts import Facts
    from recipe.schemas.plan import Plan


class Request(NamedTuple):
    """What the user asked to compile."""

    file: str
    profiles: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    environment: Environment[str, str] = os.environ


class Checked(NamedTuple):
    """A valid recipe, with the text it came from."""

    recipe: Recipe
    """Paths absolute, `auto` not yet answered."""
    document: Document
    digest: str
    secrets: dict[str, str]
    """Dotted path → the `${env:…}` text its value came from."""
    warnings: tuple[Diagnostic, ...]


def check_recipe(request: Request, report: Report) -> Checked:
    """Passes 1 to 6: read, parse, compose, interpolate, typecheck, check. Raises `RecipeError` with all errors."""
    try:
        root = compose(request.file, request.profiles, request.sets, report)
        root = interpolate(root, request.environment, os.getcwd(), report)  # noqa: PTH109
    except RecipeError as error:
        raise RecipeError(*dict.fromkeys((*report.sorted(), *error.diagnostics)), sources=report.sources) from None
    recipe = typecheck(root, report)
    if recipe is not None:
        check(recipe, root, report)
    report.stop_on_errors()
    assert recipe is not None
    recipe = absolute_paths(recipe, root)
    recipe_dir = os.path.dirname(os.path.abspath(request.file))  # noqa: PTH100, PTH120
    secrets = {".".join(map(str, path)): node.template for path, node in walk_scalars(root) if node.template}
    document = Document(root, tuple(report.sources))
    return Checked(recipe, document, digest(recipe, recipe_dir), secrets, report.sorted())


def plan_recipe(checked: Checked, facts: "Facts", report: Report) -> "Plan":
    """Passes 7 to 9: resolve, expand, lower. Raises `RecipeError` where a fact is missing or forbids the recipe."""
    from recipe.compiler.expand import expand
    from recipe.compiler.lower import lower
    from recipe.compiler.resolve import resolve

    resolved = resolve(checked.recipe, facts)
    for path, fact in resolved.missing.items():
        steps = tuple(path.split("."))
        message = f"`{path}: auto` cannot be answered: {fact} is not known"
        report.add(place(Diagnostic("R608", message, path=steps), checked.document))
    if not resolved.missing:
        _check_facts(resolved, facts, checked.document, report)
    report.stop_on_errors()
    (member,) = expand(resolved)
    return lower(member, facts, checked.digest, checked.secrets)


def _check_facts(resolved: "Resolved", facts: "Facts", document: Document, report: Report) -> None:
    from recipe.compiler.resolve import answers_of

    for holds in answers_of(resolved.recipe).rules:
        if found := holds(resolved, facts):
            report.add(place(found, document))
