"""Pass 6: rules between fields. Each is one small function that names the paths it reads."""

from collections.abc import Callable
from typing import Any, NamedTuple

from recipe.compiler.nodes import Mapping, Path, locate
from recipe.compiler.report import Report
from recipe.schemas.base import AUTO, Section
from recipe.schemas.diagnostics import Diagnostic, Label
from recipe.schemas.recipe import Recipe


class Finding(NamedTuple):
    """What a rule found: at which of its paths, and what to do."""

    message: str
    at: str
    help: str = ""


class Rule(NamedTuple):
    """A rule applies to every recipe that has its paths; its function gets their values."""

    code: str
    paths: tuple[str, ...]
    function: Callable[..., Finding | None]


def rule(code: str, *paths: str) -> Callable[[Callable[..., Finding | None]], Rule]:
    """Declare a rule over some paths."""
    return lambda function: Rule(code, paths, function)


def check(recipe: Recipe, root: Mapping, report: Report) -> None:
    """Run every rule whose paths this recipe has, all answered and none of them already known bad."""
    from recipe.compiler.rules import RULES  # the rules import `rule` from here

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
