"""How an editor is told which map is meant: `if` the tag says so, `then` these settings.

A condition asks for a map that has the tag: without that, an empty value would meet every condition. It compares by
pattern, because the server takes the beginning of a constant for the constant while it completes.
"""

import re
from collections.abc import Sequence

from recipe.schemas.definitions import Branch, Definitions, Schema
from recipe.schemas.editor_leaves import REFERENCE


def case(branch: Branch, then: Schema) -> Schema:
    """Where the tag is this word, the settings are these."""
    return {"if": _tag_is(branch.tag, f"^{re.escape(branch.word)}$"), "then": then}


def unless_known(branches: Sequence[Branch], otherwise: Schema) -> Schema:
    """In a map whose tag is missing, or none of the words, the settings are these."""
    words = "|".join(re.escape(branch.word) for branch in branches)
    known = _tag_is(branches[0].tag, f"^(?:{words})$")
    return {"if": {"type": "object"}, "then": {"if": known, "else": otherwise}}


def unless_tagged(tag: str, otherwise: Schema) -> Schema:
    """In a map that has no tag, the settings are these."""
    return {"if": {"type": "object"}, "then": {"if": _has(tag), "else": otherwise}}


def where_referred(tag: str, then: Schema) -> Schema:
    """Where the tag is a reference, so that any word can be meant, the settings are these."""
    return {"if": _tag_is(tag, REFERENCE), "then": then}


def where_extended(then: Schema, otherwise: Schema) -> Schema:
    """Where the file extends others, the first; where it stands alone, the other."""
    return {"if": _has("extends"), "then": then, "else": otherwise}


def demand(keys: list[str]) -> Schema:
    """These keys are required. Said beside `properties`, the server would make one nameless completion of them."""
    return {"allOf": [{"required": keys}]} if keys else {}


def skeletons(branches: Sequence[Branch], parts: Definitions) -> Schema:
    """A beginning of each component, offered until the tag is there."""
    snippets = [
        {"label": branch.word, "description": branch.doc, "body": _skeleton(branch, parts.required(branch))}
        for branch in branches
    ]
    return {"if": _has(branches[0].tag), "else": {"defaultSnippets": snippets}}


def _skeleton(branch: Branch, required: list[str]) -> Schema:
    return {branch.tag: branch.word, **{key: branch.cls.example[key] for key in required if key in branch.cls.example}}


def _has(key: str) -> Schema:
    return {"type": "object", "required": [key]}


def _tag_is(tag: str, pattern: str) -> Schema:
    return {**_has(tag), "properties": {tag: {"type": "string", "pattern": pattern}}}
