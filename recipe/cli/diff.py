"""Compare two recipes or plans by consequence: each change with its class, and what must train again.

The exit code is 0 whenever they could be compared, whether they differ or not.
"""

import argparse
import json
from typing import Any

from recipe.cli.formats.text import escape
from recipe.cli.options import add_format_option, add_recipe_options, request_of
from recipe.cli.paint import paint
from recipe.cli.sides import Loaded, load_both
from recipe.cli.where import where
from recipe.compiler.compile import Request
from recipe.compiler.diff import Change, compare, consequence
from recipe.compiler.nodes import Path, locate
from recipe.compiler.one_line import one_line
from recipe.schemas.codes import EXIT_OK

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


def main(arguments: argparse.Namespace) -> int:
    """Print each change, and what follows from all of them."""
    old, new = load_both(*_requests(arguments))
    changes = compare(old.side, new.side)
    follows = consequence(old.side, new.side)
    if arguments.format == "json":
        said = [_json(change, old, new) for change in changes]
        print(json.dumps({"ok": True, "changes": said, **follows._asdict()}, indent=2, ensure_ascii=False))
        return EXIT_OK
    print(paint(f"- {escape(old.name)}\n+ {escape(new.name)}", "bold"))
    for impact, meaning in _CLASSES.items():
        if found := [change for change in changes if change.impact == impact]:
            print(f"\n{paint(impact, 'bold')}: {meaning}")
            print("\n".join(line for change in found for line in _lines(change, old, new)))
    print(f"\n{paint(follows.text, 'bold')}" if changes else f"\nno difference: {follows.text}")
    return EXIT_OK


def _requests(arguments: argparse.Namespace) -> tuple[Request, Request]:
    """What is asked of A and of B."""
    first = request_of(arguments, arguments.old)
    profiles, sets = (*first.profiles, *arguments.profile_b), (*first.sets, *arguments.set_b)
    return first, first._replace(file=arguments.new or arguments.old, profiles=profiles, sets=sets)


def _lines(change: Change, old: Loaded, new: Loaded) -> list[str]:
    rows = [("-", change.old, _place(old, change.path), "red"), ("+", change.new, _place(new, change.path), "green")]
    shown = [(sign, escape(one_line(value)), place, tone) for sign, value, place, tone in rows]
    width = min(max(len(text) for _, text, _, _ in shown), 48)
    lines = [escape(f"  {'.'.join(map(str, change.path))}")]
    for sign, text, place, tone in shown:
        lines.append(f"{paint(f'    {sign} {text}', tone)}{' ' * max(width - len(text), 0)}  {paint(place, 'dim')}")
    return lines


def _json(change: Change, old: Loaded, new: Loaded) -> dict[str, Any]:
    path = ".".join(map(str, change.path))
    places = {"old_place": _place(old, change.path), "new_place": _place(new, change.path)}
    return {**change._asdict(), "path": path, **places}


def _place(loaded: Loaded, path: Path) -> str:
    """`file:line:column` of what a side says at a path; `default` where it says nothing."""
    if loaded.document is None:
        return loaded.name
    node, _, missing = locate(loaded.document.root, path)
    if missing:
        return "default"
    return where(node.span, loaded.document.sources)
