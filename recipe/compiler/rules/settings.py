"""Rules for every setting of every recipe: what is usual, and what the task can use."""

from typing import Any

from recipe.compiler.rule import WHOLE, Finding, rule
from recipe.schemas.base import Leaf, leaves, usual_range
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.component import Component
from recipe.schemas.recipe import Recipe


@rule("R511", WHOLE)
def unusual_value(recipe: Recipe) -> list[Finding]:
    """Numbers outside the range that serves nearly everybody."""
    return [finding for leaf in leaves(recipe) if (finding := _unusual(leaf))]


def _unusual(leaf: Leaf) -> Finding | None:
    usual = usual_range(leaf.field)
    if usual is None or not isinstance(leaf.value, int | float) or usual[0] <= leaf.value <= usual[1]:
        return None
    low, high, consequence = usual
    message = f"`{leaf.dotted}` is {leaf.value:g}, and {low:g} to {high:g} is usual"
    return Finding(message, leaf.path, consequence)


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
