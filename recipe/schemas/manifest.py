"""The parameters of shipped models, written down so that a recipe can be checked without building anything.

`make manifest` writes them from the libraries; a test fails where they are not what the libraries build.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from recipe.schemas.models import Model

NamesOf = Callable[[Model], tuple[str, ...]]
"""Model → the names of its parameters; none where they are not known."""

FOLDER = Path(__file__).parent / "manifests"


class Row(NamedTuple):
    """One trained parameter, in the order of `named_parameters()`, of a model for one class."""

    name: str
    numel: int
    role: str
    """`weight`, `bn` (a normalization layer's weight) or `bias`."""


def manifest_of(model: Model) -> tuple[Row, ...] | None:
    """The parameters of a model; None where there is no list of it, or several may be meant."""
    names = model.manifests()
    return _rows(names[0]) if len(names) == 1 else None


def known_names(model: Model) -> tuple[str, ...]:
    """The names of all parameters that a model may have; none where there is no list of it."""
    return tuple(dict.fromkeys(row.name for name in model.manifests() for row in _rows(name)))


@cache
def _rows(name: str) -> tuple[Row, ...]:
    return tuple(Row(*row) for row in json.loads(file_of(name).read_bytes()))


def file_of(name: str) -> Path:
    """Where the list of this name is."""
    return FOLDER / f"{name}.json"
