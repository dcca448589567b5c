"""A run as people watch it: bars on a terminal, lines in a log, nothing in JSON mode."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, Protocol

from recipe.cli.render import print_diagnostics
from recipe.cli.show_result import show_result
from recipe.runtime.metrics_table import Row
from recipe.runtime.recorder import View
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.plan import RunPlan
from recipe.schemas.run import Result

Missed = tuple[Diagnostic, ...]
"""The gates that a result does not pass."""


_ASIDE = ("epoch", "lr")


def _rates(row: Row) -> str:
    """The rate of all groups, or the lowest and the highest; each stands in `metrics.csv`."""
    found = [value for name, value in row.items() if name.startswith("lr/")]
    return "…".join(f"{rate:.4g}" for rate in dict.fromkeys((min(found), max(found))))


class RunView(View, Protocol):
    """A view that also shows the plan before and the result after."""

    def show_plan(self, plan: RunPlan, run: RunDirectory, begun: bool) -> None: ...
    def show_result(self, plan: RunPlan, run: RunDirectory, result: Result, missed: Missed) -> None: ...
    def show_finished(self, plan: RunPlan, run: RunDirectory, result: Result, missed: Missed) -> None: ...


def view_for(format_: str) -> RunView:
    """The view that fits the format and where stdout goes."""
    if format_ == "json":
        return JsonView()
    return TerminalView() if sys.stdout.isatty() else LineView()


class LineView:
    """One plain line an epoch."""

    def __init__(self) -> None:
        # The engine's own noise is sent to the log by replacing sys.stdout; this is the real one.
        self._out = sys.stdout
        self._epochs = 0

    def _say(self, text: str) -> None:
        print(text, file=self._out, flush=True)

    def show_plan(self, plan: RunPlan, run: RunDirectory, begun: bool) -> None:
        from recipe.cli.show_plan import show_plan

        show_plan(plan)
        self._say(f"{'continuing' if begun else 'starting'} in {os.path.relpath(run.path)}, `report.html` shows it")

    def begin(self, first_epoch: int, epochs: int) -> None:
        self._epochs = epochs
        if first_epoch > 1:
            self._say(f"resuming at epoch {first_epoch} of {epochs}")

    def step(self, epoch: int, step: int, steps: int, losses: Mapping[str, float]) -> None:
        """Lines are for epochs."""

    def epoch_done(self, row: Row) -> None:
        metrics = "  ".join(
            f"{name} {value:.4g}" for name, value in row.items() if name.partition("/")[0] not in _ASIDE
        )
        self._say(f"epoch {row['epoch']}/{self._epochs}  {metrics}  lr {_rates(row)}")

    def warn(self, diagnostic: Diagnostic) -> None:
        print_diagnostics([diagnostic], (), "full")

    def end(self) -> None:
        """Nothing is open."""

    def show_result(self, plan: RunPlan, run: RunDirectory, result: Result, missed: Missed) -> None:
        show_result(plan, run, result)
        print_diagnostics(missed, (), "full")

    def show_finished(self, plan: RunPlan, run: RunDirectory, result: Result, missed: Missed) -> None:
        self._say(f"this run is finished; `--fresh` does it again ({os.path.relpath(run.path)})")
        show_result(plan, run, result)
        print_diagnostics(missed, (), "full")


class TerminalView(LineView):
    """A bar for the epochs and one for the steps of this epoch, with losses and remaining time."""

    def __init__(self) -> None:
        super().__init__()
        self._progress: Any = None
        self._metric = ""

    def show_plan(self, plan: RunPlan, run: RunDirectory, begun: bool) -> None:
        super().show_plan(plan, run, begun)
        self._metric = plan.recipe.primary_metric

    def begin(self, first_epoch: int, epochs: int) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        super().begin(first_epoch, epochs)
        columns = (
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[says]}"),
        )
        console = Console(file=self._out, highlight=False)
        self._progress = Progress(*columns, console=console, redirect_stdout=False, redirect_stderr=False)
        self._all = self._progress.add_task("epochs", total=epochs, completed=first_epoch - 1, says="")
        self._one = self._progress.add_task("steps", total=None, says="")
        self._progress.start()

    def step(self, epoch: int, step: int, steps: int, losses: Mapping[str, float]) -> None:
        says = "  ".join(f"{name.rpartition('/')[2]} {value:.3g}" for name, value in losses.items())
        self._progress.update(self._one, description=f"epoch {epoch}", completed=step, total=steps, says=says)
        self._progress.update(self._all, completed=epoch - 1 + step / steps)

    def epoch_done(self, row: Row) -> None:
        says = f"{self._metric.rpartition('/')[2]} {row[self._metric]:.3f}" if self._metric in row else ""
        self._progress.update(self._all, completed=row["epoch"], says=says)

    def end(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


class JsonView:
    """Silent; prints the result as one JSON document."""

    def __init__(self) -> None:
        self._out = sys.stdout

    def show_plan(self, plan: RunPlan, run: RunDirectory, begun: bool) -> None:
        """Part of the run directory."""

    def begin(self, first_epoch: int, epochs: int) -> None:
        """Not shown."""

    def step(self, epoch: int, step: int, steps: int, losses: Mapping[str, float]) -> None:
        """Not shown."""

    def epoch_done(self, row: Row) -> None:
        """Not shown."""

    def warn(self, diagnostic: Diagnostic) -> None:
        print_diagnostics([diagnostic], (), "concise")

    def end(self) -> None:
        """Nothing is open."""

    def show_result(self, plan: RunPlan, run: RunDirectory, result: Result, missed: Missed) -> None:  # noqa: ARG002
        document: dict[str, Any] = {
            "ok": not missed,
            "directory": str(run.path),
            "result": result.model_dump(mode="json"),
        }
        if missed:
            document["diagnostics"] = [diagnostic.to_json(()) for diagnostic in missed]
        print(json.dumps(document, indent=2, ensure_ascii=False), file=self._out)

    def show_finished(self, plan: RunPlan, run: RunDirectory, result: Result, missed: Missed) -> None:
        self.show_result(plan, run, result, missed)
