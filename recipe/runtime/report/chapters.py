"""What a family adds to the page of a run: chapters of tables, counts by class, and images."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from recipe.runtime.rundir import RunDirectory
from recipe.schemas.plan import RunPlan

Cell = str | int | float | None
"""Numbers stand at the right of their column; None is an empty cell."""


class Table(NamedTuple):
    """Rows below a head."""

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class Counts(NamedTuple):
    """How often a thing of one class (down) was taken for one of a class (across)."""

    classes: Sequence[str]
    counts: Sequence[Sequence[int]]


class Picture(NamedTuple):
    """A small image, as a `data:` URI, with what is to be said of it."""

    uri: str
    title: str
    lines: Sequence[str]


class Pictures(NamedTuple):
    """Images beside each other."""

    pictures: Sequence[Picture]


class Heat(NamedTuple):
    """Positive numbers as colours: a row a name, a column an epoch. None is a gap."""

    names: Sequence[str]
    epochs: Sequence[int]
    values: Sequence[Sequence[float | None]]


Block = Table | Counts | Pictures | Heat


class Chapter(NamedTuple):
    """A part of the page. Texts are shown as they are: nobody has to escape them."""

    title: str
    blocks: Sequence[Block]
    note: str = ""


@runtime_checkable
class Reports(Protocol):
    """A family that has more to show of a run than every run has."""

    def chapters(self, plan: RunPlan, run: RunDirectory) -> Iterable[Chapter]:
        """From the files of the run, as far as they are there yet."""
