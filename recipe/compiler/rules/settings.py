"""Rules for every setting of every recipe: what is usual, and what the task can use."""

from collections.abc import Iterator
from typing import Any

from recipe.compiler.nodes import Path
from recipe.compiler.rule import WHOLE, Finding, rule
from recipe.schemas.base import Leaf, leaves, usual_range
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.component import Component
from recipe.schemas.recipe import Recipe


@rule("R511", WHOLE)
def unusual_value(recipe: Recipe) -> list[Finding]:
    """Numbers outside the range that serves nearly everybody."""
    return [
        finding for leaf in leaves(recipe) if (usual := usual_range(leaf.field)) for finding in _unusual(leaf, *usual)
    ]


def _unusual(leaf: Leaf, low: float, high: float, consequence: str) -> Iterator[Finding]:
    for path, value in _numbers(leaf):
        if not low <= value <= high:
            message = f"`{'.'.join(map(str, path))}` is {value:g}, and {low:g} to {high:g} is usual"
            yield Finding(message, path, consequence)


def _numbers(leaf: Leaf) -> Iterator[tuple[Path, float]]:
    """The number of a leaf, or those of its map, with their paths."""
    if isinstance(leaf.value, int | float):
        yield leaf.path, leaf.value
    elif isinstance(leaf.value, tuple):
        yield from (((*leaf.path, key), value) for key, value in leaf.value)


@rule("R516", WHOLE)
def not_in_this_task(recipe: Recipe) -> list[Finding]:
    """A component that needs what the task's engine does not have."""
    fields = [name for name in type(recipe).model_fields if name != "search"]
    components = [(name, value) for name in fields if isinstance(value := getattr(recipe, name), Component)]
    return [_stranger(recipe, name, value) for name, value in components if not _is_usable(recipe, type(value))]


def _is_usable(recipe: Recipe, component: Any) -> bool:
    return recipe.runtime_objects is None or set(component.runtime) <= set(recipe.runtime_objects)


def _stranger(recipe: Recipe, name: str, component: Component) -> Finding:
    kind = component.kind
    words = [word for word in CATALOGUE.words(kind) if _is_usable(recipe, CATALOGUE.find(kind, word))]
    message = f"a {recipe.word()} recipe cannot use the {kind} `{component.word()}`"
    return Finding(message, name, f"it takes {', '.join(f'`{word}`' for word in words)}", also=())


RULES = (unusual_value, not_in_this_task)
