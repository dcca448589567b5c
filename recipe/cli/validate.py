"""Find every mistake in recipes, with its line, without running anything."""

import argparse
import json
import sys

from recipe.cli.options import add_format_option, add_recipe_options, request_of
from recipe.cli.outcome import Outcome, check_file
from recipe.cli.recipe_files import recipe_files
from recipe.cli.render import VALIDATE_FORMATS, print_diagnostics, print_document
from recipe.schemas.codes import EXIT_OK, exit_code


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    help_ = "recipes to check; of a folder, every *.yaml and *.yml below it"
    parser.add_argument("files", nargs="+", metavar="FILE", help=help_)
    parser.add_argument(
        "--fix", action="store_true", help="first correct, in the files, what can only be meant one way"
    )
    add_recipe_options(parser)
    add_format_option(parser, VALIDATE_FORMATS)


def main(arguments: argparse.Namespace) -> int:
    """Check each file; the gravest exit code of all."""
    outcomes, explained = [], set[str]()
    for file in recipe_files(arguments.files):
        outcome = _outcome(file, arguments)
        if arguments.format in ("full", "concise"):
            _print(outcome, arguments.format, explained)
        outcomes.append(outcome)
    _finish(outcomes, arguments)
    codes = [code for outcome in outcomes for code in outcome.errors]
    return exit_code(codes) if codes else EXIT_OK


def _outcome(file: str, arguments: argparse.Namespace) -> Outcome:
    request = request_of(arguments, file)
    if not arguments.fix:
        return check_file(request)
    from recipe.cli.fix import fix_file

    return fix_file(request)


def _print(outcome: Outcome, format_: str, explained: set[str]) -> None:
    for fixed in outcome.fixed or ():
        print(f"{outcome.file}:{fixed.line}: fixed: {fixed.title}")
    print_diagnostics(outcome.diagnostics, outcome.sources, format_, explained)
    if outcome.checked is not None:
        recipe, digest = outcome.checked.recipe, outcome.checked.digest
        print(f"{outcome.file}: valid {recipe.word()} recipe `{recipe.name}` ({digest[:12]})")


def _finish(outcomes: list[Outcome], arguments: argparse.Namespace) -> None:
    """The document of a format that has one; for people, the sum."""
    if arguments.format in ("github", "sarif"):
        print_document(outcomes, arguments.format)
    elif arguments.format == "json":
        is_one = len(outcomes) == 1 and outcomes[0].file in arguments.files
        found = [outcome.to_json() for outcome in outcomes]
        print(json.dumps(found[0] if is_one else found, indent=2))
    else:
        _sum_up(outcomes, arguments.fix)


def _sum_up(outcomes: list[Outcome], has_fixed: bool) -> None:
    fixable = sum(1 for outcome in outcomes for _ in outcome.safe_fixes())
    if fixable and not has_fixed:
        print(f"{fixable} can be corrected by --fix", file=sys.stderr)
    invalid = sum(bool(outcome.errors) for outcome in outcomes)
    if len(outcomes) > 1:
        print(f"{invalid} of {len(outcomes)} recipes invalid" if invalid else f"{len(outcomes)} recipes valid")
