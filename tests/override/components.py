"""Every kind of component: the two values of each field, and where they show.

To add a component: a row for each of its fields in the table of its kind, `Word.field` → `pair(one, other)`. What is
said only under `field` goes for all words of the kind. A second case of a field has more words after it.
"""

from typing import Any, NamedTuple

from recipe.schemas.catalogue import CATALOGUE
from tests.override import optimizers, others, schedulers, transforms
from tests.override.leaves import leaves_of_components
from tests.override.pair import Pair

TABLES = {
    "optimizer": (optimizers.FIELDS, optimizers.look),
    "scheduler": (schedulers.FIELDS, schedulers.look),
    "transform": (transforms.FIELDS, transforms.look),
    "mixer": (others.MIXERS, others.mixer),
    "loss": (others.LOSSES, others.loss),
    "model": (others.MODELS, others.model),
    "tracker": (others.TRACKERS, others.tracker),
    "distribution": (others.SEARCH, others.search),
    "sampler": (others.SEARCH, others.search),
    "pruner": (others.SEARCH, others.search),
}
ONE_VALUE = transforms.ONE_VALUE
ELSEWHERE = {"model.YOLOv8.weights": "tests/override/detector.py, in the trainer that loads them"}


class Field(NamedTuple):
    """A case of a leaf."""

    kind: str
    word: str
    name: str
    values: Pair

    def component(self, value: Any, put: Any = lambda text: text) -> Any:
        """The component with one of the values; `put` replaces places in texts."""
        cls = CATALOGUE.find(self.kind, self.word)
        fields = {**cls.example, **self.values.shared, self.name: value}
        return cls.parse({cls.tag: self.word, **{name: put(field) for name, field in fields.items()}})

    def seen(self, component: Any, folder: Any) -> Any:
        return TABLES[self.kind][1](component, f"{self.word}.{self.name}", folder)


def cases() -> tuple[dict[str, Field], list[str]]:
    """Name → case, and the leaves that have none."""
    found, without = {}, []
    for leaf in leaves_of_components():
        kind, word, name = leaf.split(".")
        table = TABLES[kind][0] if kind in TABLES else {}
        rows = [row for row in table if row.partition(" ")[0] == f"{word}.{name}"] or [name] * (name in table)
        rows = [] if leaf in ELSEWHERE else rows
        found |= {f"{kind}.{row}" if "." in row else leaf: Field(kind, word, name, table[row]) for row in rows}
        without += [] if rows or leaf in ONE_VALUE or leaf in ELSEWHERE else [leaf]
    return found, without


def rows_without_a_leaf() -> list[str]:
    """Rows of components, or of fields, that are gone."""
    leaves = [leaf.partition(".") for leaf in leaves_of_components()]
    return [
        f"{kind}: {row}"
        for kind, (table, _) in TABLES.items()
        for row in table
        if not any(
            row.partition(" ")[0] in (rest, rest.partition(".")[2])
            for own, _, rest in leaves
            if TABLES[own][0] is table
        )
    ]
