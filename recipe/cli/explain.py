"""Explain what a diagnostic means, with a bad and a good recipe, and what to do about it."""

import argparse
import json
import os
import re
import sys
from typing import Any

from recipe.schemas.codes import CODES, EXIT_OK
from recipe.schemas.diagnostics import Diagnostic, RecipeError, did_you_mean
from recipe.schemas.explain import Example, Page, read_page

_FENCE = re.compile(r"```(?P<kind>\w+)(?: file=(?P<name>\S+))?")
_BOLD, _RESET = "\x1b[1m", "\x1b[0m"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("codes", nargs="*", metavar="CODE", help="a code or its name: R402, unknown-key")
    parser.add_argument("--all", action="store_true", help="explain every code")
    parser.add_argument("--format", choices=("full", "json"), default="full", help="how to print (default: full)")


def main(arguments: argparse.Namespace) -> int:
    """Print the pages that are asked for, each once."""
    if not arguments.codes and not arguments.all:
        message = "say which codes to explain"
        raise RecipeError(Diagnostic("R001", message, help=("`recipe explain R402`, or `recipe explain --all`",)))
    codes = list(CODES) if arguments.all else list(dict.fromkeys(map(_code_of, arguments.codes)))
    pages = [read_page(code) for code in codes]
    if arguments.format == "json":
        print(json.dumps({"ok": True, "codes": [_as_json(page) for page in pages]}, indent=2, ensure_ascii=False))
    else:
        print("\n\n\n".join(_as_text(page) for page in pages))
    return EXIT_OK


def _code_of(word: str) -> str:
    """The code that a word means, written in any case or called by its name."""
    by_name = {meaning.name: code for code, meaning in CODES.items()}
    code = by_name.get(word.lower(), word.upper())
    if code not in CODES:
        guesses = did_you_mean(word, [*CODES, *by_name])
        raise RecipeError(Diagnostic("R001", f"there is no code `{word}`", candidates=guesses))
    return code


def _as_json(page: Page) -> dict[str, Any]:
    known = {"code": page.code, **CODES[page.code]._asdict()}
    examples = {"bad": _example_json(page.bad), "good": _example_json(page.good)}
    return {**known, "meaning": page.meaning, **examples, "advice": page.advice}


def _example_json(example: Example) -> dict[str, Any]:
    return {
        "markdown": example.markdown,
        "files": {file.name: file.text for file in example.files},
        "commands": list(example.commands),
    }


def _as_text(page: Page) -> str:
    name, summary, severity = CODES[page.code]
    parts = [
        _bold(f"{severity}[{page.code}] {name}: {summary}"),
        page.meaning,
        _bold("Bad"),
        _without_fences(page.bad.markdown),
        _bold("Good"),
        _without_fences(page.good.markdown),
        _bold("What to do"),
        page.advice,
    ]
    return "\n\n".join(parts)


def _without_fences(markdown: str) -> str:
    """The same text with code blocks indented, each under the name of its file, and commands behind a `$`."""
    lines, margin = [], ""
    for line in markdown.splitlines():
        if opening := _FENCE.fullmatch(line):
            margin = "    $ " if opening["kind"] == "sh" else "    "
            lines += [f"  {opening['name']}:"] if opening["name"] else []
        elif line == "```":
            margin = ""
        else:
            lines.append(f"{margin}{line}".rstrip())
    return "\n".join(lines)


def _bold(text: str) -> str:
    return f"{_BOLD}{text}{_RESET}" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text
