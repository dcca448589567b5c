"""Where each word lives, known without importing it: checking a recipe loads only the classes it names."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from recipe.schemas.targets import load_target

if TYPE_CHECKING:
    from recipe.schemas.component import Component

BUILTIN: dict[str, dict[str, str]] = {
    "task": {
        "classification": "recipe.schemas.tasks.classification:Classification",
        "detection": "recipe.schemas.tasks.detection:Detection",
    },
    "model": {
        "ResNet18": "recipe.schemas.models.resnet18:ResNet18",
        "ResNet34": "recipe.schemas.models.resnet34:ResNet34",
        "ResNet50": "recipe.schemas.models.resnet50:ResNet50",
        "YOLOv8": "recipe.schemas.models.yolov8:YOLOv8",
    },
    "loss": {"CrossEntropyLoss": "recipe.schemas.losses.crossentropyloss:CrossEntropyLoss"},
    "optimizer": {
        "Adam": "recipe.schemas.optimizers.adam:Adam",
        "AdamW": "recipe.schemas.optimizers.adamw:AdamW",
        "SGD": "recipe.schemas.optimizers.sgd:SGD",
    },
    "scheduler": {
        "CosineAnnealingLR": "recipe.schemas.schedulers.cosineannealinglr:CosineAnnealingLR",
        "CosineDecay": "recipe.schemas.schedulers.cosinedecay:CosineDecay",
        "ExponentialLR": "recipe.schemas.schedulers.exponentiallr:ExponentialLR",
        "LinearDecay": "recipe.schemas.schedulers.lineardecay:LinearDecay",
        "LinearLR": "recipe.schemas.schedulers.linearlr:LinearLR",
        "MultiStepLR": "recipe.schemas.schedulers.multisteplr:MultiStepLR",
        "StepLR": "recipe.schemas.schedulers.steplr:StepLR",
    },
    "distribution": {
        "categorical": "recipe.schemas.distributions.categorical:CategoricalDistribution",
        "float": "recipe.schemas.distributions.float_:FloatDistribution",
        "int": "recipe.schemas.distributions.int_:IntDistribution",
    },
    "sampler": {
        "CmaEsSampler": "recipe.schemas.samplers.cmaessampler:CmaEsSampler",
        "GridSampler": "recipe.schemas.samplers.gridsampler:GridSampler",
        "RandomSampler": "recipe.schemas.samplers.randomsampler:RandomSampler",
        "TPESampler": "recipe.schemas.samplers.tpesampler:TPESampler",
    },
    "pruner": {
        "HyperbandPruner": "recipe.schemas.pruners.hyperbandpruner:HyperbandPruner",
        "MedianPruner": "recipe.schemas.pruners.medianpruner:MedianPruner",
        "NopPruner": "recipe.schemas.pruners.noppruner:NopPruner",
        "PercentilePruner": "recipe.schemas.pruners.percentilepruner:PercentilePruner",
        "SuccessiveHalvingPruner": "recipe.schemas.pruners.successivehalvingpruner:SuccessiveHalvingPruner",
    },
    "tracker": {
        "MLflow": "recipe.schemas.trackers.mlflow:MLflow",
        "TensorBoard": "recipe.schemas.trackers.tensorboard:TensorBoard",
    },
}
"""kind → word → `module:class`. A test compares it with the classes that exist."""

ENTRY_POINT_GROUP = "recipe.components"


class Plugin(NamedTuple):
    """A component that an installed package offers under `kind.Word`."""

    kind: str
    word: str
    target: str
    owner: str


class Duplicate(NamedTuple):
    """A word that more than one owner defines; the first owner is the one that counts."""

    kind: str
    word: str
    owners: tuple[str, ...]


class Catalogue:
    """Finds component classes by kind and word; built-ins win, plugins are scanned only when a word is unknown."""

    def __init__(self) -> None:
        self._plugins: tuple[Plugin, ...] | None = None

    def find(self, kind: str, word: str) -> "type[Component] | None":
        """The class of this word, or None."""
        target = BUILTIN.get(kind, {}).get(word)
        if target is None:
            target = next((p.target for p in self.plugins() if (p.kind, p.word) == (kind, word)), None)
        return None if target is None else load_target(target)

    def words(self, kind: str) -> tuple[str, ...]:
        """Every word of a kind, built-ins and plugins, sorted."""
        return tuple(sorted({*BUILTIN.get(kind, {}), *(p.word for p in self.plugins() if p.kind == kind)}))

    def kinds(self) -> tuple[str, ...]:
        """Every kind that has a word."""
        return tuple(dict.fromkeys([*BUILTIN, *(plugin.kind for plugin in self.plugins())]))

    def owner(self, kind: str, word: str) -> str:
        """Which package a word comes from."""
        if word in BUILTIN.get(kind, {}):
            return "recipe"
        return next(p.owner for p in self.plugins() if (p.kind, p.word) == (kind, word))

    def duplicates(self) -> tuple[Duplicate, ...]:
        """Words with several owners."""
        owners: dict[tuple[str, str], list[str]] = {}
        for kind, words in BUILTIN.items():
            for word in words:
                owners[kind, word] = ["recipe"]
        for plugin in self.plugins():
            owners.setdefault((plugin.kind, plugin.word), []).append(plugin.owner)
        return tuple(Duplicate(*key, tuple(names)) for key, names in owners.items() if len(names) > 1)

    def plugins(self) -> tuple[Plugin, ...]:
        """The components of installed packages, scanned once."""
        if self._plugins is None:
            self._plugins = tuple(_scan_entry_points())
        return self._plugins


def _scan_entry_points() -> list[Plugin]:
    """Read the entry points of installed distributions.

    `importlib.metadata.entry_points()` takes 75–100 ms, ten times what reading the files takes, and this runs
    whenever a recipe has a misspelt word.
    """
    import sys

    found: list[Plugin] = []
    seen: set[str] = set()
    for folder in sys.path:
        for file in sorted(Path(folder or ".").glob("*.dist-info/entry_points.txt")):
            owner = file.parent.name.removesuffix(".dist-info")
            if owner not in seen and ENTRY_POINT_GROUP in (text := file.read_text(encoding="utf-8")):
                seen.add(owner)
                found += _parse_entry_points(text, owner)
    return found


def _parse_entry_points(text: str, owner: str) -> list[Plugin]:
    from configparser import ConfigParser

    parser = ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    plugins = []
    for name, target in parser[ENTRY_POINT_GROUP].items():
        kind, _, word = name.partition(".")
        plugins.append(Plugin(kind, word, target.strip(), owner))
    return plugins


CATALOGUE = Catalogue()
