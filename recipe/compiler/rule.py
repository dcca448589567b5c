"""What a rule between fields is: one small function that names the paths it reads."""

from collections.abc import Callable
from typing import NamedTuple

from recipe.compiler.nodes import Path

WHOLE = ""
"""The path of the recipe itself, for rules that look at more of it than their other paths say."""

NAMES = "names of parameters"
"""Stands among a rule's paths for a function: model → the names of its parameters, as far as they are known."""


class Finding(NamedTuple):
    """What a rule found: where, and what to do."""

    message: str
    at: str | Path
    """A dotted path, or its steps where one of them has dots itself."""
    help: str = ""
    candidates: tuple[str, ...] = ()
    also: tuple[str | Path, ...] | None = None
    """Other places that have to do with it; None: the rule's other paths."""
    is_about_key: bool = False
    """Whether the mistake is the key at that place, not its value."""


Found = Finding | list[Finding] | None


class Rule(NamedTuple):
    """A rule applies to every recipe that has its paths; its function gets their values."""

    code: str
    paths: tuple[str, ...]
    function: Callable[..., Found]


def rule(code: str, *paths: str) -> Callable[[Callable[..., Found]], Rule]:
    """Declare a rule over some paths."""
    return lambda function: Rule(code, paths, function)
