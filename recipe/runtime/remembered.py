"""Parameter names of models that have no shipped list: seen once when such a model is built, and kept in the cache."""

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from recipe.runtime.files import write_atomically
from recipe.runtime.places import cache_dir
from recipe.schemas.base import canonical_json
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.models import Model


def remember_names(model: Model, names: Iterable[str]) -> None:
    """Keep the names for `remembered_names`. Without a cache that can be written, there are none."""
    with suppress(OSError):
        write_atomically(_file(model), json.dumps(list(names)))


def remembered_names(model: Model) -> tuple[str, ...]:
    """The names that such a model had when it was last built; none where it never was."""
    try:
        return tuple(json.loads(_file(model).read_bytes()))
    except (OSError, ValueError):
        return ()


def _file(model: Model) -> Path:
    """By everything that the names depend on: the component with its fields, and the versions of who builds it."""
    library = model.target.partition(":")[0].partition(".")[0]
    key = [CATALOGUE.owner(model.kind, model.word()), _version(library), model.model_dump(mode="json")]
    return cache_dir() / "parameter-names" / f"{hashlib.sha256(canonical_json(key).encode()).hexdigest()[:24]}.json"


def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
