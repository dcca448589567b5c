"""Print diagnostics in the format that was asked for."""

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from recipe.schemas.diagnostics import Diagnostic, RecipeError, Source

FORMATS = ("full", "concise", "json")
"""The formats of every verb that reads a recipe."""
VALIDATE_FORMATS = (*FORMATS, "github", "sarif")
"""`validate` has two more, for the programs that read nothing but findings."""


def print_diagnostics(
    diagnostics: Sequence[Diagnostic], sources: Sequence[Source], format_: str, explained: set[str] | None = None
) -> None:
    """Print diagnostics for people on stderr; the other formats print nothing here, their verbs write a document.

    `explained` holds the codes whose explanation the command has named; it is added to.
    """
    if format_ not in ("full", "concise"):
        return
    if not diagnostics:  # a valid recipe does without the module
        return
    from recipe.cli.formats.text import concise, full

    explained = set() if explained is None else explained
    for diagnostic in diagnostics:
        if format_ == "concise":
            print(concise(diagnostic, sources), file=sys.stderr)
            continue
        more = "" if diagnostic.code in explained else f"more: recipe explain {diagnostic.code}"
        explained.add(diagnostic.code)
        print(full(diagnostic, sources, _wants_colour(), more), file=sys.stderr)
    errors = sum(diagnostic.severity == "error" for diagnostic in diagnostics)
    if errors > 1:
        print(f"{errors} errors", file=sys.stderr)


def print_failure(error: RecipeError, words: list[str]) -> None:
    """Print what ended a command, in the format that its words ask for even where they could not be parsed."""
    format_ = _format_in(words)
    if format_ == "json":
        print(json.dumps(failure_json(error), indent=2))
    elif format_ in ("github", "sarif"):
        from recipe.cli.outcome import Outcome

        print_document([Outcome(None, error.diagnostics, error.sources)], format_)
    else:
        print_diagnostics(error.diagnostics, error.sources, format_, set())


def print_document(outcomes: Sequence[Any], format_: str) -> None:
    """Print all outcomes as one `github` or `sarif` document on stdout."""
    if format_ == "github":
        from recipe.cli.formats.github import commands

        for command in commands(outcomes):
            print(command)
    else:
        from recipe.cli.formats.sarif import document

        print(json.dumps(document(outcomes), indent=2))


def failure_json(error: RecipeError) -> dict[str, Any]:
    """The JSON document of a command, or of one file, that failed."""
    return {"ok": False, "diagnostics": [diagnostic.to_json(error.sources) for diagnostic in error.diagnostics]}


def _wants_colour() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def _format_in(words: list[str]) -> str:
    """The format that a command line asks for, where its verb has it."""
    known = VALIDATE_FORMATS if words[:1] == ["validate"] else FORMATS
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name == "--format":
            asked = value if equals else "".join(words[index + 1 : index + 2])
            return asked if asked in known else "full"
    return "full"
