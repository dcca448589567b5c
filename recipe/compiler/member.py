"""Passes 4 to 6 over one tree: what a single run of a recipe is."""

from collections.abc import Mapping as Environment
from typing import NamedTuple

from pydantic import JsonValue

from recipe.compiler.check import check
from recipe.compiler.identity import digest
from recipe.compiler.interpolate import interpolate
from recipe.compiler.nodes import Document, Mapping, walk_scalars
from recipe.compiler.paths import absolute_paths
from recipe.compiler.report import Report
from recipe.compiler.typecheck import typecheck
from recipe.schemas.manifest import NamesOf, known_names
from recipe.schemas.recipe import Recipe


class Surroundings(NamedTuple):
    """What a recipe's text is read against."""

    environment: Environment[str, str]
    working_dir: str
    recipe_dir: str
    """Paths count for identity as relative to it."""
    names_of: NamesOf = known_names


class Member(NamedTuple):
    """One run that a recipe stands for, checked."""

    values: dict[str, JsonValue]
    """Dotted path → what the matrix says there, as it is written; empty where nothing varies."""
    recipe: Recipe
    """Paths absolute, `auto` not yet answered."""
    document: Document
    digest: str
    secrets: dict[str, str]
    """Dotted path → the `${env:…}` text its value came from."""


def check_tree(
    root: Mapping, values: dict[str, JsonValue], surroundings: Surroundings, report: Report
) -> Member | None:
    """Interpolate, typecheck and check one tree. What is wrong goes to the report, and there is no member then."""
    root = interpolate(root, surroundings.environment, surroundings.working_dir, report)
    recipe = typecheck(root, report)
    if recipe is not None:
        check(recipe, root, report, surroundings.names_of)
    if recipe is None or report.has_errors:
        return None
    recipe = absolute_paths(recipe, root)
    secrets = {".".join(map(str, path)): node.template for path, node in walk_scalars(root) if node.template}
    document = Document(root, tuple(report.sources))
    return Member(values, recipe, document, digest(recipe, surroundings.recipe_dir), secrets)
