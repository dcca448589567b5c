"""What can be done with a run beside training it: judge it, let it predict, export its network.

A family offers what it can by having the method: `Evaluates`, `Predicts`, `Exports`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from pydantic import JsonValue

from recipe.runtime.rundir import RunDirectory
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.export import Parity
from recipe.schemas.plan import RunPlan
from recipe.schemas.run import Evaluation


class TrainedRun(NamedTuple):
    """A run that has weights, and which of them are meant."""

    plan: RunPlan
    run: RunDirectory
    weights: Path
    """A file of `checkpoints/`."""


def trained_run(plan: RunPlan, run: RunDirectory, weights: str = "best") -> TrainedRun:
    """`weights`: `best`, `last`, or the name of another file of `checkpoints/`, without its ending.

    Raises `RecipeError` (R622) where the run has none of that name.
    """
    file = run.checkpoints / f"{weights}.pt"
    if not file.is_file():
        there = sorted(each.stem for each in run.checkpoints.glob("*.pt"))
        help_ = (f"it has {', '.join(there)}",) if there else ("it has not completed an epoch yet",)
        raise RecipeError(Diagnostic("R622", f"the run has no weights `{weights}`", help=help_, file=str(run.path)))
    return TrainedRun(plan, run, file)


@runtime_checkable
class Evaluates(Protocol):
    """A family whose networks can be judged after training."""

    def evaluate(self, trained: TrainedRun, source: str | None, folder: Path, watcher: "Watcher") -> Evaluation | None:
        """Judge by the validation data, or by `source`; what there is to look at goes into the folder.

        None where no source is given, and the run has no validation data.
        """


class Watcher(Protocol):
    """Whoever waits for a judgement."""

    def batch_done(self) -> None:
        """Raises `Interrupted` where it is to end."""

    def warn(self, diagnostic: Diagnostic) -> None:
        """Something is wrong but it goes on."""


@runtime_checkable
class Predicts(Protocol):
    """A family whose networks can be applied to files."""

    def predict(
        self, trained: TrainedRun, files: Sequence[str], skip_corrupt: bool
    ) -> Iterator[Mapping[str, JsonValue]]:
        """A row for each file, in their order, with the file under `file`; of one that is left out, why: `skipped`.

        Raises `RecipeError` (R605) with all files that cannot be read, unless they are to be left out.
        """


@runtime_checkable
class Exports(Protocol):
    """A family whose networks can leave the program."""

    def export(self, trained: TrainedRun, asked: "Export", folder: Path) -> Parity:
        """Fill an empty folder, and compare what it holds with the network of the run.

        Raises `RecipeError` (R813) where they differ by more than is allowed.
        """


class Export(NamedTuple):
    """What is to be exported, and how it is compared with the network."""

    format: str
    tolerance: float
    """The largest difference between probabilities that is allowed."""
    samples: int
    """How many images both are given."""
