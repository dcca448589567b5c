"""What a run reached, as people read it."""

import os
import sys

from recipe.runtime.rundir import RunDirectory
from recipe.schemas.plan import RunPlan
from recipe.schemas.run import Result


def show_result(plan: RunPlan, run: RunDirectory, result: Result) -> None:
    """Print the metrics of the best weights, and where things are."""
    rows = [(name, figure(value, ".4f")) for name, value in result.metrics.items()]
    epochs = f"{result.epochs_completed} epochs in {result.minutes:.1f} minutes, best: epoch {result.best_epoch}"
    if result.stopped_early:
        epochs += f" (stopped early, {plan.recipe.train.epochs} were planned)"  # type: ignore[attr-defined]
    places = [
        ("epochs", epochs),
        ("best weights", os.path.relpath(run.path / result.best_weights)),
        ("report", os.path.relpath(run.report)),
        ("metrics", os.path.relpath(run.metrics_csv)),
        *([("log", os.path.relpath(run.log))] if run.log.exists() else []),
        *result.tracking.items(),
    ]
    if sys.stdout.isatty():
        _show_table(rows, places)
    else:
        width = max(len(name) for name, _ in [*rows, *places])
        for name, text in [*rows, *places]:
            print(f"  {name:{width}}  {text}")


def figure(value: float | None, form: str) -> str:
    """A metric of a result."""
    return "not finite" if value is None else f"{value:{form}}"


def _show_table(rows: list[tuple[str, str]], places: list[tuple[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_column(style="bold cyan", no_wrap=True)
    table.add_column()
    for name, text in [*rows, ("", ""), *places]:
        table.add_row(name, text)
    Console(highlight=False).print(table)
