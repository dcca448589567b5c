"""The strict JSON Schema (2020-12), for machines: recipes without references in other than text values.

Each definition is there twice. `AdamW` is what a complete recipe must say; `AdamW.partial` is what a layer may say,
a profile or a file that extends others: the same keys and types, nothing required.
"""

from typing import Any

from recipe.schemas.component import KIND_PLACEHOLDER
from recipe.schemas.definitions import (
    LAYERING,
    OVERLAY,
    PARTIAL,
    Branch,
    Definitions,
    Schema,
    definitions,
    document,
    is_ours,
    kind_of,
    name_of,
    reference,
)


def language_schema() -> Schema:
    """A schema whose root is any recipe, with one definition for each component and each kind."""
    parts = definitions()
    result: dict[str, Schema] = {}
    for name, schema in parts.schemas.items():
        result[name] = _strict(schema, "", parts)
        result[name + PARTIAL] = _strict(schema, PARTIAL, parts)
    for branch in parts.kinds["task"]:
        _add_layering(branch.name, result)
    for kind in parts.kinds:
        result[kind] = _any_component(parts, kind, "")
        result[kind + PARTIAL] = _any_component(parts, kind, PARTIAL)
    layered = {"if": {"required": ["extends"]}, "then": reference("task" + PARTIAL), "else": reference("task")}
    return document(layered, result)


def _add_layering(task: str, result: dict[str, Schema]) -> None:
    """Let a recipe of this task have `extends`, `vars` and `profiles`. A profile has only the second of them."""
    result[task + OVERLAY] = _with_keys(result[task + PARTIAL], {"vars": LAYERING["vars"]})
    profiles = {**LAYERING["profiles"], "additionalProperties": reference(task + OVERLAY)}
    for name in (task, task + PARTIAL):
        result[name] = _with_keys(result[name], {**LAYERING, "profiles": profiles})


def _with_keys(schema: Schema, keys: dict[str, Schema]) -> Schema:
    return {**schema, "properties": {**schema["properties"], **keys}}


def _any_component(parts: Definitions, kind: str, flavour: str) -> Schema:
    """Any component of a kind. A partial one may leave out its tag, so that several branches can fit."""
    options: list[Schema] = [reference(branch.name + flavour) for branch in parts.kinds[kind]]
    words = [branch.word for branch in parts.kinds[kind] if parts.stands_alone(branch)]
    if words:
        options.append({"enum": words})
    return {"anyOf" if flavour else "oneOf": options}


def _strict(schema: Any, flavour: str, parts: Definitions) -> Any:
    """With references to definitions and kinds in place, and without what no JSON Schema knows.

    A list is replaced as a whole, never merged, so its items are complete also in a layer.
    """
    if isinstance(schema, list):
        return [_strict(item, flavour, parts) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner: Schema = {}
    for key, value in schema.items():
        if key == "properties":
            inner[key] = {name: _strict(field, flavour, parts) for name, field in value.items()}
        elif not (is_ours(key) or key in (KIND_PLACEHOLDER, "$ref", "default") or (flavour and key == "required")):
            inner[key] = _strict(value, "" if key in ("items", "prefixItems") else flavour, parts)
    if "default" in schema:
        inner["default"] = schema["default"]
    target = name_of(schema) or kind_of(schema)
    default = None if flavour else parts.default(schema)
    if default:
        return {**_defaulting(target, default), **inner}
    return {**reference(target + flavour), **inner} if target else inner


def _defaulting(kind: str, default: Branch) -> Schema:
    """Any component of a kind; a map without a tag is the default one, of which nothing is required."""
    untagged = {"type": "object", "not": {"required": [default.tag]}}
    return {"if": untagged, "then": reference(default.name + PARTIAL), "else": reference(kind)}
