"""What a matrix and a search stand for, as parts of a plan."""

from collections.abc import Iterator
from pathlib import Path

from recipe.cli.plan_parts import Part, component, value
from recipe.schemas.plan import MatrixPlan, RunPlan, SearchPlan

_MOST_MEMBERS = 24


def parts_of_matrix(plan: MatrixPlan, runs_root: Path | None) -> Iterator[Part]:
    """A row a run: its values, its directory, how far it is."""
    paths = list(plan.members[0].values)
    yield Part("matrix", tuple((path, _listed(plan, path)) for path in paths))
    rows = [
        (*(value(member.values[path]) for path in paths), member.plan.digest[:12], _state(member.plan, runs_root))
        for member in plan.members
    ]
    head = (*(path.rpartition(".")[2] for path in paths), "run", "")
    more = len(rows) - _MOST_MEMBERS
    left = [("…", f"{more} more runs")] if more > 0 else []
    yield Part("runs", (head, *rows[:_MOST_MEMBERS], *left))


def _listed(plan: MatrixPlan, path: str) -> str:
    return ", ".join(dict.fromkeys(value(member.values[path]) for member in plan.members))


def _state(plan: RunPlan, runs_root: Path | None) -> str:
    """How far a run is, from its directory."""
    from recipe.cli.show_result import figure
    from recipe.runtime.rundir import RunDirectory
    from recipe.schemas.run import reached

    if runs_root is None:
        return ""
    run = RunDirectory.of(runs_root, plan.recipe.name, plan.digest)
    if (result := run.read_result()) is not None:
        name, value = reached(result)
        return f"finished, {name} {figure(value, '.4g')}"
    status = run.read_status()
    return f"{status.epochs_done} of {status.epochs_total} epochs" if status else "not begun"


def parts_of_search(plan: SearchPlan) -> Iterator[Part]:
    """What is tried, how, and for what."""
    search = plan.base.shown().search
    assert search is not None
    yield Part("space", tuple((path, component(distribution)) for path, distribution in search.space.items()))
    yield Part("objective", ((f"{search.objective.direction} {search.objective.metric}",),))
    trials = f"{search.trials} trials of {search.epochs} epochs, {search.n_jobs} at a time, by {search.engine}"
    yield Part("trials", ((trials,),))
    yield Part("sampler", ((component(search.sampler),),))
    yield Part("pruner", ((component(search.pruner),),))
