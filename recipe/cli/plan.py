"""Show what a run would do: what `auto` became and why, the model, the data, the rates."""

import argparse
import json
import os
from pathlib import Path

from recipe.cli.options import add_format_option, add_recipe_options, add_runs_option, request_of
from recipe.cli.render import print_diagnostics
from recipe.cli.show_augment import check_options, show_augment
from recipe.compiler.compile import check_recipe
from recipe.compiler.load_plan import load_plan
from recipe.compiler.read import read
from recipe.compiler.report import Report
from recipe.schemas.codes import EXIT_OK
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("file", metavar="FILE", help="a recipe, or a plan that was written, to look at it")
    parser.add_argument(
        "-o", "--output", metavar="PLAN.json", help="write the plan, for `recipe run PLAN.json`; or what is shown"
    )
    parser.add_argument("--show", choices=("augment",), help="draw images as training sees them: `-o sheet.png`")
    parser.add_argument("--count", type=int, metavar="N", help="how many training images to show (default: 8)")
    parser.add_argument("--seed", type=int, metavar="N", help="show them as with another seed than the recipe's")
    add_recipe_options(parser)
    add_runs_option(parser)
    add_format_option(parser)


def _check_output(output: str | None) -> None:
    if output and not Path(output).absolute().parent.is_dir():
        raise RecipeError(Diagnostic("R005", f"there is no folder for `{output}`"))


def main(arguments: argparse.Namespace) -> int:
    """Compile the recipe for this machine and show, or write, its plan; or show one that was written."""
    check_options(arguments)
    _check_output(arguments.output)
    if arguments.show:
        return show_augment(arguments)
    from recipe.runtime.files import write_atomically
    from recipe.runtime.places import runs_root

    root, report = runs_root(arguments.runs_dir), Report()
    plan = _written(arguments) if arguments.file.endswith(".json") else _made(arguments, root, report)
    print_diagnostics(report.sorted(), report.sources, arguments.format)
    if arguments.output:
        write_atomically(Path(arguments.output), plan.to_json() + "\n")
    if arguments.format == "json":
        document = {"ok": True, "plan": plan.to_data()}
        document["diagnostics"] = [diagnostic.to_json(report.sources) for diagnostic in report.sorted()]
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return EXIT_OK
    from recipe.cli.show_plan import show_plan

    show_plan(plan, root)
    if arguments.output:
        print(f"wrote {arguments.output}; `recipe run {arguments.output}` does exactly this")
    return EXIT_OK


def _made(arguments: argparse.Namespace, root: Path, report: Report) -> Plan:
    checked = check_recipe(request_of(arguments, arguments.file), report)

    from recipe.cli.make_plan import make_plan

    return make_plan(checked, root, report)


def _written(arguments: argparse.Namespace) -> Plan:
    """A plan as it was written. Raises `RecipeError` (R001) where an option would change it."""
    if arguments.set or arguments.profile or arguments.output:
        raise RecipeError(Diagnostic("R001", "a written plan is shown as it is: options that change it go to a recipe"))
    return load_plan(read(arguments.file, Report()).text, arguments.file, os.environ)
