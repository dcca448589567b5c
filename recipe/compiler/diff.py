"""What differs between two recipes or plans, and what follows from it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic.fields import FieldInfo

from recipe.compiler.nodes import Path
from recipe.compiler.stale import drifted_inputs, drifted_versions
from recipe.schemas.base import Section, impact_of
from recipe.schemas.component import Component
from recipe.schemas.plan import RunPlan
from recipe.schemas.recipe import Recipe

ABSENT: Any = None
"""Stands for what only one side has."""


class Change(NamedTuple):
    """One thing that differs; a component that was exchanged is one change."""

    path: Path
    impact: str
    """`identity`, `performance` or `cosmetic`; `runs` for a matrix, `input` for what a plan rests on."""
    old: Any
    new: Any


class Side(NamedTuple):
    """One of the two that are compared."""

    recipe: Recipe
    """For people's eyes: no value of `${env:…}` in it."""
    runs: Mapping[tuple[str, str], dict[str, Any]]
    """Name and digest of each run → what the matrix says of it."""
    plan: RunPlan | None = None


def compare(old: Side, new: Side) -> tuple[Change, ...]:
    """Every change, in the order of the settings."""
    varied = {axis for side in (old, new) for axis in _axes(side.recipe)}
    found = (change for change in _of_sections(old.recipe, new.recipe, ()) if not _is_varied(change, varied))
    return (*found, *_of_inputs(old.plan, new.plan))


def _axes(recipe: Recipe) -> tuple[str, ...]:
    return (*recipe.matrix, *(recipe.search.space if recipe.search else ()))


def _is_varied(change: Change, axes: set[str]) -> bool:
    """Whether a matrix or a search gives the setting its values: then what it says itself does not matter."""
    dotted = ".".join(map(str, change.path))
    return any(dotted == axis or dotted.startswith(f"{axis}.") for axis in axes)


def _of_sections(old: Section, new: Section, path: Path) -> Iterator[Change]:
    for name, field in _fields(old):
        if name not in type(new).model_fields:
            continue
        impact = "runs" if (*path, name) == ("matrix",) else impact_of(field)
        yield from _of_values(getattr(old, name), getattr(new, name), (*path, name), impact)
    if not path and type(old) is not type(new):
        yield Change(("task",), "identity", _word(old), _word(new))


def _of_values(old: Any, new: Any, path: Path, impact: str) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, Section) and type(old) is type(new):
        yield from _of_sections(old, new, path)
    elif isinstance(old, dict) and isinstance(new, dict) and dict(old) != dict(new):  # else only the order differs
        for key in dict.fromkeys((*old, *new)):
            yield from _of_values(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key), impact)
    elif _are_alike(old, new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _of_values(before, after, (*path, index), impact)
    else:
        yield Change(path, impact, said(old), said(new))


def _are_alike(old: Any, new: Any) -> bool:
    """Whether two lists hold the same kinds of sections, place by place."""
    return (
        isinstance(old, tuple)
        and isinstance(new, tuple)
        and len(old) == len(new)
        and all(isinstance(a, Section) and type(a) is type(b) for a, b in zip(old, new, strict=True))
    )


def said(value: Any) -> Any:
    """A value as a recipe would say it: of sections only what differs from their defaults."""
    if isinstance(value, Section):
        tag = {value.tag: value.word()} if isinstance(value, Component) else {}
        defaults = {name: field.get_default(call_default_factory=True) for name, field in _fields(value)}
        return {**tag, **{name: said(item) for name in defaults if (item := getattr(value, name)) != defaults[name]}}
    if isinstance(value, tuple):
        return [said(item) for item in value]
    return {key: said(item) for key, item in value.items()} if isinstance(value, dict) else value


def _fields(section: Section) -> Iterable[tuple[str, FieldInfo]]:
    return type(section).model_fields.items()


def _word(section: Section) -> str:
    return section.word() if isinstance(section, Component) else type(section).__name__


def _of_inputs(old: RunPlan | None, new: RunPlan | None) -> Iterator[Change]:
    """What two plans rest on."""
    if old is None or new is None:
        return
    fingerprints = {each.name: each.fingerprint for each in new.inputs}
    for drift in (*drifted_inputs(old, fingerprints), *drifted_versions(old, new.versions)):
        yield Change((drift.what,), "input", drift.before, drift.after)


class Consequence(NamedTuple):
    """What a user who goes from one to the other has to do."""

    text: str
    must_train: int
    runs: int


def consequence(old: Side, new: Side) -> Consequence:
    """How many runs of the new side the old side has not made."""
    missing, total = len(new.runs.keys() - old.runs.keys()), len(new.runs)
    gone = len(old.runs.keys() - new.runs.keys())
    is_search = bool(old.recipe.search or new.recipe.search)
    if is_search:
        text = "another search: no trial of the old one counts" if missing else "the same search: its trials count"
    elif max(total, len(old.runs)) > 1:
        which = "the old run is" if len(old.runs) == 1 else f"{gone} of the old {len(old.runs)} are"
        left = f"; {which} not asked for any more" if gone else ""
        must = f"{missing} of {total} matrix members must retrain" if missing else "nothing must retrain"
        text = f"{must}{left}"
    elif missing and {digest for _, digest in old.runs} == {digest for _, digest in new.runs}:
        text = "the same result under another name, which is another folder: it must retrain to be there"
    else:
        text = "another run: it must retrain" if missing else "the same run: nothing must retrain"
    return Consequence(text, missing, total)
