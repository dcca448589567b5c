"""The digest that names a run: the same for two recipes that ask for the same result."""

import hashlib
import os
from collections.abc import Iterator

from recipe.schemas.base import canonical_json, inner_sections, leaves
from recipe.schemas.component import Component
from recipe.schemas.recipe import LANGUAGE_VERSION, Recipe


def digest(asked: Recipe, recipe_dir: str) -> str:
    """SHA-256 over the identity leaves that differ from their defaults, taken before `auto` is answered.

    Covers the language version and the component words and revisions; paths count as relative to the recipe.
    """
    asked_for = {
        leaf.dotted: os.path.relpath(leaf.value, recipe_dir) if leaf.is_path else leaf.value
        for leaf in leaves(asked)
        if leaf.value != leaf.default and leaf.impact == "identity"
    }
    identity = {"language": LANGUAGE_VERSION, "leaves": asked_for, "sections": dict(_sections(asked))}
    return hashlib.sha256(canonical_json(identity).encode()).hexdigest()


def _sections(asked: Recipe) -> Iterator[tuple[str, list[str | int]]]:
    """What stands at each path that could hold another component, or nothing: its word, and its revision."""
    for inner in inner_sections(asked):
        if inner.impact != "identity":
            continue
        if isinstance(inner.section, Component):
            yield inner.dotted, [inner.section.word(), inner.section.revision]
        elif inner.field.default is None or inner.is_item:
            yield inner.dotted, ["present", 1]
