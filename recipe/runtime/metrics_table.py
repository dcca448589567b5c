"""The metrics of a run: one row an epoch, as CSV and as JSON lines."""

import csv
import io
import json
import math
from collections.abc import Mapping

from recipe.runtime.files import write_atomically
from recipe.runtime.rundir import RunDirectory

Row = dict[str, float]


class MetricsTable:
    """Both files are rewritten whole after every epoch, so that neither ever holds a part of a row."""

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self.rows: list[Row] = []
        if run.metrics_jsonl.exists():
            self.rows = [_row(line) for line in run.metrics_jsonl.read_text(encoding="utf-8").splitlines()]

    def restart_at(self, first_epoch: int) -> None:
        """Drop what a killed run wrote of epochs that are about to be trained again."""
        self.rows = [row for row in self.rows if row["epoch"] < first_epoch]
        self._write()

    def add(self, epoch: int, values: Mapping[str, float]) -> None:
        """Add one epoch's row."""
        self.rows.append({"epoch": epoch, **values})
        self._write()

    def _write(self) -> None:
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        table = io.StringIO()
        writer = csv.DictWriter(table, columns or ["epoch"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        write_atomically(self._run.metrics_csv, table.getvalue())
        write_atomically(self._run.metrics_jsonl, "".join(json.dumps(finite_or_none(row)) + "\n" for row in self.rows))


def finite_or_none(values: Mapping[str, float]) -> dict[str, float | None]:
    """For JSON, which has no word for what is not finite."""
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def _row(line: str) -> Row:
    return {name: math.nan if value is None else value for name, value in json.loads(line).items()}
