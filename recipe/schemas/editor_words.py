"""What an editor shows about a setting: its signature and its documentation, in words."""

import json
from collections.abc import Iterable

from recipe.schemas.definitions import Definitions, Schema, kind_of, name_of
from recipe.schemas.editor_leaves import alternatives

_MOST_WORDS = 6
"""Words of a signature before it ends with an ellipsis."""
_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "multipleOf": "a multiple of {}",
}


class Words:
    """Tells about settings in the words of one language."""

    def __init__(self, parts: Definitions) -> None:
        self._parts = parts

    def signature(self, name: str, raw: Schema, *, is_required: bool) -> str:
        """`lr: number = 0.001`. The language server makes it the heading of the hover."""
        default = raw.get("default")
        shown = f" = {_yaml(default)}" if default is not None and not isinstance(default, dict) else ""
        return f"{name}: {self.types(raw)}{' (required)' if is_required else shown}"

    def types(self, raw: Schema) -> str:
        """What a setting takes: `auto | integer`, `Adam | SGD`, `list of text`."""
        found = [word for option in alternatives(raw) for word in self._types(option)]
        words = list(dict.fromkeys(found))
        return " | ".join(words if len(words) <= _MOST_WORDS else [*words[: _MOST_WORDS - 1], "…"])

    def _types(self, option: Schema) -> Iterable[str]:
        if kind := kind_of(option):
            return [branch.word for branch in self._parts.kinds[kind]]
        if "enum" in option or "const" in option:
            return [_yaml(word) for word in option.get("enum", [option.get("const")])]
        if option.get("type") == "array":
            return [self._list(option)]
        if option.get("type") == "object" and "additionalProperties" in option:
            return [f"map of {self.types(option['additionalProperties'])}"]
        is_section = "properties" in self._parts.schemas.get(name_of(option), {})
        name = str(option.get("type", "object" if is_section else "anything"))
        return [{"string": "text", "object": "map"}.get(name, name)]

    def _list(self, option: Schema) -> str:
        if "prefixItems" in option:
            return f"[{', '.join(self.types(item) for item in option['prefixItems'])}]"
        return f"list of {self.types(option.get('items', {}))}"

    def documentation(self, raw: Schema) -> Schema:
        """The setting's own text, then what its values may be and usually are. Where it has none, that of its map."""
        target = next((name for option in alternatives(raw) if (name := name_of(option))), "")
        text = raw.get("description") or self._parts.schemas.get(target, {}).get("description", "")
        text = "\n\n".join(part for part in (text, _range(raw)) if part)
        return {"description": text.replace("`", ""), "markdownDescription": text} if text else {}


def _range(raw: Schema) -> str:
    """`Above 0, at most 1.` and `Usually 0.001 to 0.1.`."""
    found = [text.format(_yaml(o[key])) for o in alternatives(raw) for key, text in _BOUNDS.items() if key in o]
    sentences = [", ".join(dict.fromkeys(found)).capitalize()] if found else []
    if usual := raw.get("x-usual"):
        outside = f" (outside: {why})" if (why := raw.get("x-unusual")) else ""
        sentences.append(f"Usually {_yaml(usual[0])} to {_yaml(usual[1])}{outside}")
    return " ".join(f"{sentence}." for sentence in sentences)


def _yaml(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
