"""Every leaf that the schema has, whether or not some recipe says it."""

from collections.abc import Iterator
from types import NoneType
from typing import Any, get_args, get_origin

from recipe.schemas.base import Section
from recipe.schemas.catalogue import CATALOGUE, KINDS
from recipe.schemas.component import Component

TASKS = CATALOGUE.builtins("task")


def leaves_of_task(task: str) -> list[str]:
    """Dotted paths of a recipe. A component counts here as one choice: its fields are `leaves_of_components`.

    Lists have no index. What opens a section (`train.ema`, which may be none, and `data.normalize`, which may be a
    word) is a leaf beside those in the section.
    """
    root = CATALOGUE.find("task", task)
    assert root is not None
    return list(_below(root, ""))


def leaves_of_components() -> list[str]:
    """`kind.Word.field` of all components that ship."""
    return [
        f"{kind}.{word}.{leaf}"
        for kind in KINDS
        if kind != "task"
        for word in CATALOGUE.builtins(kind)
        for leaf in _below(_class(kind, word), "")
    ]


def _class(kind: str, word: str) -> type[Component]:
    found = CATALOGUE.find(kind, word)
    assert found is not None
    return found


def _below(section: type[Section], prefix: str) -> Iterator[str]:
    for name, field in section.model_fields.items():
        path, inner = f"{prefix}{name}", list(_sections(field.annotation))
        plain = [cls for cls in inner if not (issubclass(cls, Component) and cls.is_kind)]
        if not inner or len(plain) != len(inner) or _may_be_else(field):
            yield path
        for cls in plain:
            yield from _below(cls, f"{path}.")


def _sections(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and get_origin(annotation) is None and issubclass(annotation, Section):
        yield annotation
    for argument in get_args(annotation):
        yield from _sections(argument)


def _may_be_else(field: Any) -> bool:
    """Whether something that is no section may stand where one may: nothing, a word, or a list of any length."""
    is_optional = NoneType in get_args(field.annotation)
    return is_optional or get_origin(field.annotation) is tuple or bool(field.metadata)
