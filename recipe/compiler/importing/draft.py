"""A recipe in the making: what has been translated, from where, and what has not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from recipe.compiler.importing.values import NotPlain, Table, Unknown, is_too_large, plain, refuse
from recipe.compiler.nodes import Path
from recipe.schemas.diagnostics import Diagnostic, Label, Span

_MOST = 200
"""Settings, and parts that are not translated; a configuration has some thirty."""

MISSING: Any = object()
"""What is not said, or could not be read."""


class Row(NamedTuple):
    """One setting that has been translated."""

    old: str
    path: Path
    """Where it is in the recipe; empty where the recipe needs nothing."""
    value: Any
    note: str
    span: Span | None

    @property
    def new(self) -> str:
        """The path with dots."""
        return ".".join(map(str, self.path))


@dataclass
class Draft:
    """Grows as the settings are translated."""

    tree: dict[str, Any]
    file: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What concerns the whole recipe."""
    missed: list[Diagnostic] = field(default_factory=list)
    comments: dict[Path, str] = field(default_factory=dict)
    origins: dict[Path, tuple[str, Span | None]] = field(default_factory=dict)

    def put(self, path: Path, value: Any, old: str, span: Span | None, note: str = "") -> None:
        """Write a value into the recipe, and down that it comes from a setting `old`."""
        self._count(self.rows)
        inner: Any = self.tree
        for step, following in pairwise(path):
            inner = inner.setdefault(step, [] if isinstance(following, int) else {})
        if isinstance(inner, list):
            inner.append(value)
        else:
            inner[path[-1]] = value
        self.rows.append(Row(old, path, value, note, span))
        self.origins[path] = (old, span)
        if note:
            self.comments[path] = note

    def open(self, path: Path, old: str, span: Span | None, note: str) -> None:
        """Begin a section because a setting `old` is there, or is on."""
        self.put(path, {}, old, span)
        self.rows[-1] = self.rows[-1]._replace(value=None, note=note)

    def tell(self, old: str, note: str, span: Span | None, value: Any = None) -> None:
        """Write down that a setting needs nothing in the recipe, and why."""
        self._count(self.rows)
        self.rows.append(Row(old, (), value, note, span))

    def miss(self, message: str, span: Span | None, *help_: str) -> None:
        """Write down that something could not be translated (R007)."""
        self._count(self.missed)
        self.missed.append(Diagnostic("R007", message, () if span is None else (Label(span),), help_))

    def _count(self, said: Sequence[Any]) -> None:
        """Raises `RecipeError` (R006) where there is more than a recipe could say, or anybody read."""
        if len(said) >= _MOST:
            refuse(f"it has more than {_MOST} settings, or parts that are no settings", file=self.file)

    def get(self, path: Path) -> Any:
        """What the recipe says at a path; None where it says nothing."""
        inner: Any = self.tree
        for step in path:
            if not isinstance(inner, dict) or step not in inner:
                return None
            inner = inner[step]
        return inner

    def drop(self, path: Path) -> Iterator[tuple[str, Span | None]]:
        """Take something out again: the settings that it came from."""
        inner: Any = self.tree
        for step in path[:-1]:
            inner = inner[step]
        inner.pop(path[-1])
        above = [known for known in self.origins if path[: len(known)] == known]
        below = [known for known in self.origins if known[: len(path)] == path and known != path]
        for known in below or above[-1:]:
            yield self.origins[known]
        self._forget(path)

    def _forget(self, path: Path) -> None:
        """Rows of what was taken out go; what came behind it in a list moves up."""
        kept = (row for row in self.rows if row.path[: len(path)] != path)
        self.rows = [row._replace(path=_moved(row.path, path)) for row in kept]
        for table in (self.origins, self.comments):
            moved = {_moved(known, path): value for known, value in table.items() if known[: len(path)] != path}
            table.clear()
            table.update(moved)  # type: ignore[arg-type]


def _moved(path: Path, gone: Path) -> Path:
    """Where something is, once an item of a list in front of it is gone."""
    depth = len(gone) - 1
    last = gone[-1]
    if len(path) <= depth or path[:depth] != gone[:depth] or not isinstance(last, int):
        return path
    step = path[depth]
    return (*path[:depth], step - 1, *path[depth + 1 :]) if isinstance(step, int) and step > last else path


class Settings:
    """Named values of a configuration, at its top level or in one of its maps; each is taken once."""

    def __init__(self, values: dict[str, Any], places: dict[str, Span], prefix: str, around: Span | None) -> None:
        self.values, self.places, self.prefix, self.around = values, places, prefix, around
        self.taken: set[str] = set()

    def place(self, name: str) -> Span | None:
        """Where a value is set."""
        return self.places.get(name, self.around)

    def old(self, name: str) -> str:
        """The value's full name: `early_stopping.patience`."""
        return f"{self.prefix}{name}"

    def raw(self, name: str) -> Any:
        """A value as it stands; `MISSING` where it is not set."""
        self.taken.add(name)
        value = self.values.get(name, MISSING)
        if is_too_large(value):
            return Unknown(self.places.get(name, self.around or Span(0, 0, 0)), "it holds too many values")
        return value

    def plain(self, name: str, draft: Draft) -> Any:
        """A value as plain data; `MISSING` where it is not set, or is more than that, which is told."""
        value = self.raw(name)
        if value is MISSING:
            return MISSING
        try:
            return plain(value)
        except NotPlain as error:
            draft.miss(f"`{self.old(name)}` is not translated: {error.reason}", error.span or self.place(name))
            return MISSING

    def inner(self, name: str, draft: Draft) -> "Settings | None":
        """A map of settings; None where there is none."""
        value = self.raw(name)
        if value is MISSING:
            return None
        if value is None:
            draft.tell(self.old(name), "none", self.place(name))
            return None
        if not isinstance(value, Table) or not all(isinstance(key, str) for key in value):
            reason = value.reason if isinstance(value, Unknown) else "it is no map of names"
            draft.miss(f"`{self.old(name)}` is not translated: {reason}", self.place(name))
            return None
        if not value:
            draft.tell(self.old(name), "empty", self.place(name))
        return Settings(value, value.places, f"{self.old(name)}.", self.place(name))

    def left(self) -> Sequence[str]:
        """The names that have not been taken."""
        return [name for name in self.values if name not in self.taken]

    def miss_left(self, draft: Draft) -> None:
        """Tell every value that nothing has taken."""
        for name in self.left():
            draft.miss(
                f"`{self.old(name)}` is not translated: pochitrain's guide has no such setting", self.place(name)
            )
