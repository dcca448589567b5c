"""MLflow, through its client: no global state, no autologging, no telemetry."""

import math
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from recipe.runtime.files import write_atomically
from recipe.runtime.trackers import TrackedRun
from recipe.schemas.run import RunState

_STATUS = {"running": "RUNNING", "finished": "FINISHED", "interrupted": "KILLED", "failed": "FAILED"}
_MOST_PER_REQUEST = 100
_DESCRIPTION = "mlflow.note.content"
"""The tag that MLflow shows as the description of a run, which is Markdown."""


class MLflowTracker:
    """One MLflow run; a resumed training goes on in the run that it began."""

    def __init__(self, run: TrackedRun, experiment: str, tracking_uri: str) -> None:
        # Both are read when mlflow is imported: it would report usage, and print its banner of migrations.
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("MLFLOW_CONFIGURE_LOGGING", "false")
        # A server that is not there is to be told in seconds; the default is to try for four minutes.
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
        from mlflow.tracking import MlflowClient

        _make_folder_of(tracking_uri)
        self._client: Any = MlflowClient(tracking_uri=tracking_uri)
        self._experiment_id = self._find_experiment(experiment, tracking_uri)
        self._run_id = self._begin_or_continue(run)

    def _find_experiment(self, name: str, tracking_uri: str) -> str:
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        return str(self._client.create_experiment(name, artifact_location=_artifacts_beside(tracking_uri)))

    def _begin_or_continue(self, run: TrackedRun) -> str:
        if run.memory.exists():
            run_id = run.memory.read_text(encoding="utf-8").strip()
            self._client.set_terminated(run_id, status="RUNNING")
            return run_id
        tags = {"recipe.digest": run.plan.digest, "recipe.directory": str(run.directory)}
        started = self._client.create_run(self._experiment_id, run_name=run.plan.recipe.name, tags=tags)
        self._log_settings(started.info.run_id, run.settings)
        write_atomically(run.memory, started.info.run_id)
        return str(started.info.run_id)

    def _log_settings(self, run_id: str, settings: Mapping[str, JsonValue]) -> None:
        from mlflow.entities import Param

        params = [Param(path, str(value)) for path, value in settings.items()]
        for start in range(0, len(params), _MOST_PER_REQUEST):
            self._client.log_batch(run_id, params=params[start : start + _MOST_PER_REQUEST])

    def effective(self) -> dict[str, JsonValue]:
        experiment = self._client.get_experiment(self._experiment_id)
        return {"experiment": experiment.name, "tracking_uri": self._client.tracking_uri}

    def log(self, epoch: int, values: Mapping[str, float]) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        finite = {name: value for name, value in values.items() if math.isfinite(value)}
        self._client.log_batch(
            self._run_id, metrics=[Metric(name, value, now, epoch) for name, value in finite.items()]
        )

    def note(self, text: str) -> None:
        """Appended to the description that heads a run's page."""
        before = self._client.get_run(self._run_id).data.tags.get(_DESCRIPTION)
        self._client.set_tag(self._run_id, _DESCRIPTION, f"{before}\n\n{text}" if before else text)

    def finish(self, state: RunState, metrics: Mapping[str, float]) -> None:
        if metrics:
            self.log(0, {f"best/{name}": value for name, value in metrics.items()})
        self._client.set_terminated(self._run_id, status=_STATUS[state])

    @property
    def location(self) -> str:
        return f"{self._client.tracking_uri} (experiment {self._experiment_id}, run {self._run_id})"


def _make_folder_of(tracking_uri: str) -> None:
    if tracking_uri.startswith("sqlite:///"):
        Path(tracking_uri.removeprefix("sqlite:///")).absolute().parent.mkdir(parents=True, exist_ok=True)


def _artifacts_beside(tracking_uri: str) -> str | None:
    """Artifacts of a local SQLite store lie beside it, not in the working directory; a server decides itself."""
    if not tracking_uri.startswith("sqlite:///"):
        return None
    return str(Path(tracking_uri.removeprefix("sqlite:///")).absolute().parent / "mlartifacts")
