"""Do what the plan says: train, or continue a run that was interrupted."""

import argparse
import gc
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from recipe.cli.options import add_format_option, add_recipe_options, add_runs_option, request_of
from recipe.cli.render import print_diagnostics
from recipe.compiler.compile import Checked, check_recipe
from recipe.compiler.kept import kept_from_plan
from recipe.compiler.load_plan import load_plan
from recipe.compiler.place import place
from recipe.compiler.read import read
from recipe.compiler.report import Report
from recipe.schemas.codes import EXIT_OK
from recipe.schemas.diagnostics import Diagnostic, Interrupted, RecipeError
from recipe.schemas.plan import RunPlan

if TYPE_CHECKING:
    from recipe.runtime.rundir import RunDirectory


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("file", metavar="FILE", help="a recipe, or a plan that `recipe plan -o` wrote")
    parser.add_argument("--fresh", action="store_true", help="begin anew; what is there is renamed, not deleted")
    parser.add_argument("--accept-changes", action="store_true", help="go on although inputs changed since the plan")
    add_recipe_options(parser)
    add_runs_option(parser)
    add_format_option(parser)


class Job(NamedTuple):
    """What is to be run: its identity, and how to get its plan where it has not begun yet."""

    name: str
    digest: str
    make_plan: Callable[[], RunPlan]
    given: RunPlan | None = None
    """The plan that the user gave, where it was no recipe."""
    checked: Checked | None = None
    """The recipe that the user gave, where it was no plan."""


def main(arguments: argparse.Namespace) -> int:
    """Find the run's directory, make its plan or take it up again, execute it."""
    from recipe.runtime.places import runs_root
    from recipe.runtime.rundir import RunDirectory

    root = runs_root(arguments.runs_dir)
    job = _job(arguments, root)
    run = RunDirectory.of(root, job.name, job.digest)
    if arguments.fresh and run.plan.exists():
        _note(f"the earlier run is kept in {os.path.relpath(run.set_aside())}", arguments)
    if not run.plan.exists():
        return _execute(job.make_plan(), run, arguments, begun=False)
    plan = _take_up(job, run.plan)
    plan = _with_current_inputs(plan, arguments)
    if (result := run.read_result()) is not None:
        from recipe.cli.progress import view_for

        view_for(arguments.format).show_finished(plan, run, result)
        return EXIT_OK
    if job.checked is not None:
        print_diagnostics(kept_from_plan(job.checked, plan), job.checked.document.sources, arguments.format)
    return _execute(plan, run, arguments, begun=True)


def _job(arguments: argparse.Namespace, root: Path) -> Job:
    report = Report()
    if arguments.file.endswith(".json"):
        _refuse_changes(arguments)
        text = read(arguments.file, report).text
        plan = load_plan(text, arguments.file, os.environ)
        return Job(plan.recipe.name, plan.digest, lambda: _with_current_inputs(plan, arguments), plan)
    checked = check_recipe(request_of(arguments, arguments.file), report)
    _refuse_what_nothing_executes(checked)

    def first_plan() -> RunPlan:
        from recipe.cli.make_plan import make_plan

        plan = make_plan(checked, root, report)
        assert isinstance(plan, RunPlan)  # what stands for several runs has been refused
        print_diagnostics(report.sorted(), report.sources, arguments.format)
        return plan

    return Job(checked.recipe.name, checked.digest, first_plan, checked=checked)


def _refuse_what_nothing_executes(checked: Checked) -> None:
    """Raises `RecipeError` (R616) where this version can check and plan a recipe, but not run it."""
    recipe = checked.recipe
    sections = [name for name in ("matrix", "search") if getattr(recipe, name)]
    reasons = {name: f"`{name}` is checked and planned, but nothing executes it yet" for name in sections}
    if not recipe.has_engine:
        reasons["task"] = f"{recipe.word()} recipes are checked and planned, but nothing trains them yet"
    found = (place(Diagnostic("R616", reason, path=(name,)), checked.document) for name, reason in reasons.items())
    if reasons:
        raise RecipeError(*found, sources=checked.document.sources)


def _refuse_changes(arguments: argparse.Namespace) -> None:
    if arguments.set or arguments.profile:
        message = "a written plan is run as it is: `--set` and `--profile` go to `recipe plan`"
        raise RecipeError(Diagnostic("R001", message))


def _take_up(job: Job, file: Path) -> RunPlan:
    """The plan that a run began with. Raises `RecipeError` (R610) where the user gave another one."""
    begun = load_plan(file.read_text(encoding="utf-8"), str(file), os.environ)
    if job.given is not None and job.given.to_json() != begun.to_json():
        message = "this run has begun with another plan"
        raise RecipeError(Diagnostic("R610", message, help=("`--fresh` begins anew with this one",), file=str(file)))
    return begun


def _with_current_inputs(plan: RunPlan, arguments: argparse.Namespace) -> RunPlan:
    """The plan, if its inputs are as they were. Raises `RecipeError` (R610) naming each that is not."""
    from recipe.runtime.execute import family_of

    now = family_of(plan.recipe).fingerprints(plan.recipe)
    changed = [each for each in plan.inputs if now.get(each.name) != each.fingerprint]
    if changed and not arguments.accept_changes:
        help_ = ("`--fresh` begins anew with them as they are", "`--accept-changes` goes on with the plan as it is")
        raise RecipeError(
            *(
                Diagnostic("R610", f"the {each.name} {each.path} has changed since the plan was made", help=help_)
                for each in changed
            )
        )
    inputs = tuple(each.model_copy(update={"fingerprint": now[each.name]}) for each in plan.inputs)
    return plan.model_copy(update={"inputs": inputs})


def _execute(plan: RunPlan, run: "RunDirectory", arguments: argparse.Namespace, begun: bool) -> int:
    from recipe.cli.progress import view_for
    from recipe.runtime.execute import execute

    gc.enable()
    view = view_for(arguments.format)
    run.lock()
    try:
        view.show_plan(plan, run, begun)
        result = execute(plan, run, view)
    except Interrupted as error:
        help_ = (f"`{_command()}` continues from the last checkpoint",)
        raise RecipeError(Diagnostic("R806", error.diagnostics[0].message, help=help_, file=str(run.path))) from error
    finally:
        run.unlock()
    view.show_result(plan, run, result)
    return EXIT_OK


def _command() -> str:
    """The command line that continues this run."""
    return shlex.join(["recipe", *(word for word in sys.argv[1:] if word != "--fresh")])


def _note(text: str, arguments: argparse.Namespace) -> None:
    if arguments.format != "json":
        print(text)
