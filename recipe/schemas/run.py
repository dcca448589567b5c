"""The files of a run directory, as versioned models."""

from typing import Literal

from pydantic import JsonValue

from recipe.schemas.base import FrozenDict, Section

RunState = Literal["running", "finished", "interrupted", "failed"]


class Status(Section):
    """`status.json`: how far a run is. Rewritten after every epoch."""

    format_version: Literal[1] = 1
    name: str
    digest: str
    state: RunState
    started: str
    """ISO 8601 with time zone."""
    updated: str
    epochs_total: int
    epochs_done: int
    minutes: float
    """Time spent training, all resumptions added up."""
    pid: int
    error: str | None = None
    warnings: tuple[str, ...] = ()
    """What went wrong and did not stop the run, in all its sessions."""


class Origin(Section):
    """The run that another one began from."""

    file: str
    """The checkpoint."""
    name: str
    digest: str
    epochs: int
    """What the run had completed."""


class Result(Section):
    """`result.json`: what a finished run reached."""

    format_version: Literal[1] = 1
    name: str
    digest: str
    best_weights: str
    """Relative to the run directory."""
    last_weights: str
    best_epoch: int
    epochs_completed: int
    stopped_early: bool
    metrics: FrozenDict[str, float | None]
    """Of the best weights; None where a number was not finite."""
    primary_metric: str
    """The one that chooses the best epoch, where the run reports it: without validation it does not."""
    minutes: float
    device: str
    versions: FrozenDict[str, str]
    commit: str | None
    tracking: FrozenDict[str, str]
    """Tracker → where its data is."""
    origin: Origin | None = None
    """The run whose weights (`init_from`) or whole state (`resume_from`) this one began with."""


def reached(result: Result) -> tuple[str, float | None]:
    """The metric that says most about a run, and its value: the first one where nothing chose the best epoch."""
    name = result.primary_metric if result.primary_metric in result.metrics else next(iter(result.metrics))
    return name, result.metrics[name]


class Effective(Section):
    """`effective.json`: the settings as the live objects had them when training began."""

    format_version: Literal[1] = 1
    values: FrozenDict[str, JsonValue]
    """Dotted recipe path → value."""


class ClassScores(Section):
    """How one class came off."""

    name: str
    precision: float
    """Of the images that were taken for it, the share that is of it; 0 where there are none."""
    recall: float
    """Of its images, the share that was taken for it; 0 where it has none."""
    f1: float
    support: int
    """Its images."""


class Evaluation(Section):
    """`evaluation.json`: what some weights of a run are worth on some data."""

    format_version: Literal[1] = 1
    name: str
    digest: str
    weights: str
    """Relative to the run directory."""
    epoch: int
    """How many epochs these weights had been trained."""
    data: str
    """What they were judged by: the folder, or the name of built-in data."""
    samples: int
    metrics: FrozenDict[str, float | None]
    """`val/…` of the run's own validation data, `data/…` of others; None where a number was not finite."""
    classes: tuple[ClassScores, ...] = ()
    """In the order of the network's outputs; none for a task without classes."""
