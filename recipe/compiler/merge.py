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
        entries = FrozenDict({"type": Entry(base.span, base), **over.entries})
        return over._replace(entries=entries, origins=over.origins + base.origins)
    if isinstance(base, Mapping) and _is_word(over) and _type_of(base) == over.value:  # type: ignore[union-attr]
        return base._replace(origins=over.origins + base.origins)
    return over._replace(origins=over.origins + base.origins)


def _merge_maps(base: Mapping, over: Mapping) -> Mapping:
    entries = dict(base.entries)
    for key, entry in over.entries.items():
        below = base.get(key)
        entries[key] = Entry(entry.key_span, merge(below, entry.node))
    return Mapping(FrozenDict(entries), over.span, over.origins + base.origins)


def _is_word(node: Node) -> bool:
    return isinstance(node, Scalar) and isinstance(node.value, str) and bool(_WORD.fullmatch(node.value))


def _type_of(node: Mapping) -> object:
    tag = node.get("type")
    return tag.value if isinstance(tag, Scalar) else None


def _has_other_type(base: Mapping, over: Mapping) -> bool:
    return over.get("type") is not None and base.get("type") is not None and _type_of(base) != _type_of(over)
