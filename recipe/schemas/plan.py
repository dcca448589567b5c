"""The plan: what the compiler decided and the runtime executes. Frozen, hashed, canonical JSON."""

from collections.abc import Container, Iterator, Mapping
from typing import Any, Literal, TypeVar

from pydantic import JsonValue, model_validator

from recipe.schemas.base import AUTO, FrozenDict, Section, canonical_json, leaves
from recipe.schemas.facts import Input
from recipe.schemas.recipe import Recipe

S = TypeVar("S", bound=Section)


class Answer(Section):
    """What an `auto`, or another word that stands for a value, became, and why."""

    path: str
    value: JsonValue
    reason: str
    from_fact: str
    """Which part of `Facts` it rests on: `hardware`, `dataset` …"""
    asked: str = AUTO
    """The word that was answered."""


class Amendment(Section):
    """Something that changed after the plan was made: the user accepted it, or the run had to do it to go on."""

    what: str
    """`dataset`, `weights`, a package, or the dotted path of a setting."""
    before: str
    after: str
    when: str
    """ISO 8601 with time zone."""
    why: str = "accepted"


class ParameterGroup(Section):
    """Parameters that share one learning rate."""

    name: str
    lr: float
    tensors: int
    parameters: int


class Written(Section):
    """What is written down without the values of `${env:…}`."""

    def to_data(self) -> dict[str, Any]:
        """Plain data with the values of `${env:…}` left out."""
        raise NotImplementedError

    def to_json(self) -> str:
        """Canonical JSON with the values of `${env:…}` left out."""
        return canonical_json(self.to_data())


class RunPlan(Written):
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
    amendments: tuple[Amendment, ...] = ()

    @model_validator(mode="after")
    def _everything_is_decided(self) -> "RunPlan":
        open_leaves = [leaf.dotted for leaf in leaves(self.recipe) if leaf.is_open]
        if open_leaves:
            raise ValueError(f"a plan has nothing left to answer, but {', '.join(open_leaves)} has")
        return self

    def to_data(self) -> dict[str, Any]:
        """Plain data with the values of `${env:…}` left out."""
        data = self.model_dump(mode="json")
        for dotted, template in self.secrets.items():
            put(data["recipe"], dotted, template)
        return data

    def shown(self) -> Recipe:
        """The recipe for people's eyes: the values of `${env:…}` replaced by that text. Not for running."""
        return with_templates(self.recipe, self.secrets)

    def redact(self, text: str) -> str:
        """A text without the values of `${env:…}`."""
        data = self.recipe.model_dump(mode="json") if self.secrets else {}
        for dotted, template in self.secrets.items():
            value = data
            for key in _keys(data, dotted):
                value = value[key]  # type: ignore[index]
            text = text.replace(str(value), template) if str(value) else text
        return text


def with_templates(section: S, secrets: Mapping[str, str], prefix: str = "") -> S:
    """A section for people's eyes: the values of `${env:…}` replaced by that text. Not for running."""
    names = type(section).model_fields if secrets else ()
    return section.model_copy(
        update={name: templated(getattr(section, name), secrets, f"{prefix}{name}") for name in names}
    )


def templated(value: Any, secrets: Mapping[str, str], path: str) -> Any:
    """What stands at a path, for people's eyes."""
    if path in secrets:
        return secrets[path]
    if isinstance(value, Section):
        return with_templates(value, secrets, f"{path}.")
    if isinstance(value, tuple | list):
        return type(value)(templated(item, secrets, f"{path}.{index}") for index, item in enumerate(value))
    if isinstance(value, dict):
        return type(value)({key: templated(item, secrets, f"{path}.{key}") for key, item in value.items()})
    return value


class MatrixMember(Section):
    """One combination of a matrix."""

    values: FrozenDict[str, JsonValue]
    """Dotted path → what the matrix says there."""
    plan: RunPlan


class MatrixPlan(Written):
    """One run for each combination of a matrix."""

    format_version: Literal[1] = 1
    name: str
    digest: str
    """Of all members together, in any order."""
    members: tuple[MatrixMember, ...]

    def to_data(self) -> dict[str, Any]:
        """Plain data with the values of `${env:…}` left out."""
        members = [{"values": dict(member.values), "plan": member.plan.to_data()} for member in self.members]
        return {"format_version": self.format_version, "name": self.name, "digest": self.digest, "members": members}


class SearchPlan(Written):
    """Trials of one recipe, each with other values; which ones is decided as the search goes on."""

    format_version: Literal[1] = 1
    base: RunPlan
    """The recipe with `search` in it, and the first value of each dimension."""

    @property
    def name(self) -> str:
        """The recipe's name."""
        return self.base.recipe.name

    @property
    def digest(self) -> str:
        """Names the search."""
        return self.base.digest

    def to_data(self) -> dict[str, Any]:
        """Plain data with the values of `${env:…}` left out."""
        return {"format_version": self.format_version, "base": self.base.to_data()}


Plan = RunPlan | MatrixPlan | SearchPlan
"""What `recipe plan` shows and writes."""


def put(data: Any, dotted: str, value: Any) -> None:
    """Replace the value at a dotted path of plain data."""
    *parents, last = _keys(data, dotted)
    for step in parents:
        data = data[step]
    data[last] = value


def _keys(data: Any, dotted: str) -> Iterator[str | int]:
    """The keys and indices that a dotted path leads through.

    A key may hold dots itself (`search.space`), and a map whose order counts is a list of pairs.
    """
    steps = dotted.split(".")
    while steps:
        if isinstance(data, list) and not steps[0].isdigit():
            pairs = {key: index for index, (key, _) in enumerate(data)}
            count = _longest(pairs, steps)
            path: tuple[str | int, ...] = (pairs[".".join(steps[:count])], 1)
        else:
            count = 1 if isinstance(data, list) else _longest(data, steps)
            path = (int(steps[0]) if isinstance(data, list) else ".".join(steps[:count]),)
        yield from path
        steps = steps[count:]
        for key in path if steps else ():
            data = data[key]


def _longest(keys: Container[str], steps: list[str]) -> int:
    """How many steps make up the longest of the keys that they begin with."""
    return next((count for count in range(len(steps), 1, -1) if ".".join(steps[:count]) in keys), 1)
