"""What one setting may be, as an editor is told: its types with `${…}` beside them.

Alternatives that differ by type are one flat schema with a list of types, because the language server shows the
branches of an `anyOf` in its hovers, and not the setting.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from recipe.schemas.definitions import Schema, is_ours

REFERENCE = r"^\$\{"
"""What a text begins with that stands for another value of the recipe."""
REFERENCE_TEXT: Schema = {"title": "reference", "type": "string", "pattern": REFERENCE}
"""A title of its own keeps the server from taking it for its neighbours in an `anyOf`."""
MAP: Schema = {
    "type": ["object", "string"],
    "pattern": REFERENCE,
    "patternErrorMessage": "Expected a map, or a reference: ${vars.name}.",
}
"""A map, or a reference to one."""

_ANNOTATIONS = ("title", "description", "default")


def alternatives(raw: Schema) -> list[Schema]:
    """The schemas of which a value must meet one: nested `anyOf` taken apart, without annotations."""
    bare = {key: value for key, value in raw.items() if not (is_ours(key) or key in _ANNOTATIONS)}
    if "anyOf" in bare:
        return [inner for option in bare["anyOf"] for inner in alternatives(option)]
    return [bare]


def words_of(options: Iterable[Schema]) -> list[Any]:
    """The values that are named one by one: `auto`, the choices of a literal."""
    found = [option.get("enum", [option["const"]] if "const" in option else []) for option in options]
    return list(dict.fromkeys(word for words in found for word in words))


def typed_of(options: Iterable[Schema]) -> list[Schema]:
    """The alternatives that are a whole type."""
    return [option for option in options if "type" in option and not words_of([option])]


def leaf(options: list[Schema], expected: str, default: Any = None) -> Schema:
    """What a value must be that is no section and no component: one of the types, a word, or a reference.

    The lists and maps among `options` hold editor schemas already; `expected` says in words what is accepted. The
    default is offered as a snippet: the keyword would make the server write every default of a map that is begun.
    """
    words, typed = words_of(options), typed_of(options)
    if any(not option for option in options):
        return {}
    if not typed:
        return {"anyOf": [{"enum": words}, REFERENCE_TEXT]}
    types = list(dict.fromkeys(option["type"] for option in typed))
    constraints = _shared_constraints(typed)
    if "string" not in types:
        constraints |= _texts([REFERENCE, *_exactly(words)], f"Expected {expected}, or a reference: ${{vars.name}}.")
    elif pattern := constraints.get("pattern"):
        constraints |= _texts([r"\$\{", f"(?:{pattern})", *_exactly(words)], f"Does not match {pattern}")
    offered = [word for word in (default, *words) if word and word is not True]
    if offered:
        snippets = [{"label": _label(word), "body": word} for word in offered]
        constraints["defaultSnippets"] = [s for index, s in enumerate(snippets) if s not in snippets[:index]]
    return {"type": types if "string" in types else [*types, "string"], **constraints}


def _shared_constraints(typed: list[Schema]) -> Schema:
    """The constraints of every type; where alternatives of one type differ, those that all of them have."""
    result: Schema = {}
    for option in typed:
        rivals = [other for other in typed if other["type"] == option["type"]]
        for key, value in option.items():
            if key != "type" and all(other.get(key) == value for other in rivals):
                result[key] = value
    return result


def _label(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _exactly(words: list[Any]) -> list[str]:
    return [f"^(?:{'|'.join(re.escape(str(word)) for word in words)})$"] if words else []


def _texts(patterns: list[str], message: str) -> Schema:
    return {"pattern": "|".join(patterns), "patternErrorMessage": message}
