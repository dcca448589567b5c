"""What a rule between fields is: one small function that names the paths it reads."""

from collections.abc import Callable
from typing import NamedTuple


class Finding(NamedTuple):
    """What a rule found: at which of its paths, and what to do."""

    message: str
    at: str
    help: str = ""


class Rule(NamedTuple):
    """A rule applies to every recipe that has its paths; its function gets their values."""

    code: str
    paths: tuple[str, ...]
    function: Callable[..., Finding | None]


def rule(code: str, *paths: str) -> Callable[[Callable[..., Finding | None]], Rule]:
    """Declare a rule over some paths."""
    return lambda function: Rule(code, paths, function)
