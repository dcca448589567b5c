"""The text of a recipe from its data, with comments where something is to be said."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from recipe.compiler.nodes import Path
from recipe.compiler.one_line import one_line

_WIDTH = 110


def yaml_text(tree: Mapping[str, Any], comments: Mapping[Path, str], header: list[str]) -> str:
    """The recipe; empty sections are left out."""
    lines = [line for text in header for line in _comment(text, "")]
    for key, value in tree.items():
        if value not in ({}, []):
            lines += _entry(key, value, (key,), comments, "")
    return "\n".join(lines) + "\n"


def _entry(key: str, value: Any, path: Path, comments: Mapping[Path, str], indent: str) -> Iterator[str]:
    yield from _comment(comments.get(path, ""), indent)
    said = f"{indent}{_text(key)}:"
    has_comments = any(known[: len(path)] == path and known != path for known in comments)
    if not has_comments and len(said) + len(_flow(value)) < _WIDTH and not _is_long_list(value):
        yield f"{said} {_flow(value)}"
    elif isinstance(value, dict):
        yield said
        for inner, item in value.items():
            yield from _entry(inner, item, (*path, inner), comments, f"{indent}  ")
    elif isinstance(value, list):
        yield said
        for index, item in enumerate(value):
            yield from _comment(comments.get((*path, index), ""), f"{indent}  ")
            yield f"{indent}  - {_flow(item)}"
    else:
        yield f"{said} {_flow(value)}"


def _is_long_list(value: Any) -> bool:
    """Whether it is a list of components, of which each has a line of its own."""
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _comment(text: str, indent: str) -> list[str]:
    return [f"{indent}# {line}" for line in textwrap.wrap(text, _WIDTH - len(indent), break_long_words=False)]


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _text(value.replace("${", "$${")) if isinstance(value, str) else one_line(value)


def _text(text: str) -> str:
    """Quoted where YAML needs it, and where a character may look like another."""
    return one_line(text) if text.isascii() else json.dumps(text, ensure_ascii=False)
