"""Distributions as nodes: their corners, and points drawn from them. A choice may hold distributions of its own."""

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

from recipe.compiler.nodes import Entry, Mapping, Node, Path, Scalar, Sequence, children
from recipe.schemas.base import FrozenDict

WORDS = ("float", "int", "categorical")


def is_distribution(node: Node) -> bool:
    """Whether a node is a map whose `type` is one of the reserved words."""
    tag = node.get("type") if isinstance(node, Mapping) else None
    return isinstance(tag, Scalar) and tag.value in WORDS


def distributions_in(node: Node, path: Path = ()) -> Iterator[tuple[Path, Mapping]]:
    """The node, where it is a distribution, and those inside it, with their paths from it."""
    if isinstance(node, Mapping) and is_distribution(node):
        yield path, node
    for step, child in children(node):
        yield from distributions_in(child, (*path, step))


def corners(node: Node) -> tuple[Node, ...]:
    """The extreme values of a distribution: its bounds, or each choice with its own distributions low, then high."""
    if not isinstance(node, Mapping):
        return ()
    choices = node.get("choices")
    if isinstance(choices, Sequence):
        low = (_filled(item, lambda inner: corners(inner)[0]) for item in choices.items)
        high = (_filled(item, lambda inner: corners(inner)[-1]) for item in choices.items)
        return tuple(dict.fromkeys((*low, *high)))
    bounds = (node.get("low"), node.get("high"))
    return tuple(bound for bound in bounds if isinstance(bound, Scalar))


def draw(node: Node, dice: random.Random) -> Node:
    """A random value of a distribution that the schema has accepted, at the distribution's place."""
    assert isinstance(node, Mapping)
    choices = node.get("choices")
    if isinstance(choices, Sequence):
        return _filled(dice.choice(choices.items), lambda inner: draw(inner, dice))
    value = _number(node, dice)
    return Scalar(value, f"{value:.6g}", node.span, node.origins)


def _number(node: Mapping, dice: random.Random) -> int | float:
    low, high, log, step, word = (_said(node, key) for key in ("low", "high", "log", "step", "type"))
    is_int = word == "int"
    if step or (is_int and not log):
        return low + (step or 1) * dice.randrange(number_of_values(low, high, step or 1))  # type: ignore[no-any-return]
    value = math.exp(dice.uniform(math.log(low), math.log(high))) if log else dice.uniform(low, high)
    return round(value) if is_int else min(max(value, float(low)), float(high))


def number_of_values(low: float, high: float, step: float) -> int:
    """How many values there are from `low` to `high`, both included; 0.1 to 0.3 by 0.1 are three, but for rounding."""
    return int((high - low) / step + 1e-9) + 1


def _said(node: Mapping, key: str) -> Any:
    value = node.get(key)
    return value.value if isinstance(value, Scalar) else None


def _filled(node: Node, pick: Callable[[Mapping], Node]) -> Node:
    """The node with every distribution in it replaced by what `pick` takes from it."""
    if isinstance(node, Sequence):
        return node._replace(items=tuple(_filled(item, pick) for item in node.items))
    if isinstance(node, Mapping) and is_distribution(node):
        return pick(node)
    if isinstance(node, Mapping):
        entries = {key: Entry(entry.key_span, _filled(entry.node, pick)) for key, entry in node.entries.items()}
        return node._replace(entries=FrozenDict(entries))
    return node
