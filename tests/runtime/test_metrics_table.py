"""Rows of metrics, as CSV and as JSON lines."""

import json
import math

from recipe.runtime.metrics_table import MetricsTable
from recipe.runtime.rundir import RunDirectory


def test_what_is_not_finite_is_told_in_both_files_and_read_back(tmp_path):
    run = RunDirectory(tmp_path)
    MetricsTable(run).add(1, {"val/loss": math.nan, "val/accuracy": 0.5})
    (line,) = run.metrics_jsonl.read_text().splitlines()
    assert json.loads(line, parse_constant=lambda word: 1 / 0) == {"epoch": 1, "val/loss": None, "val/accuracy": 0.5}
    assert run.metrics_csv.read_text() == "epoch,val/loss,val/accuracy\n1,nan,0.5\n"
    (row,) = MetricsTable(run).rows
    assert math.isnan(row["val/loss"])
    assert (row["epoch"], row["val/accuracy"]) == (1, 0.5)
