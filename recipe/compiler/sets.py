"""`--set path=value`: one value laid on the composed recipe."""

import os
import re

from recipe.compiler.merge import merge
from recipe.compiler.nodes import Entry, Mapping, Node, Sequence
from recipe.compiler.parse import parse_value
from recipe.compiler.report import Report
from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Diagnostic, Label, RecipeError, Span, did_you_mean

Step = tuple[str, Span]
_STEP = re.compile(r"[^.=\s]+")


def apply_set(root: Mapping, text: str, report: Report) -> Mapping:
    """The tree with the value of one `--set` in its place. Problems go to the report and leave the tree as it is."""
    source = report.add_source(f"--set {text.partition('=')[0]}", text, os.getcwd())  # noqa: PTH109
    path_text, equals, _ = text.partition("=")
    steps = [(match[0], Span(source.index, *match.span())) for match in _STEP.finditer(path_text)]
    whole = Span(source.index, 0, len(text))
    if unusable := _unusable(text, steps):
        report.add(Diagnostic("R304", unusable, (Label(whole),)))
        return root
    if not equals or not steps or ".".join(step for step, _ in steps) != path_text.strip():
        message = "`--set` takes a dotted path, `=` and a value"
        report.add(Diagnostic("R304", message, (Label(whole),), ("for example `--set train.epochs=3`",)))
        return root
    try:
        value = parse_value(source, len(path_text) + 1, "set", report)
        _check_variable(root, steps)
        placed = _put(root, steps, value)
    except RecipeError as error:
        for problem in error.diagnostics:
            report.add(problem)
        return root
    assert isinstance(placed, Mapping)
    return placed


def _unusable(text: str, steps: list[Step]) -> str:
    """Why a text cannot be a `--set` whatever its form; empty where it can."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        return "`--set` takes UTF-8 text"
    if steps and steps[0][0] in ("extends", "profiles"):
        return f"`{steps[0][0]}` has been followed by the time `--set` is: it cannot be set"
    return ""


def _put(node: Node | None, steps: list[Step], value: Node) -> Node:
    """The node with `value` merged in where the steps lead; maps that are missing on the way are made."""
    if not steps:
        return merge(node, value)
    (step, span), rest = steps[0], steps[1:]
    if isinstance(node, Sequence):
        index = _index(step, span, node)
        return node._replace(
            items=(*node.items[:index], _put(node.items[index], rest, value), *node.items[index + 1 :])
        )
    if isinstance(node, Mapping):
        return node.with_entry(step, Entry(span, _put(node.get(step), rest, value)))
    return merge(node, Mapping(FrozenDict({step: Entry(span, _put(None, rest, value))}), span, value.origins))


def _index(step: str, span: Span, node: Sequence) -> int:
    if step.isdigit() and int(step) < len(node.items):
        return int(step)
    last = len(node.items) - 1
    message = f"`{step}` is no item of this list" + (
        f": items go from 0 to {last}" if last >= 0 else ", which is empty"
    )
    raise RecipeError(Diagnostic("R304", message, (Label(span), Label(node.span, "the list"))))


def _check_variable(root: Mapping, steps: list[Step]) -> None:
    """A variable that no recipe declares would be read by nothing."""
    declared = root.get("vars")
    if steps[0][0] != "vars" or len(steps) < 2 or not isinstance(declared, Mapping | None):
        return
    known = list(declared.entries) if declared else []
    name, span = steps[1]
    if name not in known:
        message = f"the recipe has no variable `{name}`"
        raise RecipeError(Diagnostic("R304", message, (Label(span),), candidates=did_you_mean(name, known)))
