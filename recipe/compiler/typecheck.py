"""Pass 5: nodes become a `Recipe`. pydantic judges; its errors are told at the user's own places."""

from typing import Any

from pydantic import ValidationError

from recipe.compiler.nodes import Mapping, Path, plain_data
from recipe.compiler.report import Report
from recipe.schemas.base import ordered_json
from recipe.schemas.recipe import Recipe
from recipe.schemas.walk import section_of, with_default_words


def typecheck(root: Mapping, report: Report) -> Recipe | None:
    """The recipe that the tree means. Everything wrong goes to the report, and what is left of it is returned.

    Returns None where too much is wrong for the cross-field rules to say anything sensible.
    """
    data = plain_data(root)
    for path in report.poisoned:
        _remove(data, path)
    if task := section_of(Recipe, data):
        data = with_default_words(task, data)
    errors, recipe = _validate(data)
    if recipe is not None:
        return recipe
    from recipe.compiler.type_errors import explain_type_error

    for error in errors:
        explain_type_error(error, data, root, report)
    for error in errors:
        path = error["loc"]
        report.poison(path)
        if error["type"] not in ("missing", "missing_tag"):
            _remove(data, path)
    return _validate(data)[1]


def _validate(data: dict[str, Any]) -> tuple[list[Any], Recipe | None]:
    try:
        return [], Recipe.model_validate_json(ordered_json(data))
    except ValidationError as error:
        return error.errors(include_url=False), None


def _remove(data: Any, path: Path) -> None:
    """Take out what stands at a path, so that the rest can be judged. A list item takes its list with it."""
    for index, step in enumerate(path):
        is_last = index == len(path) - 1
        inner = path[index + 1 : index + 2]
        if not isinstance(data, dict) or step not in data:
            return
        if is_last or (inner and isinstance(inner[0], int)):
            del data[step]
            return
        data = data[step]
