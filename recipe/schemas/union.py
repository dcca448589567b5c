"""One section that has the keys of several: for places where it is not said which of them is meant."""

from recipe.schemas.definitions import Schema, name_of, reference
from recipe.schemas.editor_leaves import alternatives


def union_of(union: str, names: list[str], schemas: dict[str, Schema]) -> str:
    """The section with the keys of all these, which is added to `schemas` as `union`; sections in it join likewise.

    Returns its name, which is the section's own where there is but one.
    """
    sections = [schemas[name].get("properties", {}) for name in dict.fromkeys(names)]
    if len(sections) == 1:
        return names[0]
    found = {key: [section[key] for section in sections if key in section] for section in sections for key in section}
    schemas[union] = {"properties": {key: _joined(f"{union}.{key}", found[key], schemas) for key in found}}
    return union


def _joined(name: str, fields: list[Schema], schemas: dict[str, Schema]) -> Schema:
    """A setting that takes what any of these settings takes, documented as all of them are."""
    if all(field == fields[0] for field in fields):
        return fields[0]
    texts = dict.fromkeys(field["description"] for field in fields if "description" in field)
    joined = _joined_values(name, [option for field in fields for option in alternatives(field)], schemas)
    return {**joined, **({"description": "\n\n".join(texts)} if texts else {})}


def _joined_values(name: str, options: list[Schema], schemas: dict[str, Schema]) -> Schema:
    sections = [section for option in options if (section := name_of(option))]
    others = [option for option in options if not name_of(option)]
    merged = [reference(union_of(name, sections, schemas))] if sections else []
    distinct = [option for index, option in enumerate(others) if option not in others[:index]]
    choices = [*merged, *distinct]
    return choices[0] if len(choices) == 1 else {"anyOf": choices}
