"""Two values of a component's field."""

from typing import Any, NamedTuple


class Pair(NamedTuple):
    """Two values, and the fields that both components have beside them."""

    one: Any
    other: Any
    shared: dict[str, Any] = {}


def pair(one: Any, other: Any, **shared: Any) -> Pair:
    return Pair(one, other, shared)
