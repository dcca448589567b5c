"""The JSON Schema (2020-12) of recipes without references in other than text values: strict, for machines."""

from typing import Any

from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.component import KIND_PLACEHOLDER, Component

_LAYERING = {
    "extends": {"type": "array", "items": {"type": "string"}, "description": "Recipes to start from."},
    "vars": {"type": "object", "description": "Names for `${vars.name}`."},
    "profiles": {"type": "object", "additionalProperties": {"type": "object"}, "description": "Named overlays."},
}
"""The keys that composition takes out again."""


def language_schema() -> dict[str, Any]:
    """A schema whose root is any recipe, with one definition for each component and each kind."""
    definitions: dict[str, Any] = {}
    for kind in CATALOGUE.kinds():
        options = []
        for word in CATALOGUE.words(kind):
            cls = CATALOGUE.find(kind, word)
            assert cls is not None
            _add_component(cls, f"{kind}.{word}", definitions)
            options.append({"$ref": f"#/$defs/{kind}.{word}"})
        bare = [word for word in CATALOGUE.words(kind) if _needs_nothing(definitions[f"{kind}.{word}"])]
        definitions[kind] = {"oneOf": [*options, *([{"enum": bare}] if bare and kind != "task" else [])]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "recipe",
        "$ref": "#/$defs/task",
        "$defs": dict(sorted(definitions.items())),
    }


def _add_component(cls: type[Component], name: str, definitions: dict[str, Any]) -> None:
    schema = cls.model_json_schema(ref_template="#/$defs/{model}")
    for inner, definition in schema.pop("$defs", {}).items():
        definitions.setdefault(inner, _clean(definition))
    definitions[name] = _clean(schema)
    if cls.kind == "task":
        definitions[name]["properties"] |= _LAYERING


def _needs_nothing(schema: dict[str, Any]) -> bool:
    return len(schema.get("required", [])) <= 1


def _clean(schema: Any) -> Any:
    """With references to kinds in place, and without the metadata that only the compiler reads."""
    if isinstance(schema, list):
        return [_clean(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _clean(value) for key, value in schema.items() if key not in (*_METADATA, KIND_PLACEHOLDER)}
    return {"$ref": f"#/$defs/{schema[KIND_PLACEHOLDER]}", **kept} if KIND_PLACEHOLDER in schema else kept


_METADATA = ("x-impact", "x-path")
