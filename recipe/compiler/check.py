"""Pass 6: run the rules between fields, those that nothing wrong stands in the way of."""

from functools import lru_cache
from typing import Any

from recipe.compiler.nodes import Mapping, Node, Path, Scalar, locate, step_of, walk_scalars
from recipe.compiler.report import Report
from recipe.compiler.rule import NAMES, WHOLE, Finding, Rule
from recipe.compiler.rules import RULES
from recipe.schemas.base import AUTO, Section
from recipe.schemas.diagnostics import Diagnostic, Fix, Label
from recipe.schemas.manifest import NamesOf, known_names
from recipe.schemas.recipe import Recipe


def check(recipe: Recipe, root: Mapping, report: Report, names_of: NamesOf = known_names) -> None:
    """Run every rule whose paths this recipe has, all answered and none of them already known bad."""
    for each in RULES:
        paths = [_steps(path) for path in each.paths if path not in (WHOLE, NAMES)]
        values = [names_of if path == NAMES else _value_at(recipe, _steps(path)) for path in each.paths]
        if any(value is _ABSENT or value == AUTO for value in values) or any(map(report.is_poisoned, paths)):
            continue
        found = each.function(*values)
        for finding in found if isinstance(found, list) else [found] if found else []:
            _tell(each, finding, root, report)


def _tell(each: Rule, found: Finding, root: Mapping, report: Report) -> None:
    main = _steps(found.at)
    if report.is_poisoned(main):
        return
    also = [path for path in each.paths if path not in (WHOLE, NAMES)] if found.also is None else found.also
    others = [steps for path in also if (steps := _steps(path)) != main]
    labels = [label for label in [_label_at(root, main, found.is_about_key)] if label]
    labels += [label for path in others if (label := _label_at(root, path, found.is_about_key, _said_here(path)))]
    labels = labels or [label for label in [_nearest_label(root, main)] if label]
    help_ = (_redacted(found.help, root),) if found.help else ()
    message = _redacted(found.message, root)
    mended = () if found.is_about_key else _spelling(locate(root, main)[0], found.candidates, report)
    report.add(Diagnostic(each.code, message, tuple(labels[:2]), help_, found.candidates, path=main, fixes=mended))


def _spelling(node: Node, candidates: tuple[str, ...], report: Report) -> tuple[Fix, ...]:
    """Where a word has but one candidate: the same letters are certain (`val_accuracy`), others are not."""
    if len(candidates) != 1 or not isinstance(node, Scalar):
        return ()
    from recipe.compiler.fixes import rewrite
    from recipe.schemas.spelling import is_same_word

    return rewrite(node, candidates[0], report, safe=is_same_word(node.text, candidates[0]))


def _steps(path: str | Path) -> Path:
    return path if isinstance(path, tuple) else _split(path)


@lru_cache(maxsize=1000)
def _split(path: str) -> Path:
    return tuple(step_of(step) for step in path.split(".")) if path else ()


def _said_here(path: Path) -> str:
    return f"`{'.'.join(map(str, path))}` is said here"


def _label_at(root: Mapping, path: Path, is_about_key: bool, message: str = "") -> Label | None:
    """The place of a value, or of its key, that the recipe says; defaults have none."""
    node, entry, missing = locate(root, path)
    if missing:
        return None
    return Label(entry.key_span if entry and is_about_key else node.span, message)


def _nearest_label(root: Mapping, path: Path) -> Label | None:
    """The section around a default."""
    _, entry, _ = locate(root, path)
    return Label(entry.key_span) if entry else None


def _redacted(text: str, root: Mapping) -> str:
    """A text without the values of `${env:…}`."""
    for _, node in walk_scalars(root):
        if node.template and isinstance(node.value, str) and node.value:
            text = text.replace(node.value, node.template)
    return text


_ABSENT = object()


def _value_at(value: Any, path: Path) -> Any:
    for step in path:
        if not isinstance(value, Section) or step not in type(value).model_fields:
            return _ABSENT
        value = getattr(value, str(step))
    return value
