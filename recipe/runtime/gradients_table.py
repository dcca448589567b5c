"""Norms of gradients by epoch, as `gradients.csv`: a column a group of parameters."""

import csv
import io
from typing import NamedTuple

from recipe.runtime.files import write_atomically
from recipe.runtime.rundir import RunDirectory


class GradientRow(NamedTuple):
    """One epoch. A norm is None where no parameter of the group had a gradient."""

    epoch: int
    norms: tuple[float | None, ...]


class GradientTable(NamedTuple):
    """The epochs that were recorded so far."""

    groups: tuple[str, ...]
    """In the order of the network."""
    rows: tuple[GradientRow, ...]


def write_gradients(run: RunDirectory, table: GradientTable) -> None:
    """Rewrite the file whole: `epoch` and the groups, then a row an epoch, empty where there is no norm."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *table.groups])
    writer.writerows([row.epoch, *row.norms] for row in table.rows)
    write_atomically(run.gradients, text.getvalue())


def read_gradients(run: RunDirectory) -> GradientTable | None:
    """The inverse of `write_gradients`; None where a run records none."""
    if not run.gradients.exists():
        return None
    with run.gradients.open(encoding="utf-8", newline="") as file:
        (_, *groups), *rows = csv.reader(file)
    return GradientTable(tuple(groups), tuple(_row(*cells) for cells in rows))


def _row(epoch: str, *norms: str) -> GradientRow:
    return GradientRow(int(epoch), tuple(float(norm) if norm else None for norm in norms))
