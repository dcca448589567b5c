"""All trackers of a run as one: started in the background, asked together, never able to stop a run midway."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import JsonValue

from recipe.runtime.build import build
from recipe.runtime.effective import planned_values
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.trackers import TrackedRun, Tracker
from recipe.schemas.component import Component
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import RunPlan
from recipe.schemas.run import RunState


class _Started(NamedTuple):
    place: int
    word: str
    tracker: Tracker


class Tracking:
    """Fans events out to the trackers.

    One that fails at the start fails the run. One that fails later is reported once, and the events it misses are
    kept in the run directory.
    """

    def __init__(self, plan: RunPlan, run: RunDirectory, warn: Callable[[Diagnostic], None]) -> None:
        self._plan, self._run, self._warn = plan, run, warn
        self._lost: set[int] = set()
        # Importing MLflow takes seconds: it happens while the family loads its model.
        pool = ThreadPoolExecutor(1, thread_name_prefix="trackers")
        self._future: Future[list[_Started]] = pool.submit(self._start)
        pool.shutdown(wait=False)

    def _start(self) -> list[_Started]:
        settings = {**planned_values(self._plan.recipe), **self._plan.secrets}
        started = []
        for index, component in enumerate(self._plan.recipe.trackers):
            word = component.word()
            memory = self._run.path / f".{word}-{index}"
            tracked = TrackedRun(self._plan, self._run.path, memory, settings)
            try:
                started.append(_Started(index, word, build(component, run=tracked)))
            except Exception as error:
                message = self._plan.redact(f"{word} could not start: {type(error).__name__}: {error}")
                help_ = _way_out(component, error)
                raise RecipeError(Diagnostic("R803", message, help=help_, path=("trackers", index))) from error
        return started

    def effective(self) -> dict[str, JsonValue]:
        """Wait until every tracker is up; their settings by recipe path. Raises `RecipeError` (R803)."""
        values: dict[str, JsonValue] = {} if self._plan.recipe.trackers else {"trackers": []}
        for place, word, tracker in self._future.result():
            values[f"trackers.{place}.type"] = word
            values |= {f"trackers.{place}.{name}": value for name, value in tracker.effective().items()}
        return values

    def log(self, epoch: int, values: Mapping[str, float]) -> None:
        """Send the metrics of one epoch to every tracker."""
        self._each("log", {"epoch": epoch, "values": dict(values)}, lambda tracker: tracker.log(epoch, values))

    def note(self, text: str) -> None:
        """Tell every tracker something that people should see with the curves."""
        told = self._plan.redact(text)
        self._each("note", {"text": told}, lambda tracker: tracker.note(told))

    def finish(self, state: RunState, metrics: Mapping[str, float]) -> None:
        """Tell every tracker that did start that the run has ended."""
        if self._future.exception() is None:
            event = {"state": state, "metrics": dict(metrics)}
            self._each("finish", event, lambda tracker: tracker.finish(state, metrics))

    def locations(self) -> dict[str, str]:
        """Tracker → where its data is."""
        return {word: self._plan.redact(tracker.location) for _, word, tracker in self._future.result()}

    def _each(self, name: str, event: dict[str, Any], call: Callable[[Tracker], None]) -> None:
        for place, word, tracker in self._future.result():
            if place not in self._lost:
                try:
                    call(tracker)
                    continue
                except Exception as error:
                    self._lost.add(place)
                    message = self._plan.redact(f"{word} failed and gets nothing more: {type(error).__name__}: {error}")
                    help_ = (f"what it misses is kept in {self._spool(place, word)}",)
                    self._warn(Diagnostic("R807", message, help=help_, path=("trackers", place)))
            with self._spool(place, word).open("a", encoding="utf-8") as spool:
                spool.write(json.dumps({"event": name, **event}) + "\n")

    def _spool(self, place: int, word: str) -> Path:
        return self._run.path / f"unsent-{word}-{place}.jsonl"


def _way_out(component: Component, error: Exception) -> tuple[str, ...]:
    """Where the library of one of our own trackers is missing: the extra is called as the word is, in small letters."""
    if not isinstance(error, ImportError) or not component.target.startswith("recipe."):
        return ()
    return (f"install it with: pip install 'recipe-compiler[{component.word().lower()}]'",)
