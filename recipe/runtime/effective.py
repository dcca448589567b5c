"""Proof that the run does what the plan says: plan values against those of the live objects."""

from collections.abc import Mapping

from pydantic import JsonValue

from recipe.schemas.base import inner_sections, leaves
from recipe.schemas.component import Component
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.recipe import Recipe


def planned_values(recipe: Recipe) -> dict[str, JsonValue]:
    """Dotted path → value of everything in a recipe that must arrive at a live object."""
    values = {leaf.dotted: _json(leaf.value) for leaf in leaves(recipe)}
    for inner in inner_sections(recipe):
        if isinstance(inner.section, Component):
            values[f"{inner.dotted}.{inner.section.tag}"] = inner.section.word()
    settled = type(recipe).settled_by_compiler
    return {path: value for path, value in values.items() if not any(_is_under(path, top) for top in settled)}


def differences(recipe: Recipe, effective: Mapping[str, JsonValue]) -> list[Diagnostic]:
    """An R802 diagnostic for every value that arrived changed, or not at all."""
    found = []
    for path, planned in planned_values(recipe).items():
        if path not in effective:
            message = f"`{path}` is {planned!r} in the plan, but nothing in the run has it"
        elif effective[path] != planned or isinstance(planned, bool) != isinstance(effective[path], bool):
            message = f"`{path}` is {planned!r} in the plan, but {effective[path]!r} in the run"
        else:
            continue
        found.append(Diagnostic("R802", message, path=tuple(path.split("."))))
    return found


def _json(value: object) -> JsonValue:
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return value  # type: ignore[return-value]


def _is_under(path: str, top: str) -> bool:
    return path == top or path.startswith(f"{top}.")
