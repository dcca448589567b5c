"""Find every mistake in recipes, with its line, without running anything."""

import argparse
import json
from dataclasses import replace
from typing import Any

from recipe.cli.options import add_format_option, add_recipe_options, request_of
from recipe.cli.render import failure_json, print_diagnostics
from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.compose import profile_names
from recipe.compiler.report import Report
from recipe.schemas.codes import EXIT_OK, exit_code
from recipe.schemas.diagnostics import RecipeError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="recipes to check")
    add_recipe_options(parser)
    add_format_option(parser)


def main(arguments: argparse.Namespace) -> int:
    """Check each file; the gravest exit code of all."""
    outcomes = [_validate(file, arguments) for file in arguments.files]
    if arguments.format == "json":
        print(json.dumps(outcomes[0][1] if len(outcomes) == 1 else [document for _, document in outcomes], indent=2))
    return next((code for code, _ in outcomes if code != EXIT_OK), EXIT_OK)


def _validate(file: str, arguments: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    report = Report()
    try:
        checked = check_recipe(request_of(arguments, file), report)
        _check_other_profiles(request_of(arguments, file))
    except RecipeError as error:
        print_diagnostics(error.diagnostics, error.sources, arguments.format)
        document = {"file": file, **failure_json(error)}
        return exit_code([d.code for d in error.diagnostics if d.severity == "error"]), document
    print_diagnostics(checked.warnings, report.sources, arguments.format)
    if arguments.format != "json":
        print(f"{file}: valid {checked.recipe.word()} recipe `{checked.recipe.name}` ({checked.digest[:12]})")
    warnings = [warning.to_json(report.sources) for warning in checked.warnings]
    document = {
        "file": file,
        "ok": True,
        "digest": checked.digest,
        "task": checked.recipe.word(),
        "diagnostics": warnings,
    }
    return EXIT_OK, document


def _check_other_profiles(request: Request) -> None:
    """A mistake in a profile is one of the file, also where the profile is not asked for."""
    if request.profiles:
        return
    for name in profile_names(request.file):
        try:
            check_recipe(request._replace(profiles=(name,)), Report())
        except RecipeError as error:
            note = f"in the profile `{name}`"
            told = (replace(diagnostic, help=(*diagnostic.help, note)) for diagnostic in error.diagnostics)
            raise RecipeError(*told, sources=error.sources) from None
