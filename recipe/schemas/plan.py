"""The plan: what the compiler decided and the runtime executes. Frozen, hashed, canonical JSON."""

from typing import Any, Literal

from pydantic import JsonValue, model_validator

from recipe.schemas.base import AUTO, FrozenDict, Section, canonical_json, leaves
from recipe.schemas.recipe import Recipe


class Answer(Section):
    """What an `auto` became, and why."""

    path: str
    value: JsonValue
    reason: str
    from_fact: str
    """Which part of `Facts` it rests on: `hardware`, `dataset` …"""


class Input(Section):
    """Something outside the plan that its result depends on, and how to see that it changed."""

    name: str
    path: str
    fingerprint: str


class ParameterGroup(Section):
    """Parameters that share one learning rate."""

    name: str
    lr: float
    tensors: int
    parameters: int


class RunPlan(Section):
    """One training run, everything decided."""

    format_version: Literal[1] = 1
    recipe: Recipe
    """The recipe with every `auto` answered and every path absolute."""
    digest: str
    """Names the run: the identity of what was asked, before `auto` was answered."""
    answers: tuple[Answer, ...]
    inputs: tuple[Input, ...]
    groups: tuple[ParameterGroup, ...]
    details: FrozenDict[str, JsonValue]
    """Consequences worth showing: steps per epoch, images, classes."""
    secrets: FrozenDict[str, str]
    """Dotted path → the `${env:…}` text it came from; its value is never written down."""
    versions: FrozenDict[str, str]
    commit: str | None

    @model_validator(mode="after")
    def _everything_is_decided(self) -> "RunPlan":
        open_leaves = [leaf.dotted for leaf in leaves(self.recipe) if leaf.value == AUTO]
        if open_leaves:
            raise ValueError(f"a plan has no `auto` left, but {', '.join(open_leaves)} has")
        return self

    def to_json(self) -> str:
        """Canonical JSON with the values of `${env:…}` left out."""
        data = self.model_dump(mode="json")
        for dotted, template in self.secrets.items():
            put(data["recipe"], dotted, template)
        return canonical_json(data)


Plan = RunPlan
"""`MatrixPlan` and `SearchPlan` join with the sections that need them."""


def put(data: Any, dotted: str, value: Any) -> None:
    """Replace the value at a dotted path of plain data."""
    *parents, last = dotted.split(".")
    for step in parents:
        data = data[int(step)] if isinstance(data, list) else data[step]
    data[int(last) if isinstance(data, list) else last] = value
