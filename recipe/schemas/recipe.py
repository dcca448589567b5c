"""The root of every recipe: what all task families share."""

from typing import Annotated, ClassVar, Literal, NamedTuple

from annotated_types import Len
from pydantic import AfterValidator, JsonValue, PositiveInt, StringConstraints

from recipe.schemas.base import AUTO, Auto, FrozenDict, Section, setting
from recipe.schemas.component import Component
from recipe.schemas.report import Report
from recipe.schemas.search import Search
from recipe.schemas.trackers import Tracker

LANGUAGE_VERSION = 1


class Metric(NamedTuple):
    """A number that a run reports per epoch under `split/name`."""

    name: str
    higher_is_better: bool
    doc: str
    is_fraction: bool = False
    """Whether it lies between 0 and 1."""


def _numbered(device: str) -> str:
    return "cuda:0" if device == "cuda" else device


Device = Annotated[str, StringConstraints(pattern=r"^(cpu|mps|cuda(:\d+)?)$"), AfterValidator(_numbered)]
"""A torch device; `cuda` is `cuda:0`."""


class Hardware(Section):
    """Where training runs: this changes what is learned only by rounding and by the draw of random numbers."""

    device: Auto[Device] = setting(
        AUTO, "`cpu`, `mps`, `cuda` or `cuda:N`; `auto` takes the first GPU that is there.", impact="performance"
    )
    workers: Auto[int] = setting(
        AUTO, "Processes that load and augment images; 0 loads them in the training process.", impact="performance"
    )
    deterministic: bool = setting(True, "Use only deterministic operations; slower on a GPU.")


class Gate(Section):
    """What the result must reach: a run that misses it ends with exit code 4."""

    metric: str = setting(doc="A metric of the recipe: `val/accuracy`.", impact="cosmetic")
    min: float | None = setting(None, "The least that will do.", impact="cosmetic")
    max: float | None = setting(None, "The most that will do.", impact="cosmetic")


class Recipe(Component, kind="task", tag="task"):
    """A recipe. The word under `task` names the family, and the family names the sections."""

    answers: ClassVar[str] = ""
    """`module:attribute` of the family's answers to `auto`, a table for the resolve pass."""
    metrics: ClassVar[tuple[Metric, ...]] = ()
    """What a run of the family reports."""
    primary_metric: ClassVar[str] = ""
    """The metric that chooses the best checkpoint."""
    packages: ClassVar[tuple[str, ...]] = ("recipe", "python", "torch", "numpy")
    """What can change a result when its version changes; of Python only the minor version counts."""
    settled_by_compiler: ClassVar[tuple[str, ...]] = (
        "recipe",
        "name",
        "description",
        "matrix",
        "search",
        "gates",
        "report",
    )
    """Leaves, or sections, that name no live object of training: they have their effect before it begins, or after."""

    runtime_objects: ClassVar[tuple[str, ...] | None] = None
    """What the family's engine hands to components: one that needs something else cannot be used with it."""

    recipe: Literal[1] = setting(doc="Version of the language.", impact="cosmetic")
    name: str = setting(
        doc="Names the run's folder; letters, digits, `.`, `_`, `-`.",
        impact="cosmetic",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        max_length=100,
    )
    description: str = setting("", "What this recipe is for.", impact="cosmetic")
    seed: int = setting(0, "Seed of weights, data order and augmentation.", ge=0, lt=2**32)
    trackers: tuple[Tracker, ...] = setting((), "Where metrics go, beside the run's own CSV.", impact="cosmetic")
    hardware: Hardware = Hardware()
    gates: tuple[Gate, ...] = setting((), "What the result must reach.", impact="cosmetic")
    matrix: FrozenDict[str, Annotated[tuple[JsonValue, ...], Len(1)]] = setting(
        FrozenDict(), "Dotted path of a setting → its values: one run for each combination.", impact="cosmetic"
    )
    search: Search | None = setting(None, "Many runs with other values, to find the best.")
    report: Report = Report()

    def reported(self) -> tuple[Metric, ...]:
        """What a run of this recipe reports: not all of `metrics` where some have nothing to go by."""
        return self.metrics


class EarlyStopping(Section):
    """Stop when the metric that chooses the best checkpoint has not improved for a while."""

    patience: PositiveInt = setting(10, "Epochs without improvement before training stops.")
