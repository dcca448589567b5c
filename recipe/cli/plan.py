"""Show what a run would do: what `auto` became and why, the model, the data, the rates."""

import argparse
import json
from pathlib import Path

from recipe.cli.options import add_format_option, add_recipe_options, add_runs_option, request_of
from recipe.cli.render import print_diagnostics
from recipe.compiler.compile import check_recipe
from recipe.compiler.report import Report
from recipe.schemas.codes import EXIT_OK
from recipe.schemas.diagnostics import Diagnostic, RecipeError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("file", metavar="FILE", help="recipe to plan")
    parser.add_argument("-o", "--output", metavar="PLAN.json", help="write the plan, for `recipe run PLAN.json`")
    add_recipe_options(parser)
    add_runs_option(parser)
    add_format_option(parser)


def _check_output(output: str | None) -> None:
    if output and not Path(output).absolute().parent.is_dir():
        raise RecipeError(Diagnostic("R005", f"there is no folder for `{output}`"))


def main(arguments: argparse.Namespace) -> int:
    """Compile the recipe for this machine and show, or write, its plan."""
    _check_output(arguments.output)
    report = Report()
    checked = check_recipe(request_of(arguments, arguments.file), report)

    from recipe.cli.make_plan import make_plan
    from recipe.runtime.files import write_atomically
    from recipe.runtime.places import runs_root

    plan = make_plan(checked, runs_root(arguments.runs_dir), report)
    print_diagnostics(report.sorted(), report.sources, arguments.format)
    if arguments.output:
        write_atomically(Path(arguments.output), plan.to_json() + "\n")
    if arguments.format == "json":
        document = {"ok": True, "plan": json.loads(plan.to_json())}
        document["diagnostics"] = [diagnostic.to_json(report.sources) for diagnostic in report.sorted()]
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return EXIT_OK
    from recipe.cli.show_plan import show_plan

    show_plan(plan)
    if arguments.output:
        print(f"wrote {arguments.output}; `recipe run {arguments.output}` does exactly this")
    return EXIT_OK
