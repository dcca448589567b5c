"""The digest that names a run: the same for two recipes that ask for the same result."""

import hashlib
import os

from recipe.schemas.base import Section, canonical_json, leaves
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
    identity = {"language": LANGUAGE_VERSION, "leaves": asked_for, "words": _words(asked, ())}
    return hashlib.sha256(canonical_json(identity).encode()).hexdigest()


def _words(section: Section, path: tuple[str, ...]) -> dict[str, list[str | int]]:
    """Which component stands at each path, with its revision; trackers change no result and do not count."""
    found: dict[str, list[str | int]] = {}
    if isinstance(section, Component):
        found[".".join(path)] = [section.word(), section.revision]
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            found |= _words(value, (*path, name))
    return found
