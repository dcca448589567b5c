"""What an expression of a configuration is worth, as far as that can be known without running it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, NoReturn

from recipe.schemas.diagnostics import Diagnostic, RecipeError, Source, Span


class Table(dict[Any, Any]):
    """A dict, with the place of each value: `optuna["sampler"] = …` may stand far from `optuna = {…}`."""

    def __init__(self, entries: Any = ()) -> None:
        super().__init__(entries)
        self.places: dict[Any, Span] = dict(entries.places) if isinstance(entries, Table) else {}


@dataclass(frozen=True)
class Named:
    """Something of a module, by its full name: `torchvision.transforms.InterpolationMode.BICUBIC`."""

    path: str


@dataclass(frozen=True)
class Call:
    """A call of something of a module. It is not made."""

    path: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(hash=False)
    span: Span


@dataclass(frozen=True)
class Unknown:
    """What cannot be known, and why not."""

    span: Span
    reason: str


class NotPlain(Exception):
    """A value holds what is no plain data."""

    def __init__(self, reason: str, span: Span | None = None) -> None:
        super().__init__(reason)
        self.reason, self.span = reason, span


_MOST, _DEEPEST = 1_000, 20
"""Values inside one setting, and how deep they may lie in each other. A list may hold itself."""


def is_too_large(value: Any) -> bool:
    """Whether a value holds more than a setting could need."""
    level, seen = [value], 0
    for _ in range(_DEEPEST):
        level = list(islice(chain.from_iterable(map(_inside, level)), _MOST + 1))
        seen += len(level)
        if not level or seen > _MOST:
            break
    return bool(level)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Call):
        return (*value.args, *value.kwargs.values())
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def plain(value: Any) -> Any:
    """The value as a recipe could hold it: lists for tuples. Raises `NotPlain`."""
    if isinstance(value, Unknown):
        raise NotPlain(value.reason, value.span)
    if isinstance(value, Call):
        raise NotPlain(f"`{value.path}(…)` is computed when the file runs", value.span)
    if isinstance(value, Named):
        raise NotPlain(f"`{value.path}` is no plain value")
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise NotPlain("its keys are not all texts")
        return {key: plain(item) for key, item in value.items()}
    return value


def refuse(message: str, *help_: str, source: Source | None = None, span: Span | None = None, file: str) -> NoReturn:
    """Say that a file cannot be imported. Raises `RecipeError` (R006)."""
    from recipe.schemas.diagnostics import Label

    labels = (Label(span),) if span is not None else ()
    sources = () if source is None else (source,)
    raise RecipeError(Diagnostic("R006", message, labels, help_, file=None if labels else file), sources=sources)
