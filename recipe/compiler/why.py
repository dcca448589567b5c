"""Why a setting has its value: every layer that had a say, the winner first."""

from collections.abc import Iterator
from collections.abc import Mapping as Map
from typing import Any, NamedTuple

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from recipe.compiler.find import Found
from recipe.compiler.history import History, Say
from recipe.compiler.nodes import Path
from recipe.compiler.one_line import one_line
from recipe.schemas.base import Section, impact_of, usual_range
from recipe.schemas.component import Component
from recipe.schemas.plan import Answer, templated
from recipe.schemas.recipe import Recipe
from recipe.schemas.walk import place_at


class Why(NamedTuple):
    """A setting, and who decided it."""

    path: str
    value: Any
    says: tuple[Say, ...]
    """Winner first."""
    answer: Any = None
    """What `auto` became, where that is the value and could be answered."""
    doc: str = ""
    impact: str = ""
    usual: tuple[float, float] | None = None


class Layers(NamedTuple):
    """All that can have had a say."""

    recipe: Recipe
    data: dict[str, Any]
    """The recipe as plain data."""
    history: History
    answers: Map[str, Answer]
    unanswered: str
    """Why `auto` could not be answered here; empty where it could."""
    secrets: Map[str, str]


def why(found: Found, layers: Layers) -> Why:
    """One setting, with every layer's say."""
    dotted = ".".join(map(str, found.path))
    field, default = _declared(found.path, layers.data)
    said = layers.history.at(found.path)
    live = [say for say in said if not say.lost_with]
    if not said and field is not None:
        default = found.value
    defaults = []
    if default is not PydanticUndefined:
        defaults = [Say("default", one_line(default), note=_owner(found.path, layers.data))]
    decided = [*said, *defaults] if live else [*defaults, *said]
    through = {dotted, *(say.via for say in said)}
    says = (*_varied(through, layers), *_answered(found, dotted, layers), *decided)
    answer = layers.answers.get(dotted)
    shown = templated(found.value, layers.secrets, dotted)
    known = Why(dotted, shown, says, None if answer is None else answer.value)
    if field is None:
        return known
    usual = usual_range(field)
    return known._replace(doc=field.description or "", impact=impact_of(field), usual=usual[:2] if usual else None)


def leaves_below(found: Found) -> Iterator[Found]:
    """Every setting of a section, the types of components among them; of a setting, itself."""
    path, value = found
    inner: Any = ()
    if isinstance(value, Section):
        if isinstance(value, Component):
            yield Found((*path, value.tag), value.word())
        inner = ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, tuple) and any(isinstance(item, Section) for item in value):
        inner = enumerate(value)
    elif isinstance(value, dict) and any(isinstance(item, Section) for item in value.values()):
        inner = value.items()
    else:
        yield found
    for key, item in inner:
        yield from leaves_below(Found((*path, key), item))


def _declared(path: Path, data: dict[str, Any]) -> tuple[FieldInfo | None, Any]:
    """The field that declares a setting, and its default; the type of a component is what its section defaults to."""
    field = place_at(Recipe, data, path).field
    if field is not None:
        return field, field.get_default(call_default_factory=True)
    field = place_at(Recipe, data, path[:-1]).field
    if field is None or path[-1] != "type":
        return None, PydanticUndefined
    default = field.get_default(call_default_factory=True)
    return field, default.word() if isinstance(default, Component) else default


def _owner(path: Path, data: dict[str, Any]) -> str:
    """The component that a default is of; its type is nobody's."""
    section = place_at(Recipe, data, path[:-1]).section if len(path) > 1 else None
    if section is None or not issubclass(section, Component) or path[-1] not in section.model_fields:
        return ""
    return f"of {section.word()}"


def _answered(found: Found, dotted: str, layers: Layers) -> Iterator[Say]:
    if answer := layers.answers.get(dotted):
        yield Say("auto", one_line(answer.value), note=answer.reason)
    elif found.value == "auto" and layers.unanswered:
        yield Say("auto", "not answered here", note=layers.unanswered)


def _varied(names: set[str], layers: Layers) -> Iterator[Say]:
    """Where `matrix` or `search` gives the setting, its section, or what it refers to, other values."""
    recipe, at = layers.recipe, layers.history.at
    for axis, values in recipe.matrix.items():
        if any(_covers(axis, name) for name in names):
            note = f"{len(values)} values, a run for each"
            yield from (say._replace(layer="matrix", note=note) for say in at(("matrix", axis))[:1])
    for axis in recipe.search.space if recipe.search else ():
        if any(_covers(axis, name) for name in names):
            note = "a value from it for each trial"
            yield from (say._replace(layer="search", note=note) for say in at(("search", "space", axis))[:1])


def _covers(axis: str, dotted: str) -> bool:
    return axis == dotted or dotted.startswith(f"{axis}.")
