"""The tree that a recipe's text becomes: immutable nodes that know where they stand and where they came from."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Source, Span

Layer = Literal["default", "extends", "file", "profile", "set", "matrix", "search", "env", "var"]
Path = tuple[str | int, ...]


class Origin(NamedTuple):
    """One layer that had a say in a value."""

    layer: Layer
    span: Span | None
    base_dir: str
    """What a relative path in this value is relative to."""
    secret: bool = False
    """Whether the value came from `${env:…}` and must not be written down."""
    name: str = ""
    """Of a profile: which one."""


class Scalar(NamedTuple):
    """A text, number, boolean or null."""

    value: str | int | float | bool | None
    text: str
    """As it was written, without quotes."""
    span: Span
    origins: tuple[Origin, ...]
    """Winner first; the others are what it replaced."""
    plain: bool = True
    template: str | None = None
    """For a secret: the text to write instead of the value."""
    replaced: "tuple[Node, ...]" = ()
    """Whole nodes that this one took the place of, nearest first: what they said below is of no effect any more."""

    @property
    def is_secret(self) -> bool:
        """Whether the value must not be written down."""
        return self.template is not None


class Entry(NamedTuple):
    """One key of a mapping with its value."""

    key_span: Span
    node: "Node"


class Mapping(NamedTuple):
    """Keys and values in the order of the text."""

    entries: FrozenDict[str, Entry]
    span: Span
    origins: tuple[Origin, ...]
    replaced: "tuple[Node, ...]" = ()

    def get(self, key: str) -> "Node | None":
        """The value of a key, or None."""
        entry = self.entries.get(key)
        return None if entry is None else entry.node

    def without(self, *keys: str) -> "Mapping":
        """The same mapping less some keys."""
        return self._replace(entries=FrozenDict({k: e for k, e in self.entries.items() if k not in keys}))

    def with_entry(self, key: str, entry: Entry) -> "Mapping":
        """The same mapping with one more, or one other, entry."""
        return self._replace(entries=FrozenDict({**self.entries, key: entry}))


class Sequence(NamedTuple):
    """A list."""

    items: "tuple[Node, ...]"
    span: Span
    origins: tuple[Origin, ...]
    replaced: "tuple[Node, ...]" = ()


Node = Scalar | Mapping | Sequence


class Document(NamedTuple):
    """A composed recipe and the sources it came from."""

    root: Mapping
    sources: tuple[Source, ...]


def plain_data(node: Node) -> Any:
    """The node as dicts, lists and scalars."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain_data(item) for item in node.items]
    return {key: plain_data(entry.node) for key, entry in node.entries.items()}


def walk_scalars(node: Node, path: Path = ()) -> Iterator[tuple[Path, Scalar]]:
    """Every scalar with its path, in the order of the text."""
    if isinstance(node, Scalar):
        yield path, node
    for step, child in children(node):
        yield from walk_scalars(child, (*path, step))


def with_layer(node: Node, layer: Layer, name: str = "") -> Node:
    """The same node as said by another layer."""
    origins = tuple(origin._replace(layer=layer, name=name) for origin in node.origins)
    if isinstance(node, Mapping):
        entries = {
            key: Entry(entry.key_span, with_layer(entry.node, layer, name)) for key, entry in node.entries.items()
        }
        return node._replace(entries=FrozenDict(entries), origins=origins)
    if isinstance(node, Sequence):
        return node._replace(items=tuple(with_layer(item, layer, name) for item in node.items), origins=origins)
    return node._replace(origins=origins)


def children(node: Node) -> Iterator[tuple[str | int, Node]]:
    """What a map or a list holds, with keys or indices; nothing for a scalar."""
    if isinstance(node, Sequence):
        yield from enumerate(node.items)
    elif isinstance(node, Mapping):
        yield from ((key, entry.node) for key, entry in node.entries.items())


def walk_nodes(node: Node) -> Iterator[Node]:
    """The node and everything below it, in the order of the text."""
    yield node
    for _, child in children(node):
        yield from walk_nodes(child)


def step_of(word: str) -> str | int:
    """A word of a dotted path as a step: the index of a list where it is a number."""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else word


def locate(root: Node, path: Path) -> tuple[Node, Entry | None, Path]:
    """Follow a path as far as it goes: the last node, the entry that holds it, and the steps that are missing."""
    node, entry = root, None
    for done, step in enumerate(path):
        if isinstance(node, Mapping) and step in node.entries:
            entry = node.entries[str(step)]
            node = entry.node
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node, entry = node.items[step], None
        else:
            return node, entry, path[done:]
    return node, entry, ()
