"""Pass 6: run the rules between fields, those that nothing wrong stands in the way of."""

from typing import Any

from recipe.compiler.nodes import Mapping, Path, locate
from recipe.compiler.report import Report
from recipe.compiler.rule import Finding, Rule
from recipe.compiler.rules import RULES
from recipe.schemas.base import AUTO, Section
from recipe.schemas.diagnostics import Diagnostic, Label
from recipe.schemas.recipe import Recipe


def check(recipe: Recipe, root: Mapping, report: Report) -> None:
    """Run every rule whose paths this recipe has, all answered and none of them already known bad."""
    for each in RULES:
        paths = [tuple(path.split(".")) for path in each.paths]
        values = [_value_at(recipe, path) for path in paths]
        if any(value is _ABSENT or value == AUTO for value in values) or any(map(report.is_poisoned, paths)):
            continue
        if found := each.function(*values):
            _tell(each, found, root, report)


def _tell(each: Rule, found: Finding, root: Mapping, report: Report) -> None:
    main = tuple(found.at.split("."))
    others = [tuple(path.split(".")) for path in each.paths if path != found.at]
    labels = [label for path in (main, *others) if (label := _label_at(root, path))]
    help_ = (found.help,) if found.help else ()
    report.add(Diagnostic(each.code, found.message, tuple(labels[:2]), help_, path=main))


def _label_at(root: Mapping, path: Path) -> Label | None:
    """The place of a value that the recipe says; defaults have none."""
    steps = tuple(int(step) if isinstance(step, str) and step.isdigit() else step for step in path)
    node, _, missing = locate(root, steps)
    return None if missing else Label(node.span)


_ABSENT = object()


def _value_at(value: Any, path: Path) -> Any:
    for step in path:
        if not isinstance(value, Section) or step not in type(value).model_fields:
            return _ABSENT
        value = getattr(value, str(step))
    return value
