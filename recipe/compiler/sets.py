"""`--set path=value`: one value laid on the composed recipe."""

import os
import re

from recipe.compiler.nodes import Mapping, locate
from recipe.compiler.parse import parse_value
from recipe.compiler.put import NoSuchItem, Step, put
from recipe.compiler.report import Report
from recipe.schemas.diagnostics import Diagnostic, Label, RecipeError, Span, did_you_mean

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
        placed = put(root, _with_dotted_keys(root, steps), value)
    except NoSuchItem as error:
        report.add(_no_item(error))
        return root
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


def _with_dotted_keys(root: Mapping, steps: list[Step]) -> list[Step]:
    """`matrix` and `search.space` have dotted paths for keys: what follows is one key, unless it leads into one."""
    for head in (("matrix",), ("search", "space")):
        rest = steps[len(head) :]
        if tuple(step for step, _ in steps[: len(head)]) != head or not rest:
            continue
        key, span = ".".join(step for step, _ in rest), rest[0][1]._replace(end=rest[-1][1].end)
        section, _, missing = locate(root, head)
        known = section.entries if isinstance(section, Mapping) and not missing else ()
        is_inside = any(key.startswith(f"{each}.") for each in known)
        return steps if is_inside else [*steps[: len(head)], (key, span)]
    return steps


def _no_item(error: NoSuchItem) -> Diagnostic:
    (step, span), node = error.step, error.node
    last = len(node.items) - 1
    range_ = f": items go from 0 to {last}" if last >= 0 else ", which is empty"
    labels = (Label(span), Label(node.span, "the list"))
    return Diagnostic("R304", f"`{step}` is no item of this list{range_}", labels)


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
