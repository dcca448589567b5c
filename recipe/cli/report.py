"""Write the page of a run anew, from what is in its folder; it may be running elsewhere, or have been killed."""

import argparse
import json
import os
from pathlib import Path

from recipe.cli.options import add_format_option, add_runs_option
from recipe.cli.run_argument import add_run_argument, find_run, plan_of
from recipe.schemas.codes import EXIT_OK
from recipe.schemas.diagnostics import Diagnostic, RecipeError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_run_argument(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write it (default: `report.html` in the run)")
    add_runs_option(parser)
    add_format_option(parser)


def main(arguments: argparse.Namespace) -> int:
    """Find the run, write its page, say where it is."""
    from recipe.runtime.execute import family_of
    from recipe.runtime.places import runs_root
    from recipe.runtime.report.page import write_page

    run = find_run(arguments.run, runs_root(arguments.runs_dir))
    plan = plan_of(run)
    page = _place(arguments.output) or run.report
    write_page(plan, run, family_of(plan.recipe), page, run.read_result())
    if arguments.format == "json":
        print(json.dumps({"ok": True, "run": str(run.path), "report": str(page)}, indent=2, ensure_ascii=False))
    else:
        print(f"wrote {os.path.relpath(page)}")
    return EXIT_OK


def _place(output: str | None) -> Path | None:
    """Raises `RecipeError` (R005) where no file can be written there."""
    if output is None:
        return None
    page = Path(output).absolute()
    if page.is_dir() or not page.parent.is_dir():
        reason = "is a folder" if page.is_dir() else "is in no folder"
        raise RecipeError(Diagnostic("R005", f"the page cannot be written: `{output}` {reason}"))
    return page
