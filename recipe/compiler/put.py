"""One value laid on one place of a tree: what `--set`, `matrix` and `search` do."""

from recipe.compiler.merge import merge
from recipe.compiler.nodes import Entry, Mapping, Node, Sequence, step_of
from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Span

Step = tuple[str, Span]
"""A step of a dotted path, and where it is written."""


class NoSuchItem(Exception):
    """A step that is no index of the list it leads into."""

    def __init__(self, step: Step, node: Sequence) -> None:
        super().__init__(step[0])
        self.step, self.node = step, node


def put(node: Node | None, steps: list[Step], value: Node) -> Node:
    """The node with `value` merged in where the steps lead; maps that are missing on the way are made.

    A key that itself holds dots, as those of `matrix` and `search.space` do, takes several steps at once.
    Raises `NoSuchItem`.
    """
    if not steps:
        return merge(node, value)
    if isinstance(node, Sequence):
        index = _index(steps[0], node)
        return node._replace(
            items=(*node.items[:index], put(node.items[index], steps[1:], value), *node.items[index + 1 :])
        )
    (key, span), rest = _key(node, steps)
    if isinstance(node, Mapping):
        return node.with_entry(key, Entry(span, put(node.get(key), rest, value)))
    return merge(node, Mapping(FrozenDict({key: Entry(span, put(None, rest, value))}), span, value.origins))


def _key(node: Node | None, steps: list[Step]) -> tuple[Step, list[Step]]:
    """The longest run of steps that is one key of the map, and the steps behind it; else the first step."""
    for count in range(len(steps), 1, -1):
        joined = ".".join(step for step, _ in steps[:count])
        if isinstance(node, Mapping) and joined in node.entries:
            return (joined, Span(steps[0][1].source, steps[0][1].start, steps[count - 1][1].end)), steps[count:]
    return steps[0], steps[1:]


def _index(step: Step, node: Sequence) -> int:
    index = step_of(step[0])
    if isinstance(index, int) and index < len(node.items):
        return index
    raise NoSuchItem(step, node)
