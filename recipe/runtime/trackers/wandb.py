"""Weights & Biases: metrics and settings, and nothing that its library would collect or print by itself."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from recipe.runtime.files import write_atomically
from recipe.runtime.trackers import TrackedRun
from recipe.schemas.run import RunState

_EXIT_CODES = {"running": 0, "finished": 0, "interrupted": 255, "failed": 1}
"""By these Weights & Biases tells a run that was killed (255) from one that failed."""
_SECONDS_TO_START = 30.0
_SECONDS_TO_FINISH = 120.0
"""What has not been sent by then stays in the run directory."""
_ONLY_WHAT_IS_SENT: dict[str, Any] = {
    "silent": True,
    "console": "off",
    "symlink": False,
    "save_code": False,
    "disable_code": True,
    "disable_git": True,
    "disable_job_creation": True,
    "label_disable": True,
    "sagemaker_disable": True,
    "x_disable_machine_info": True,
    "x_disable_meta": True,
    "x_disable_stats": True,
    "x_save_requirements": False,
    "reinit": "create_new",  # else the run becomes the one that all code of the process logs to
}
"""Settings without which the library prints, or collects code, packages and figures of the machine."""


class WandBTracker:
    """One run; a resumed training goes on under its id, offline in a file beside the first."""

    def __init__(self, run: TrackedRun, project: str, entity: str | None, mode: str, tags: tuple[str, ...]) -> None:
        self._memory, self._asked_entity = run.memory, entity
        self._wandb = _import(run.directory / "wandb")
        run_id, notes = self._remembered()
        settings = self._wandb.Settings(
            **_ONLY_WHAT_IS_SENT,
            root_dir=str(run.directory),
            mode=mode,
            project=project,
            entity=entity,
            run_id=run_id,
            resume="allow" if mode == "online" else None,  # offline there is no server that knows the run
            run_name=run.plan.recipe.name,
            run_tags=tags,
            run_notes=notes or None,
            init_timeout=_SECONDS_TO_START,
            finish_timeout=_SECONDS_TO_FINISH,
            finish_timeout_raises=True,
        )
        self._run: Any = self._begin(settings, dict(run.settings))
        self._remember(notes)

    def _begin(self, settings: Any, config: dict[str, JsonValue]) -> Any:
        hooks = sys.exit, sys.excepthook
        try:
            with self._process_ends_with_failure():
                if settings.mode == "online" and not self._wandb.login(prompt=False):
                    raise PermissionError("no API key: run `wandb login`, or set WANDB_API_KEY")
                return self._wandb.init(settings=settings, config=config)
        finally:
            sys.exit, sys.excepthook = hooks  # it listens there for how the process ends; `finish` says how the run did

    @contextlib.contextmanager
    def _process_ends_with_failure(self) -> Iterator[None]:
        """A tracker that fails is asked no more: its process is not to go on, nor to show a traceback at the end."""
        try:
            yield
        except BaseException:
            with contextlib.suppress(Exception):
                self._wandb.teardown()
            raise

    def _remembered(self) -> tuple[str | None, str]:
        """The id of the run that was begun, and what has been noted in it."""
        if not self._memory.exists():
            return None, ""
        run_id, _, notes = self._memory.read_text(encoding="utf-8").partition("\n")
        return run_id, notes

    def _remember(self, notes: str) -> None:
        write_atomically(self._memory, f"{self._run.id}\n{notes}")

    def effective(self) -> dict[str, JsonValue]:
        live = self._run.settings
        # Where the recipe names no entity, whatever the account's default is was asked for.
        entity = None if self._asked_entity is None else live.entity
        return {"project": live.project, "entity": entity, "mode": live.mode, "tags": list(live.run_tags or ())}

    def log(self, epoch: int, values: Mapping[str, float]) -> None:
        with self._process_ends_with_failure():
            # The sessions of a run that was resumed offline become one when they are synced: steps must not repeat.
            self._run.log(dict(values), step=epoch, commit=True)

    def note(self, text: str) -> None:
        """Appended to the notes that head a run's page."""
        notes = f"{self._run.notes}\n{text}" if self._run.notes else text
        with self._process_ends_with_failure():
            self._run.notes = notes
        self._remember(notes)

    def finish(self, state: RunState, metrics: Mapping[str, float]) -> None:
        """Ends the library's own process too."""
        with self._process_ends_with_failure():
            self._run.summary.update({f"best/{name}": value for name, value in metrics.items()})
            self._run.finish(exit_code=_EXIT_CODES[state])
            self._wandb.teardown()

    @property
    def location(self) -> str:
        live = self._run.settings
        return str(self._run.url) if live.mode == "online" else f"wandb sync {live.wandb_dir}/offline-run-*"


def _import(folder: Path) -> Any:
    """The library, its own process not yet begun. What that process logs goes into `folder`."""
    os.environ["WANDB_ERROR_REPORTING"] = "false"  # crash reports and usage statistics, whatever the mode
    os.environ["WANDB_CACHE_DIR"] = str(folder)
    os.environ.pop("WANDB_SERVICE", None)  # the process of another run: it would outlive ours, with its settings
    import wandb

    return wandb
