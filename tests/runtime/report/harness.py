"""The folder of a run as it lies there after some epochs, without the training."""

import json

from recipe.runtime.metrics_table import MetricsTable
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.base import FrozenDict
from recipe.schemas.plan import Amendment, Answer, RunPlan
from recipe.schemas.recipe import Recipe
from recipe.schemas.run import Result, Status
from recipe.testing import bare_plan

SMALL = {
    "recipe": 1,
    "name": "small",
    "task": "classification",
    "data": {"cache": "none"},
    "model": "ResNet18",
    "hardware": {
        "device": "cpu",
        "workers": 0,
        "precision": "fp32",
        "pin_memory": False,
        "oom_recovery": ["accumulate"],
    },
    "report": {"log_scale": False},
}


def make_plan(known=None, **sections) -> RunPlan:
    """`known`: what the compiler found out."""
    return bare_plan(Recipe.parse({**SMALL, **sections})).model_copy(update=known or {})


def make_run(folder, plan, rows, state="running", error=None, warnings=()) -> RunDirectory:
    run = RunDirectory(folder)
    folder.mkdir(exist_ok=True)
    run.plan.write_text(plan.to_json())
    table = MetricsTable(run)
    for epoch, row in enumerate(rows, 1):
        table.add(epoch, row)
    status = Status(
        name=plan.recipe.name, digest=plan.digest, state=state, started="2026-01-01T10:00:00+00:00",
        updated="2026-01-01T11:00:00+00:00", epochs_total=9, epochs_done=len(rows), minutes=60.0, pid=1,
        error=error, warnings=warnings,
    )  # fmt: skip
    run.write(run.status, status)
    return run


def result_of(plan, metrics) -> Result:
    return Result(
        name=plan.recipe.name, digest=plan.digest, best_weights="checkpoints/best.pt", last_weights="checkpoints/last.pt",
        best_epoch=2, epochs_completed=3, stopped_early=True, metrics=FrozenDict(metrics),
        primary_metric="val/accuracy", minutes=1.0, device="cpu", versions=FrozenDict(), commit=None, tracking=FrozenDict(),
    )  # fmt: skip


def leave_evaluation(run, classes, counts, mistakes):
    """What a judgement of the best weights leaves; `mistakes`: rows of `predictions.csv`."""
    run.artifacts.mkdir()
    scores = [{"name": name, "precision": 0.5, "recall": 0.25, "f1": 1 / 3, "support": 4} for name in classes]
    evaluation = {
        "name": "small", "digest": "0", "weights": "checkpoints/best.pt", "epoch": 2, "data": "photos/val", "samples": 8,
        "metrics": {"val/accuracy": 0.5}, "classes": scores,
    }  # fmt: skip
    (run.artifacts / "evaluation.json").write_text(json.dumps(evaluation))
    lines = [",".join(["label", *classes]), *(",".join(map(str, row)) for row in counts)]
    (run.artifacts / "confusion_matrix.csv").write_text("\n".join(lines) + "\n")
    rows = ["file,label,predicted,probability,label_probability", *(",".join(map(str, row)) for row in mistakes)]
    (run.artifacts / "predictions.csv").write_text("\n".join(rows) + "\n", errors="surrogateescape")


ANSWER = Answer(path="hardware.device", value="cpu", reason="no GPU here", from_fact="hardware")
AMENDMENT = Amendment(what="train.accumulate", before="1", after="2", when="2026-01-01T10:00:00+00:00", why="memory")
