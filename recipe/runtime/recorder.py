"""What a run writes down while it goes: effective settings, metrics, status, trackers, and the page that shows it."""

import contextlib
import os
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from recipe.runtime.effective import differences
from recipe.runtime.files import write_atomically
from recipe.runtime.interruption import Interruption
from recipe.runtime.metrics_table import MetricsTable, Row
from recipe.runtime.report.page import LivePage
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.tracking import Tracking
from recipe.schemas.base import FrozenDict
from recipe.schemas.component import with_values
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import Amendment, RunPlan
from recipe.schemas.run import Effective, Result, RunState, Status


class View(Protocol):
    """What shows a run to people."""

    def begin(self, first_epoch: int, epochs: int) -> None:
        """Training starts."""

    def step(self, epoch: int, step: int, steps: int, losses: Mapping[str, float]) -> None:
        """A batch is done."""

    def epoch_done(self, row: Row) -> None:
        """An epoch is over."""

    def warn(self, diagnostic: Diagnostic) -> None:
        """Something is wrong but the run goes on."""

    def end(self) -> None:
        """Training is over, however it went."""


class Recorder:
    """The `Reporter` of a run: writes, tracks and shows what the family tells it."""

    def __init__(
        self, plan: RunPlan, run: RunDirectory, view: View, interruption: Interruption, page: LivePage
    ) -> None:
        self._plan, self._run, self._view, self._interruption, self._page = plan, run, view, interruption, page
        self._table = MetricsTable(run)
        self._epochs: int = plan.recipe.train.epochs  # type: ignore[attr-defined]
        before = run.read_status()
        self._minutes_before = before.minutes if before else 0.0
        self._started = before.started if before else _now()
        self._clock = time.monotonic()
        self._warnings = before.warnings if before else ()
        self.tracking = Tracking(plan, run, self.warn)
        self.write_status("running")

    @property
    def minutes(self) -> float:
        """Time spent on this run, earlier sessions of it included."""
        return round(self._minutes_before + (time.monotonic() - self._clock) / 60, 3)

    @property
    def plan(self) -> RunPlan:
        """The plan, with what has been amended."""
        return self._plan

    @property
    def rows(self) -> list[Row]:
        """The metrics so far, a row an epoch."""
        return self._table.rows

    def started(self, first_epoch: int, effective: Mapping[str, JsonValue]) -> None:
        """Compare the live settings with the plan, and begin the table at `first_epoch`."""
        values = {**effective, **self.tracking.effective()}
        shown = {path: self._plan.secrets.get(path, value) for path, value in values.items()}
        self._run.write(self._run.effective, Effective(values=FrozenDict(shown)))
        if wrong := differences(self._plan.recipe, values):
            raise RecipeError(*wrong)
        self._table.restart_at(first_epoch)
        self.write_status("running")
        self.show()
        self._view.begin(first_epoch, self._epochs)

    def step(self, epoch: int, step: int, steps: int, losses: Mapping[str, float]) -> None:
        """Show progress; stop here where a stop has been asked for."""
        self._view.step(epoch, step, steps, losses)
        self._interruption.check()

    def epoch_done(self, epoch: int, values: Mapping[str, float]) -> None:
        """Write, track and show one epoch; stop here where a stop has been asked for."""
        if any(row["epoch"] == epoch for row in self.rows):
            return
        self._table.add(epoch, values)
        self.write_status("running")
        self.tracking.log(epoch, values)
        self._view.epoch_done(self.rows[-1])
        if self._page.is_due():
            with contextlib.suppress(OSError):  # nothing rests on it; a full disk is told by what something rests on
                self.show()
        self._interruption.check()

    def batch_done(self) -> None:
        """Stop here where a stop has been asked for, while the trained network is judged."""
        self._interruption.check()

    def amended(self, path: str, before: JsonValue, after: JsonValue, why: str) -> None:
        """From now on the plan of the run says so, and a resumed run goes by it."""
        values: dict[tuple[str | int, ...], JsonValue] = {tuple(path.split(".")): after}
        change = Amendment(what=path, before=str(before), after=str(after), when=_now(), why=why)
        self._plan = self._plan.model_copy(
            update={
                "recipe": with_values(self._plan.recipe, values),
                "amendments": (*self._plan.amendments, change),
            }
        )
        write_atomically(self._run.plan, self._plan.to_json() + "\n")
        message = f"{why}: the run goes on with `{path}` {after} instead of {before}"
        self.warn(Diagnostic("R811", message, path=tuple(path.split("."))))
        self.tracking.note(message)

    def warn(self, diagnostic: Diagnostic) -> None:
        """Show what is wrong though the run goes on, and keep it for the page."""
        told = self._plan.redact(f"{diagnostic.code}: {diagnostic.message}")
        self._warnings = (*self._warnings, *(() if told in self._warnings else (told,)))
        self._view.warn(diagnostic)

    def show(self, result: Result | None = None) -> None:
        """Write the page as things stand; `result` where it is about to be written down."""
        self._page.write(self._plan, result)

    def draw(self) -> None:
        """The curves as files, if the recipe wants them."""
        if self._plan.recipe.report.plots:
            from recipe.runtime.report.plots import draw_plots

            draw_plots(self._plan, self._run, self.rows)

    def write_status(self, state: RunState, error: str | None = None) -> None:
        """Rewrite `status.json`."""
        status = Status(
            name=self._plan.recipe.name,
            digest=self._plan.digest,
            state=state,
            started=self._started,
            updated=_now(),
            epochs_total=self._epochs,
            epochs_done=len(self._table.rows),
            minutes=self.minutes,
            pid=os.getpid(),
            error=error,
            warnings=self._warnings,
        )
        self._run.write(self._run.status, status)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
