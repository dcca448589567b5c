"""What a run writes down while it goes: effective settings, metrics, status, trackers."""

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
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.tracking import Tracking
from recipe.schemas.base import FrozenDict
from recipe.schemas.component import with_values
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import Amendment, RunPlan
from recipe.schemas.run import Effective, RunState, Status


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

    def __init__(self, plan: RunPlan, run: RunDirectory, view: View, interruption: Interruption) -> None:
        self._plan, self._run, self._view, self._interruption = plan, run, view, interruption
        self._table = MetricsTable(run)
        self._epochs: int = plan.recipe.train.epochs  # type: ignore[attr-defined]
        before = run.read_status()
        self._minutes_before = before.minutes if before else 0.0
        self._started = before.started if before else _now()
        self._clock = time.monotonic()
        self.tracking = Tracking(plan, run, view.warn)
        self.write_status("running")

    @property
    def minutes(self) -> float:
        """Time spent on this run, earlier sessions of it included."""
        return round(self._minutes_before + (time.monotonic() - self._clock) / 60, 3)

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
        self._view.warn(Diagnostic("R811", message, path=tuple(path.split("."))))
        self.tracking.note(message)

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
        )
        self._run.write(self._run.status, status)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
