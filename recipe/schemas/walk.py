"""Follow a path through the schema: which field, and which class, stands there for this data."""

from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from recipe.schemas.base import Section
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.component import Component

MAX_LOOKED_AT = 50
"""Keys of a section among which a misspelt one is looked for."""


class Place(NamedTuple):
    """What the schema says of a path."""

    section: type[Section] | None
    """The class whose fields are the keys here, where it can be known."""
    field: FieldInfo | None
    """The field that declares the value here."""


def place_at(root: type[Section], data: Any, path: tuple[str | int, ...]) -> Place:
    """The class and field that a path leads to; `data` decides which component a word means."""
    place = Place(section_of(root, data), None)
    annotation: Any = None
    for step in path:
        inner = data[step] if _has(data, step) else None
        if isinstance(step, str) and place.section is not None and step in place.section.model_fields:
            field = place.section.model_fields[step]
            annotation = field.annotation
        elif place.field is not None and (item := _item_of(annotation, step)) is not None:
            field, annotation = place.field, item
        else:
            return Place(None, None)
        if place.section is not None:
            inner = with_default_word(field, inner)
        place, data = Place(section_of(annotation, inner), field), inner
    return place


def with_default_word(field: FieldInfo, data: Any) -> Any:
    """Data of a component that does not say its word, with the word that the field has by default.

    A setting's default is the lowest layer: `{lr: 0.01}` over `AdamW` is an AdamW. A word that was said under a
    misspelt key is left to be told.
    """
    kind = _kind_of(field.annotation)
    is_unsaid = kind is not None and isinstance(data, dict | None) and kind.tag not in (data or ())
    if kind is None or not is_unsaid or not isinstance(field.default, str):
        return data
    return data if data and _has_misspelt_tag(kind, field.default, data) else {kind.tag: field.default, **(data or {})}


def _has_misspelt_tag(kind: type[Component], word: str, data: dict[str, Any]) -> bool:
    from recipe.schemas.foreign_names import TAGS
    from recipe.schemas.spelling import nearest

    default = CATALOGUE.find(kind.kind, word)
    unknown = [key for key in data if default is None or key not in default.model_fields][:MAX_LOOKED_AT]
    return any(key in TAGS or nearest(key, [kind.tag]) for key in unknown)


def with_default_words(section: type[Section], data: dict[str, Any]) -> dict[str, Any]:
    """Data of a section in which every component that is said says its word."""
    done, fields = dict(data), section.model_fields
    for name, value in data.items():
        if not isinstance(value, dict) or name not in fields:
            continue
        said = with_default_word(fields[name], value)
        inner = section_of(fields[name].annotation, said)
        done[name] = said if inner is None else with_default_words(inner, said)
    return done


def section_of(annotation: Any, data: Any) -> type[Section] | None:
    """The section class that an annotation means for this data, or None for plain values and unknown words."""
    kind = next((cls for cls in _classes(annotation) if issubclass(cls, Section)), None)
    if kind is None or not issubclass(kind, Component) or not kind.is_kind:
        return kind
    word = data if isinstance(data, str) else data.get(kind.tag) if isinstance(data, dict) else None
    return CATALOGUE.find(kind.kind, word) if isinstance(word, str) else None


def takes_component(field: FieldInfo | None) -> bool:
    """Whether the value of a field is a component, so that its keys depend on a word."""
    return field is not None and _kind_of(field.annotation) is not None


def _kind_of(annotation: Any) -> type[Component] | None:
    """The kind that an annotation takes components of."""
    return next((cls for cls in _classes(annotation) if issubclass(cls, Component) and cls.is_kind), None)


def _classes(annotation: Any) -> list[type]:
    try:
        return _remembered_classes(annotation)
    except TypeError:  # an annotation that cannot be hashed
        return _find_classes(annotation)


def _find_classes(annotation: Any) -> list[type]:
    if get_origin(annotation) in (Union, UnionType):
        return [cls for option in get_args(annotation) for cls in _find_classes(option)]
    if get_origin(annotation) is Annotated:
        return _find_classes(get_args(annotation)[0])
    return [annotation] if isinstance(annotation, type) and annotation is not NoneType else []


_remembered_classes = cache(_find_classes)


def _item_of(annotation: Any, step: str | int) -> Any:
    """What a list holds under an index, or a map under a key; None where the annotation is neither."""
    if get_origin(annotation) is Annotated:
        return _item_of(get_args(annotation)[0], step)
    if get_origin(annotation) in (Union, UnionType):
        return next((item for option in get_args(annotation) if (item := _item_of(option, step)) is not None), None)
    container, arguments = get_origin(annotation), get_args(annotation)
    wanted = tuple if isinstance(step, int) else dict
    is_container = isinstance(container, type) and issubclass(container, wanted)
    return arguments[0 if wanted is tuple else 1] if is_container and arguments else None


def _has(data: Any, step: str | int) -> bool:
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and step < len(data)
