"""Carry out a plan in its run directory, on this machine."""

import contextlib

from recipe.runtime.failures import told_where_unwritable
from recipe.runtime.family import Family, Outcome
from recipe.runtime.files import remove_unfinished, write_atomically
from recipe.runtime.interruption import Interruption
from recipe.runtime.metrics_table import finite_or_none
from recipe.runtime.recorder import Recorder, View
from recipe.runtime.report.page import LivePage
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.trained import Evaluates, TrainedRun
from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Diagnostic, Interrupted, RecipeError
from recipe.schemas.plan import RunPlan
from recipe.schemas.recipe import Recipe
from recipe.schemas.run import Result, RunState
from recipe.schemas.targets import load_target


def family_of(recipe: Recipe) -> Family:
    """The runtime of the recipe's task."""
    return load_target(type(recipe).target)()  # type: ignore[no-any-return]


def execute(plan: RunPlan, run: RunDirectory, view: View) -> Result:
    """Train to the end, from the last checkpoint where there is one. The directory must be locked by the caller.

    Raises `RecipeError` (R8xx), `Interrupted` among them; `status.json` says then what happened.
    """
    with told_where_unwritable(run.path), Interruption() as interruption:
        remove_unfinished(run.path)
        write_atomically(run.plan, plan.to_json() + "\n")
        family = family_of(plan.recipe)
        recorder = Recorder(plan, run, view, interruption, LivePage(run, family))
        try:
            outcome = family.train(plan, run, recorder)
            _judge(family, outcome, run, recorder)
        except (Interrupted, KeyboardInterrupt):
            _leave(recorder, "interrupted")
            raise
        except RecipeError as error:
            _leave(recorder, "failed", error.diagnostics[0].message)
            raise
        except Exception as error:
            message = plan.redact(f"{type(error).__name__}: {error}")
            _leave(recorder, "failed", message)
            raise RecipeError(Diagnostic("R801", message, help=(f"the log is {run.log}",))) from error
        finally:
            view.end()
        return _finish(plan, run, recorder, outcome)


def _judge(family: Family, outcome: Outcome, run: RunDirectory, recorder: Recorder) -> None:
    """Write down what the best weights are worth, if the family can judge; a run that is killed here does it again."""
    if isinstance(family, Evaluates):
        family.evaluate(TrainedRun(recorder.plan, run, outcome.best), None, run.artifacts, recorder)


def _finish(plan: RunPlan, run: RunDirectory, recorder: Recorder, outcome: Outcome) -> Result:
    recorder.tracking.finish("finished", outcome.metrics)
    epochs: int = plan.recipe.train.epochs  # type: ignore[attr-defined]
    result = Result(
        name=plan.recipe.name,
        digest=plan.digest,
        best_weights=str(outcome.best.relative_to(run.path)),
        last_weights=str(outcome.last.relative_to(run.path)),
        best_epoch=outcome.best_epoch,
        epochs_completed=outcome.epochs_completed,
        stopped_early=outcome.epochs_completed < epochs,
        metrics=FrozenDict(finite_or_none(outcome.metrics)),
        primary_metric=plan.recipe.primary_metric,
        minutes=recorder.minutes,
        device=plan.recipe.hardware.device,
        versions=plan.versions,
        commit=plan.commit,
        tracking=FrozenDict(recorder.tracking.locations()),
        origin=outcome.origin,
    )
    recorder.draw()
    recorder.write_status("finished")  # and the page, before the result: a run that has one is never looked at again
    recorder.show(result)
    run.write(run.result, result)
    return result


def _leave(recorder: Recorder, state: RunState, error: str | None = None) -> None:
    """Where the disk is full, this fails too; what has stopped the run is told all the same."""
    with contextlib.suppress(OSError):
        recorder.write_status(state, error)
        recorder.show()
    with contextlib.suppress(OSError):
        recorder.tracking.finish(state, {})
