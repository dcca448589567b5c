"""Pass 8: every `auto` gets a value and a reason, from facts about the machine, the data and the model.

So does any other word that stands for a value, such as `data.normalize: from_data`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic import JsonValue

from recipe.schemas.base import Leaf, leaves
from recipe.schemas.component import with_values
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.facts import Facts
from recipe.schemas.plan import Answer
from recipe.schemas.recipe import Recipe
from recipe.schemas.targets import load_target


class FactMissing(Exception):
    """An answer needs a fact that is not known."""

    def __init__(self, fact: str) -> None:
        super().__init__(fact)
        self.fact = fact


class Reply(NamedTuple):
    """A value, why, and the fact it rests on."""

    value: JsonValue
    reason: str
    from_fact: str
    template: str | None = None
    """For a value that came from the environment: the `${env:…}` text to write down instead."""


class Question:
    """What a function of the answers table may look at: the recipe as answered so far, and the facts."""

    def __init__(self, recipe: Recipe, facts: Facts) -> None:
        found = tuple(leaves(recipe))
        self._values: dict[str, Any] = {leaf.dotted: leaf.value for leaf in found}
        self._open = {leaf.dotted for leaf in found if leaf.is_open}
        self._facts = facts
        self.recipe = recipe

    def __getitem__(self, dotted: str) -> Any:
        """The value of a leaf. Raises `FactMissing` where it is itself an `auto` that could not be answered."""
        if dotted in self._open:
            raise FactMissing(f"`{dotted}`")
        return self._values[dotted]

    def __setitem__(self, dotted: str, value: Any) -> None:
        self._values[dotted] = value
        self._open.discard(dotted)

    def fact(self, name: str) -> Any:
        """A part of the facts. Raises `FactMissing` where it is not known."""
        value = getattr(self._facts, name)
        if value is None:
            raise FactMissing(name)
        return value


class Answers(NamedTuple):
    """A family's part of this pass."""

    replies: dict[str, Callable[[Question], Reply]]
    """Path (`*` for a list index) → how to answer it; in the order in which answers rest on each other."""
    rules: "tuple[Callable[[Resolved, Facts], Diagnostic | None], ...]"
    """What must hold between the answered recipe and the facts."""


class Resolved(NamedTuple):
    """A recipe with its answers."""

    recipe: Recipe
    answers: tuple[Answer, ...]
    missing: dict[str, str]
    """Path of an `auto` that is left → the fact it would need."""
    secrets: dict[str, str]
    """Path of an answer that came from the environment → the `${env:…}` text to write down instead."""


def resolve(recipe: Recipe, facts: Facts) -> Resolved:
    """Answer every `auto` that the facts allow."""
    open_leaves = [leaf for leaf in leaves(recipe) if leaf.is_open]
    question, answers, missing, secrets = Question(recipe, facts), [], {}, {}
    for pattern, reply_to in answers_of(recipe).replies.items():
        for leaf in open_leaves:
            if not _matches(leaf, pattern):
                continue
            try:
                reply = reply_to(question)
            except FactMissing as error:
                missing[leaf.dotted] = error.fact
                continue
            question[leaf.dotted] = reply.value
            if reply.template is not None:
                secrets[leaf.dotted] = reply.template
            shown = reply.value if reply.template is None else reply.template
            answers.append(_answer(leaf, shown, reply))
    values = {leaf.path: question[leaf.dotted] for leaf in open_leaves if leaf.dotted not in missing}
    return Resolved(with_values(recipe, values), tuple(answers), missing, secrets)


def _answer(leaf: Leaf, shown: JsonValue, reply: Reply) -> Answer:
    return Answer(path=leaf.dotted, value=shown, reason=reply.reason, from_fact=reply.from_fact, asked=leaf.value)


def answers_of(recipe: Recipe) -> Answers:
    """The table of the recipe's family."""
    return load_target(type(recipe).answers)  # type: ignore[no-any-return]


def _matches(leaf: Leaf, pattern: str) -> bool:
    steps = pattern.split(".")
    return len(steps) == len(leaf.path) and all(s in ("*", str(p)) for s, p in zip(steps, leaf.path, strict=True))
