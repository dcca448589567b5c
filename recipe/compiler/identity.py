"""The digest that names a run: the same for two recipes that ask for the same result."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from typing import Any

from recipe.schemas.base import Section, canonical_json, impact_of, leaves
from recipe.schemas.component import Component
from recipe.schemas.recipe import LANGUAGE_VERSION, Recipe


def digest(asked: Recipe, recipe_dir: str) -> str:
    """SHA-256 over the identity leaves that differ from their defaults, taken before `auto` is answered.

    Covers the language version and the component words and revisions; paths count as relative to the recipe.
    """
    asked_for = {
        leaf.dotted: os.path.relpath(leaf.value, recipe_dir) if leaf.is_path else leaf.value
        for leaf in leaves(asked)
        if leaf.impact == "identity" and leaf.value != leaf.default
    }
    identity = {"language": LANGUAGE_VERSION, "leaves": asked_for, "sections": dict(_sections(asked, ()))}
    return hashlib.sha256(canonical_json(identity).encode()).hexdigest()


def _sections(section: Section, path: tuple[str, ...]) -> Iterator[tuple[str, list[str | int]]]:
    """What stands at each path that could hold another component, or nothing: its word, and its revision."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        items: Iterable[tuple[str | int | None, Any]] = [(None, value)]
        if isinstance(value, tuple):
            items = enumerate(value)
        elif isinstance(value, dict):
            items = value.items()
        for index, item in items:
            where = (*path, name) if index is None else (*path, name, str(index))
            if not isinstance(item, Section) or impact_of(field) != "identity":
                continue
            if isinstance(item, Component):
                yield ".".join(where), [item.word(), item.revision]
            elif field.default is None or index is not None:
                yield ".".join(where), ["present", 1]
            yield from _sections(item, where)
