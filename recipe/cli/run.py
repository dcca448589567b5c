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
from recipe.cli.stale import refuse_drift, refuse_other_machine
from recipe.compiler.compile import Checked, check_recipe
from recipe.compiler.kept import kept_from_plan
from recipe.compiler.load_plan import load_plan
from recipe.compiler.read import read
from recipe.compiler.report import Report
from recipe.compiler.stale import is_same_work
from recipe.schemas.codes import exit_code
from recipe.schemas.diagnostics import Diagnostic, Interrupted, Label, RecipeError
from recipe.schemas.plan import RunPlan

if TYPE_CHECKING:
    from recipe.runtime.rundir import RunDirectory
    from recipe.schemas.run import Result


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
    run.refuse_if_in_use()
    if arguments.fresh or not run.plan.exists():
        return _begin(job, run, arguments)
    return _go_on(job, run, arguments)


def _begin(job: Job, run: "RunDirectory", arguments: argparse.Namespace) -> int:
    plan = job.make_plan()
    if run.plan.exists():
        _note(f"the earlier run is kept in {os.path.relpath(run.set_aside())}", arguments)
    return _execute(job, plan, run, arguments, begun=False)


def _go_on(job: Job, run: "RunDirectory", arguments: argparse.Namespace) -> int:
    """Continue a run, or say that it is finished."""
    begun = _take_up(job, run.plan)
    plan = refuse_drift(begun, arguments, "`--fresh` begins anew with things as they are")
    if (result := run.read_result()) is not None:
        from recipe.cli.progress import view_for

        if plan is not begun:
            run.keep_plan(plan)
        missed = _missed_gates(job, plan, result)
        view_for(arguments.format).show_finished(plan, run, result, missed)
        return exit_code([gate.code for gate in missed])
    refuse_other_machine(plan)
    if job.checked is not None:
        print_diagnostics(kept_from_plan(job.checked, plan), job.checked.document.sources, arguments.format)
    return _execute(job, plan, run, arguments, begun=True)


def _job_of_plan(arguments: argparse.Namespace) -> Job:
    plan = load_plan(read(arguments.file, Report()).text, arguments.file, os.environ)
    if not isinstance(plan, RunPlan):
        message = "the plan of a matrix or of a search can be looked at, but not run yet"
        raise RecipeError(Diagnostic("R616", message, file=arguments.file))

    def first_plan() -> RunPlan:
        current = refuse_drift(plan, arguments, "`recipe plan FILE -o plan.json` makes the plan anew")
        refuse_other_machine(current)
        return current

    return Job(plan.recipe.name, plan.digest, first_plan, plan)


def _job(arguments: argparse.Namespace, root: Path) -> Job:
    report = Report()
    if arguments.file.endswith(".json"):
        _refuse_changes(arguments)
        return _job_of_plan(arguments)
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
    root = checked.document.root
    labels = {name: (Label(root.entries[name].key_span),) for name in reasons}
    found = (Diagnostic("R616", reason, labels[name], path=(name,)) for name, reason in reasons.items())
    if reasons:
        raise RecipeError(*found, sources=checked.document.sources)


def _refuse_changes(arguments: argparse.Namespace) -> None:
    if arguments.set or arguments.profile:
        message = "a written plan is run as it is: `--set` and `--profile` go to `recipe plan`"
        raise RecipeError(Diagnostic("R001", message))


def _take_up(job: Job, file: Path) -> RunPlan:
    """The plan that a run began with. Raises `RecipeError` (R610) where the user gave another one."""
    begun = load_plan(file.read_text(encoding="utf-8"), str(file), os.environ)
    assert isinstance(begun, RunPlan)  # what stands for several runs has no directory of its own
    if job.given is not None and not is_same_work(job.given, begun):
        message = "this run has begun with another plan"
        raise RecipeError(Diagnostic("R610", message, help=("`--fresh` begins anew with this one",), file=str(file)))
    return begun


def _missed_gates(job: Job, plan: RunPlan, result: "Result") -> tuple[Diagnostic, ...]:
    """The gates that a result does not pass: those that the recipe has now, or those of the plan that was given."""
    from recipe.runtime.gates import missed_gates

    recipe = plan.recipe if job.checked is None else job.checked.recipe
    return missed_gates(recipe.gates, result)


def _execute(job: Job, plan: RunPlan, run: "RunDirectory", arguments: argparse.Namespace, begun: bool) -> int:
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
    missed = _missed_gates(job, plan, result)
    view.show_result(plan, run, result, missed)
    return exit_code([gate.code for gate in missed])


def _command() -> str:
    """The command line that continues this run."""
    return shlex.join(["recipe", *(word for word in sys.argv[1:] if word != "--fresh")])


def _note(text: str, arguments: argparse.Namespace) -> None:
    if arguments.format != "json":
        print(text)
