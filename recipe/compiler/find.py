"""Follow a path that a user named on the command line into a recipe."""

import re
from typing import Any, NamedTuple, NoReturn

from recipe.compiler.nodes import Path
from recipe.compiler.report import Report
from recipe.schemas.base import Section
from recipe.schemas.component import Component
from recipe.schemas.diagnostics import Diagnostic, Label, RecipeError, Span, did_you_mean


class Found(NamedTuple):
    """A setting, or a section, of a recipe."""

    path: Path
    value: Any


def find(root: Any, text: str, report: Report) -> Found:
    """What a dotted path names in a recipe, or in plain data. Raises `RecipeError` (R001) with the nearest names."""
    source = report.add_source("PATH", text, ".")
    path: Path = ()
    value, start = root, 0
    while start < len(text):
        key = _key_at(value, text[start:])
        if key is None:
            _fail(path, value, text, start, report)
        path, value = (*path, key), _inner(value, key)
        start += len(str(key)) + 1
    if not text or text.endswith("."):
        message = "a path is words with dots between them"
        label = Label(Span(source.index, 0, len(text)))
        help_ = ("for example `optimizer.lr`",)
        raise RecipeError(Diagnostic("R001", message, (label,), help_), sources=report.sources)
    return Found(path, value)


def _key_at(value: Any, rest: str) -> str | int | None:
    """The key of `value` that the rest of a path begins with. A key of a map may have dots itself."""
    match = [key for key in keys_of(value) if rest == str(key) or rest.startswith(f"{key}.")]
    return max(match, key=lambda key: len(str(key)), default=None)


def keys_of(value: Any) -> list[str | int]:
    """What can stand behind the dot: settings, the tag of a component, places in a list, keys of a map."""
    if isinstance(value, Section):
        return [*([value.tag] if isinstance(value, Component) else []), *type(value).model_fields]
    if isinstance(value, dict):
        return list(value)
    return list(range(len(value))) if isinstance(value, tuple | list) else []


def _inner(value: Any, key: str | int) -> Any:
    if not isinstance(value, Section):
        return value[key]
    return value.word() if isinstance(value, Component) and key == value.tag else getattr(value, str(key))


def _fail(path: Path, value: Any, text: str, start: int, report: Report) -> NoReturn:
    source = report.sources[-1]
    step = re.split(r"\.", text[start:], maxsplit=1)[0]
    label = Label(Span(source.index, start, start + max(len(step), 1)))
    where = f"`{'.'.join(map(str, path))}`" if path else "the recipe"
    known = [str(key) for key in keys_of(value)]
    message = f"{where} has no setting `{step}`" if known else f"nothing stands below {where}, which is one value"
    help_ = (f"it has {', '.join(f'`{key}`' for key in known)}",) if known else ()
    guesses = did_you_mean(step, known)
    raise RecipeError(Diagnostic("R001", message, (label,), () if guesses else help_, guesses), sources=report.sources)
