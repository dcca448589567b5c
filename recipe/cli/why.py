"""Say why a setting has its value: each layer that had a say, with its place, the winner first."""

import argparse
import json
from typing import Any

from recipe.cli.formats.text import escape
from recipe.cli.options import add_format_option, add_recipe_options, add_runs_option, request_of
from recipe.cli.paint import paint
from recipe.cli.where import name_of, where
from recipe.compiler.compile import Checked, check_recipe
from recipe.compiler.compose import compose
from recipe.compiler.find import Found, find
from recipe.compiler.history import History, Say
from recipe.compiler.nodes import Path, plain_data
from recipe.compiler.one_line import one_line
from recipe.compiler.report import Report
from recipe.compiler.resolve import resolve
from recipe.compiler.why import Layers, Why, leaves_below, why
from recipe.schemas.base import leaves as leaves_of
from recipe.schemas.codes import EXIT_OK
from recipe.schemas.diagnostics import RecipeError, Source
from recipe.schemas.plan import Answer

_LONGEST_TEXT = 44
_CONSEQUENCE = {
    "identity": "another value is another run",
    "performance": "another value is the same run at another speed",
    "cosmetic": "another value is the same run",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("file", metavar="FILE", help="a recipe")
    parser.add_argument("path", nargs="?", metavar="PATH", help="a setting (optimizer.lr) or a section; default: all")
    add_recipe_options(parser)
    add_runs_option(parser)
    add_format_option(parser)


def main(arguments: argparse.Namespace) -> int:
    """Explain one setting, or every setting of a section in a table."""
    request = request_of(arguments, arguments.file)
    report = Report()
    checked = check_recipe(request, report)
    root = compose(request.file, request.profiles, request.sets, report)
    found = _found(checked, root, arguments.path, report)
    leaves = list(leaves_below(found))
    is_open = not {leaf.path for leaf in leaves}.isdisjoint(_open_paths(checked))
    answers, unanswered = _answers(checked, arguments) if is_open else ({}, "")
    history = History(root, report.sources, request.environment)
    data = checked.recipe.model_dump(mode="json")
    layers = Layers(checked.recipe, data, history, answers, unanswered, checked.secrets)
    is_one = len(leaves) == 1 and leaves[0] == found
    explained = [why(leaf, layers) for leaf in leaves]
    if arguments.format == "json":
        said = [_json(each, report.sources) for each in explained]
        print(json.dumps({"ok": True, **(said[0] if is_one else {"settings": said})}, indent=2, ensure_ascii=False))
    elif is_one:
        print("\n".join(_one(explained[0], report.sources)))
    else:
        print("\n".join(_table(explained, report.sources)))
    return EXIT_OK


def _found(checked: Checked, root: Any, path: str | None, report: Report) -> Found:
    """What PATH names; variables are no part of the recipe any more, but have their history too."""
    if path is None:
        return Found((), checked.recipe)
    if path == "vars" or path.startswith("vars."):
        return find({"vars": plain_data(root).get("vars", {})}, path, report)
    return find(checked.recipe, path, report)


def _open_paths(checked: Checked) -> set[Path]:
    """What the compiler is to answer."""
    return {leaf.path for leaf in leaves_of(checked.recipe) if leaf.is_open}


def _answers(checked: Checked, arguments: argparse.Namespace) -> tuple[dict[str, Answer], str]:
    """What `auto` becomes on this machine, or why that cannot be told."""
    from recipe.cli.facts import gather_facts
    from recipe.runtime.places import runs_root

    try:
        facts = gather_facts(checked.base, runs_root(arguments.runs_dir))
    except RecipeError as error:
        return {}, error.diagnostics[0].message
    return {answer.path: answer for answer in resolve(checked.recipe, facts).answers}, ""


def _json(each: Why, sources: list[Source]) -> dict[str, Any]:
    says = [{**say._asdict(), "span": None, **_place_json(say, sources)} for say in each.says]
    for say in says:
        del say["span"]
    return {**each._asdict(), "says": says}


def _place_json(say: Say, sources: list[Source]) -> dict[str, Any]:
    if say.span is None:
        return {"file": None, "line": None, "column": None}
    source = sources[say.span.source]
    line, column = source.position(say.span.start)
    return {"file": name_of(source), "line": line, "column": column}


def _one(each: Why, sources: list[Source]) -> list[str]:
    lines = [paint(escape(f"{each.path} = {_value(each)}"), "bold"), ""]
    if each.doc:
        usual = f"; usual: {each.usual[0]:g} to {each.usual[1]:g}" if each.usual else ""
        lines += [f"  {each.doc}", f"  {each.impact}: {_CONSEQUENCE[each.impact]}{usual}", ""]
    rows = [(_layer(say), _short(say.text), _rest(say, sources)) for say in each.says]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for index, (layer, text, rest) in enumerate(rows):
        marker = "▸" if index == 0 else " "
        line = f"{marker} {layer:{widths[0]}}  {text:{widths[1]}}  {rest}".rstrip()
        lines.append(line if index == 0 else paint(line, "dim"))
    return lines


def _table(explained: list[Why], sources: list[Source]) -> list[str]:
    """A line a setting: path, value, the layer that decided it and where."""
    rows = [
        (escape(each.path), _short(_value(each)), _layer(said), _place(said, sources))
        for each in explained
        for said in [next((say for say in each.says if say.layer != "auto"), Say("default", ""))]
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1, 2)]
    lines = []
    for path, value, layer, place in rows:
        line = f"{path:{widths[0]}}  {value:{widths[1]}}  {layer:{widths[2]}}  {place}".rstrip()
        lines.append(paint(line, "dim") if layer == "default" else line)
    return lines


def _rest(say: Say, sources: list[Source]) -> str:
    lost = f"(`{say.lost_with}` was replaced as a whole)" if say.lost_with else ""
    return " ".join(filter(None, [_place(say, sources), say.note, lost]))


def _value(each: Why) -> str:
    if each.says and each.says[0].layer in ("matrix", "search"):
        return f"varied by {each.says[0].layer}: {each.says[0].text}"
    return one_line(each.value) if each.answer is None else f"{one_line(each.value)} → {one_line(each.answer)}"


def _layer(say: Say) -> str:
    layer = f"profile {escape(say.profile)}" if say.profile else say.layer
    return f"  ↳ {escape(say.via)}: {layer}" if say.via else layer


def _short(text: str) -> str:
    text = escape(text)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _place(say: Say, sources: list[Source]) -> str:
    """Empty for what the command line says: its text is told already."""
    if say.span is None or say.layer == "set":
        return ""
    return where(say.span, sources)
