"""How one layer lies on another: maps merge, a map with another `type` replaces, all else replaces."""

import re

from recipe.compiler.nodes import Entry, Mapping, Node, Scalar
from recipe.schemas.base import FrozenDict

_WORD = re.compile(r"[A-Za-z]\w*")


def merge(base: Node | None, over: Node) -> Node:
    """`over` laid on `base`. A map with another `type` replaces the whole map; a bare word counts as `{type: word}`."""
    if base is None:
        return over
    if isinstance(base, Mapping) and isinstance(over, Mapping) and not _has_other_type(base, over):
        return _merge_maps(base, over)
    if _is_word(base) and isinstance(over, Mapping) and over.get("type") is None:
        return _with_word(over, base)
    if isinstance(base, Mapping) and _is_word(over) and _type_of(base) == over.value:  # type: ignore[union-attr]
        return _said_again(base, over)
    return over._replace(origins=over.origins + base.origins, replaced=(*over.replaced, base))


def _merge_maps(base: Mapping, over: Mapping) -> Mapping:
    entries = dict(base.entries)
    for key, entry in over.entries.items():
        below = base.get(key)
        entries[key] = Entry(entry.key_span, merge(below, entry.node))
    return Mapping(FrozenDict(entries), over.span, over.origins + base.origins, over.replaced + base.replaced)


def _with_word(over: Mapping, word: Node) -> Mapping:
    """A map on a bare word, which becomes its type; what the word had replaced, the map has."""
    tag = Entry(word.span, word._replace(origins=word.origins[:1], replaced=()))
    entries = FrozenDict({"type": tag, **over.entries})
    return Mapping(entries, over.span, over.origins + word.origins, over.replaced + word.replaced)


def _said_again(base: Mapping, word: Node) -> Mapping:
    """The map of a type whose bare word stands in a later layer: the type is that layer's, the rest stays."""
    tag = base.entries["type"]
    said = word._replace(origins=word.origins + tag.node.origins, replaced=word.replaced + tag.node.replaced)
    again = base.with_entry("type", Entry(tag.key_span, said))
    return again._replace(origins=word.origins + base.origins)


def _is_word(node: Node) -> bool:
    return isinstance(node, Scalar) and isinstance(node.value, str) and bool(_WORD.fullmatch(node.value))


def _type_of(node: Mapping) -> object:
    tag = node.get("type")
    return tag.value if isinstance(tag, Scalar) else None


def _has_other_type(base: Mapping, over: Mapping) -> bool:
    return over.get("type") is not None and base.get("type") is not None and _type_of(base) != _type_of(over)
