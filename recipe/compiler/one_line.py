"""A value as one line of YAML, the way a recipe would say it."""

import json
import re
from typing import Any

from recipe.compiler.scalars import resolve_plain
from recipe.schemas.base import Section

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]([^,\[\]{}#:\n]|:(?=\S))*")


def one_line(value: Any) -> str:
    """Maps and lists in flow style, texts unquoted where YAML allows it."""
    if isinstance(value, Section):
        return one_line(value.model_dump(mode="json"))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(str(key))}: {one_line(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(one_line, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    return f"{value!r}" if isinstance(value, float) else json.dumps(value)


def _text(text: str) -> str:
    is_text = isinstance(resolve_plain(text), str) and not text.endswith(" ")
    return text if is_text and _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
