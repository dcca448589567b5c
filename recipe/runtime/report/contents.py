"""What the page of a run says, read from the run's directory: the same while it runs and after it was killed."""

import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from recipe.runtime.gates import missed_gates
from recipe.runtime.gradients_table import read_gradients
from recipe.runtime.metrics_table import MetricsTable, Row
from recipe.runtime.report.chapters import Chapter, Heat, Table
from recipe.runtime.report.curves import curves_of
from recipe.runtime.report.scales import figure
from recipe.runtime.report.svg import Drawing, drawing
from recipe.runtime.report.written import as_yaml
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.plan import RunPlan
from recipe.schemas.recipe import Gate
from recipe.schemas.run import Result, Status

_MOST_COLUMNS = 200
_MOST_FILES = 60


class Fact(NamedTuple):
    """A number, or a word, that people look for first."""

    name: str
    value: str


class File(NamedTuple):
    """A file of the run, to be opened from the page."""

    name: str
    link: str
    size: str


class Contents(NamedTuple):
    """Everything on the page, in its order. All texts are still to be escaped."""

    name: str
    task: str
    description: str
    digest: str
    state: str
    is_running: bool
    error: str
    warnings: Sequence[str]
    facts: Sequence[Fact]
    reached: Sequence[Fact]
    charts: Sequence[Drawing]
    chapters: Sequence[Chapter]
    recipe: str
    files: Sequence[File]


def contents_of(
    plan: RunPlan, run: RunDirectory, family: Iterable[Chapter], page: Path, result: Result | None
) -> Contents:
    """As things stand now. `family` are its own chapters; links go from where the page will be."""
    status, rows = run.read_status(), MetricsTable(run).rows
    state = _state(status, run)
    best = result.best_epoch if result else _best_epoch(plan, rows)
    return Contents(
        name=plan.recipe.name,
        task=plan.recipe.word(),
        description=plan.recipe.description,
        digest=plan.digest,
        state=state,
        is_running=state == "running",
        error=plan.redact(status.error) if status and status.error else "",
        warnings=status.warnings if status else (),
        facts=list(_facts(plan, status, best)),
        reached=list(_reached(plan, rows, result, best)),
        charts=_charts(plan, rows, best),
        chapters=[*family, *_gradients(run), *_gates(plan, result), *_decided(plan), *_provenance(plan, result)],
        recipe=as_yaml(plan),
        files=list(_files(run, page)),
    )


def _state(status: Status | None, run: RunDirectory) -> str:
    """Of a run that says it is running, but that no process is working on, what `recipe runs` says too."""
    if status is None:
        return "not begun"
    return "interrupted" if status.state == "running" and not run.is_locked() else status.state


def _best_epoch(plan: RunPlan, rows: Sequence[Row]) -> int | None:
    """The epoch with the best value so far of the metric that chooses it."""
    recipe = plan.recipe
    sign = next(
        1 if metric.higher_is_better else -1 for metric in recipe.metrics if metric.name == recipe.primary_metric
    )
    known = [row for row in rows if math.isfinite(row.get(recipe.primary_metric, math.nan))]
    best = max(known, key=lambda row: sign * row[recipe.primary_metric], default=None)
    return None if best is None else int(best["epoch"])


def _facts(plan: RunPlan, status: Status | None, best: int | None) -> Iterator[Fact]:
    if status is None:
        return
    yield Fact("epochs", f"{status.epochs_done} of {status.epochs_total}")
    if best is not None:
        yield Fact("best epoch", str(best))
    yield Fact("time", _duration(status.minutes))
    if status.epochs_done:
        yield Fact("time an epoch", _duration(status.minutes / status.epochs_done))
    yield Fact("device", plan.recipe.hardware.device)
    yield Fact("started", _moment(status.started))
    yield Fact("as of", _moment(status.updated))


def _duration(minutes: float) -> str:
    if minutes < 1:
        return f"{minutes * 60:.2g} s"
    return f"{minutes:.1f} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def _moment(iso: str) -> str:
    """Without the time zone's offset: all times of a run are of the machine that it runs on."""
    return iso[:19].replace("T", " ")


def _reached(plan: RunPlan, rows: Sequence[Row], result: Result | None, best: int | None) -> Iterator[Fact]:
    """The metrics of the best weights; while there is no result, those of the best epoch so far, or of the last."""
    row = next((each for each in rows if each["epoch"] == best), rows[-1] if rows else {})
    values: dict[str, float | None] = dict(result.metrics) if result else dict(row)
    names = [metric.name for metric in plan.recipe.metrics if metric.name in values]
    names.sort(key=lambda name: name != plan.recipe.primary_metric)
    for name in names:
        value = values[name]
        yield Fact(name, "not finite" if value is None else figure(value))


def _charts(plan: RunPlan, rows: Sequence[Row], best: int | None) -> list[Drawing]:
    curves = curves_of(plan.recipe, rows)
    charts = (*curves.losses, *curves.fractions, *curves.others, *curves.rates)
    return [drawing(chart, best) for chart in charts]


def _gradients(run: RunDirectory) -> Iterator[Chapter]:
    table = read_gradients(run)
    if table is None or not table.rows:
        return
    every = math.ceil(len(table.rows) / _MOST_COLUMNS)
    rows = table.rows[::every]
    values = [[row.norms[group] for row in rows] for group in range(len(table.groups))]
    note = f"Every {every}. of the epochs that were recorded." if every > 1 else ""
    yield Chapter("Gradients", [Heat(table.groups, [row.epoch for row in rows], values)], note)


def _gates(plan: RunPlan, result: Result | None) -> Iterator[Chapter]:
    if plan.recipe.gates:
        rows = [(gate.metric, _bounds(gate), *_judged(gate, result)) for gate in plan.recipe.gates]
        yield Chapter("Gates", [Table(("metric", "asked for", "reached", ""), rows)])


def _bounds(gate: Gate) -> str:
    said = [("at least", gate.min), ("at most", gate.max)]
    return ", ".join(f"{word} {bound:g}" for word, bound in said if bound is not None)


def _judged(gate: Gate, result: Result | None) -> tuple[str, str]:
    if result is None:
        return "", "not judged yet"
    missed, value = missed_gates([gate], result), result.metrics[gate.metric]
    return "not finite" if value is None else figure(value), "missed" if missed else "passed"


def _decided(plan: RunPlan) -> Iterator[Chapter]:
    answers = [(answer.path, answer.asked, _said(answer.value), answer.reason) for answer in plan.answers]
    if answers:
        yield Chapter("What was decided", [Table(("setting", "asked", "became", "because"), answers)])
    changes = [(each.what, each.before, each.after, each.why, _moment(each.when)) for each in plan.amendments]
    if changes:
        yield Chapter("Amended", [Table(("what", "before", "after", "why", "when"), changes)])


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _provenance(plan: RunPlan, result: Result | None) -> Iterator[Chapter]:
    groups = [(each.name, each.lr, each.tensors, each.parameters) for each in plan.groups]
    if groups:
        yield Chapter("Parameters", [Table(("group", "lr", "tensors", "parameters"), groups)])
    inputs = [(each.name, each.path, each.fingerprint) for each in plan.inputs]
    if inputs:
        yield Chapter("Inputs", [Table(("what", "where", "fingerprint"), inputs)])
    known = [("digest", plan.digest), ("commit", plan.commit or "none"), *sorted(plan.versions.items())]
    places = sorted(result.tracking.items()) if result else ()
    origin = (
        [("begun from", f"{result.origin.name}, epoch {result.origin.epochs}: {result.origin.file}")]
        if result and result.origin
        else []
    )
    yield Chapter("Versions", [Table(("", ""), [*known, *places, *origin])])


def _files(run: RunDirectory, page: Path) -> Iterator[File]:
    found = [run.log, run.metrics_csv, run.gradients, run.plan, run.effective, run.result]
    found += [file for folder in (run.artifacts, run.checkpoints) for file in sorted(folder.rglob("*"))[:_MOST_FILES]]
    for file in found:
        if file.is_file():
            link = quote(os.path.relpath(file, page.parent), errors="surrogateescape")
            yield File(str(file.relative_to(run.path)), link, _size(file.stat().st_size))


def _size(count: int) -> str:
    return f"{count:,} B" if count < 1000 else f"{count / 1000:,.0f} kB" if count < 1e6 else f"{count / 1e6:,.1f} MB"
