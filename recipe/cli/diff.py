"""Compare two recipes or plans by consequence: each change with its class, and what must train again.

The exit code is 0 whenever they could be compared, whether they differ or not.
"""

import argparse
import json
import os
from typing import Any, NamedTuple

from pydantic import JsonValue

from recipe.cli.formats.text import escape
from recipe.cli.options import add_format_option, add_recipe_options, request_of
from recipe.cli.paint import paint
from recipe.cli.where import where
from recipe.compiler.compile import Checked, Request, check_recipe
from recipe.compiler.diff import Change, Side, compare, consequence
from recipe.compiler.load_plan import load_plan
from recipe.compiler.nodes import Document, Path, locate
from recipe.compiler.one_line import one_line
from recipe.compiler.read import read
from recipe.compiler.report import Report
from recipe.schemas.base import AUTO, FrozenDict, leaves
from recipe.schemas.codes import EXIT_OK
from recipe.schemas.component import with_values
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import MatrixPlan, Plan, RunPlan, SearchPlan, with_templates
from recipe.schemas.recipe import Recipe

_CLASSES = {
    "runs": "which runs there are",
    "identity": "another result",
    "input": "what the plans rest on",
    "performance": "the same result at another speed",
    "cosmetic": "the same result",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("old", metavar="A", help="a recipe, or a plan that `recipe plan -o` wrote")
    parser.add_argument("new", nargs="?", metavar="B", help="the other one (default: A again)")
    add_recipe_options(parser)
    parser.add_argument("--profile-b", action="append", default=[], metavar="NAME", help="lay a profile on B only")
    parser.add_argument("--set-b", action="append", default=[], metavar="PATH=VALUE", help="set one value of B only")
    add_format_option(parser)


class _Loaded(NamedTuple):
    """One of the two, with what is needed to tell places."""

    name: str
    side: Side
    document: Document | None


def main(arguments: argparse.Namespace) -> int:
    """Print each change, and what follows from all of them."""
    old, new = _both(arguments)
    changes = compare(old.side, new.side)
    follows = consequence(old.side, new.side)
    if arguments.format == "json":
        said = [_json(change, old, new) for change in changes]
        print(json.dumps({"ok": True, "changes": said, **follows._asdict()}, indent=2, ensure_ascii=False))
        return EXIT_OK
    print(paint(f"- {old.name}\n+ {new.name}", "bold"))
    for impact, meaning in _CLASSES.items():
        if found := [change for change in changes if change.impact == impact]:
            print(f"\n{paint(impact, 'bold')}: {meaning}")
            print("\n".join(line for change in found for line in _lines(change, old, new)))
    print(f"\n{paint(follows.text, 'bold')}" if changes else f"\nno difference: {follows.text}")
    return EXIT_OK


def _both(arguments: argparse.Namespace) -> tuple[_Loaded, _Loaded]:
    first = request_of(arguments, arguments.old)
    also = (arguments.profile_b, arguments.set_b)
    second = first._replace(
        file=arguments.new or arguments.old, profiles=(*first.profiles, *also[0]), sets=(*first.sets, *also[1])
    )
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


def _of_recipe(request: Request, checked: Checked, is_with_plan: bool) -> _Loaded:
    name = " ".join([request.file, *(f"--profile {each}" for each in request.profiles)])
    name = " ".join([name, *(f"--set {each}" for each in request.sets)])
    runs = {(checked.recipe.name, member.digest): member.values for member in checked.members}
    recipe = checked.recipe if is_with_plan else _relative(checked.recipe, os.path.dirname(request.file) or ".")  # noqa: PTH120
    return _Loaded(name, Side(with_templates(recipe, checked.secrets), runs), checked.document)


def _relative(recipe: Recipe, folder: str) -> Recipe:
    """The recipe with its paths as identity takes them: relative to the recipe."""
    values = {leaf.path: os.path.relpath(leaf.value, folder) for leaf in leaves(recipe) if leaf.is_path}
    return with_values(recipe, values) if values else recipe


def _of_plan(request: Request, plan: Plan, is_with_plan: bool) -> _Loaded:
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
    return _Loaded(request.file, Side(with_templates(recipe, first.secrets), runs, only), None)


def _matrix_of(plan: MatrixPlan) -> FrozenDict[str, tuple[JsonValue, ...]]:
    """The matrix that a plan was made from."""
    found: dict[str, list[JsonValue]] = {}
    for member in plan.members:
        for path, value in member.values.items():
            found.setdefault(path, []).extend([] if value in found.get(path, []) else [value])
    return FrozenDict({path: tuple(values) for path, values in found.items()})


def _as_asked(plan: RunPlan) -> Recipe:
    steps = (answer.path.split(".") for answer in plan.answers)
    return with_values(plan.recipe, {tuple(int(s) if s.isdigit() else s for s in path): AUTO for path in steps})


def _lines(change: Change, old: _Loaded, new: _Loaded) -> list[str]:
    rows = [("-", change.old, _place(old, change.path), "red"), ("+", change.new, _place(new, change.path), "green")]
    shown = [(sign, escape(one_line(value)), place, tone) for sign, value, place, tone in rows]
    width = min(max(len(text) for _, text, _, _ in shown), 48)
    lines = [f"  {'.'.join(map(str, change.path))}"]
    for sign, text, place, tone in shown:
        lines.append(f"{paint(f'    {sign} {text}', tone)}{' ' * max(width - len(text), 0)}  {paint(place, 'dim')}")
    return lines


def _json(change: Change, old: _Loaded, new: _Loaded) -> dict[str, Any]:
    path = ".".join(map(str, change.path))
    places = {"old_place": _place(old, change.path), "new_place": _place(new, change.path)}
    return {**change._asdict(), "path": path, **places}


def _place(loaded: _Loaded, path: Path) -> str:
    """`file:line:column` of what a side says at a path; `default` where it says nothing."""
    if loaded.document is None:
        return loaded.name
    node, _, missing = locate(loaded.document.root, path)
    if missing:
        return "default"
    return where(node.span, loaded.document.sources)
