"""What varies in a recipe: the axes of its `matrix`, or the dimensions of its `search`, as nodes."""

import itertools
import math
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from recipe.compiler.nodes import Mapping, Node, walk_nodes, with_layer
from recipe.compiler.put import Step, put
from recipe.schemas.diagnostics import Span


class Axis(NamedTuple):
    """One setting that varies."""

    name: str
    """Its dotted path."""
    key_span: Span
    node: Node
    """What stands under the path: the list of a matrix, the distribution of a search."""
    values: tuple[Node, ...]
    """The values of a matrix, the extreme values of a distribution."""

    @property
    def steps(self) -> list[Step]:
        """The path step by step, with places."""
        inside = re.finditer(r"[^.]+", self.name)
        return [(match[0], self.key_span) for match in inside]


Combination = tuple[Node, ...]
"""A value for each axis."""


class Variation(NamedTuple):
    """All that varies."""

    section: Literal["matrix", "search"]
    axes: tuple[Axis, ...]

    @property
    def total(self) -> int:
        """How many combinations of values there are."""
        return math.prod(len(axis.values) for axis in self.axes)

    def combinations(self) -> Iterator[Combination]:
        """Each value of each axis with all those of the others; the last axis changes fastest."""
        return itertools.product(*(axis.values for axis in self.axes))

    def first(self) -> Combination:
        """The first value of each axis."""
        return tuple(axis.values[0] for axis in self.axes)

    def spans(self) -> set[Span]:
        """Every place that a value of an axis may be told at."""
        nodes = (node for axis in self.axes for node in (axis.node, *axis.values))
        return {each.span for node in nodes for each in walk_nodes(node)} | {axis.key_span for axis in self.axes}

    def lay_on(self, root: Mapping, combination: Combination) -> Mapping:
        """The tree with a value on the path of each axis."""
        for axis, value in zip(self.axes, combination, strict=True):
            laid = put(root, axis.steps, with_layer(value, self.section))
            assert isinstance(laid, Mapping)
            root = laid
        return root
