"""What an unknown key or word may have been meant to be.

What is known for certain comes first: the same letters in another case, a setting of another `type`, a name that
another tool uses, a setting of another section. Only then comes what is spelt alike.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from recipe.compiler.nodes import Path
from recipe.schemas.base import Section
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.component import Component
from recipe.schemas.foreign_names import ForeignKey, ForeignWord, foreign_keys, foreign_words
from recipe.schemas.recipe import Recipe
from recipe.schemas.spelling import certain, is_same_word, nearest
from recipe.schemas.walk import section_of

TOP_LEVEL = ("extends", "vars", "profiles")
"""Keys of a recipe that are followed before its schema sees it."""


class Suggestion(NamedTuple):
    """What to tell the user, and what a key may be renamed to where it stands."""

    candidates: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    rename: str | None = None
    is_certain: bool = False
    """Whether the new name can only be what was meant, and its value means the same."""


def suggest_key(path: Path, section: type[Section], data: Any) -> Suggestion:
    """What an unknown key at `path`, in a section of this class, may have been meant to be."""
    key, known = str(path[-1]), [*section.model_fields, *(TOP_LEVEL if len(path) == 1 else ())]
    if same := [name for name in known if name.casefold() == key.casefold()]:
        return Suggestion((same[0],), (), same[0], is_certain=True)
    others = _other_types(section, key)
    found = suggest_setting(path, data)
    if found is None and not others and not foreign_keys(key):
        found = _spelt_alike(key, known)
    found = found or Suggestion()
    return found._replace(help=(*others, *found.help))


def suggest_setting(path: Path, data: Any) -> Suggestion | None:
    """Where the setting is that a path was meant to lead to, if another tool or section has one of that name."""
    settings = [*((name,) for name in TOP_LEVEL), *settings_of(Recipe, data)]
    return _of_another_tool(path, settings) or _of_another_section(path, settings)


def suggest_word(kind: str, said: str) -> Suggestion:
    """What an unknown component, or another word out of several, may have been meant to be."""
    known = CATALOGUE.words(kind)
    for word in foreign_words(kind, said):
        if not word.word:
            return Suggestion((), (f"{word.tools} has `{word.name}`: {word.note}",))
        if word.word in known:
            return Suggestion((word.word,), (_called(word),), word.word, is_certain=not word.note)
    return suggest_choice(said, known)


def suggest_choice(said: str, known: Iterable[str]) -> Suggestion:
    """The same for a word out of a given list."""
    found = nearest(said, known)
    is_one = len(found) == 1
    return Suggestion(found, (), found[0] if is_one else None, is_one and is_same_word(said, found[0]))


def _other_types(section: type[Section], key: str) -> tuple[str, ...]:
    """Where the key is a setting of another class of the same kind."""
    if not issubclass(section, Component):
        return ()
    classes = [CATALOGUE.find(section.kind, word) for word in CATALOGUE.builtins(section.kind)]
    words = [cls.word() for cls in classes if cls is not None and key in cls.model_fields]
    listed = " or ".join(f"`{section.tag}: {word}`" for word in words)
    return (f"`{key}` is a setting of {listed}",) if words else ()


def _of_another_tool(path: Path, settings: list[Path]) -> Suggestion | None:
    for key in foreign_keys(str(path[-1])):
        target = tuple(key.target.split("."))
        if target in settings:
            if path[:-1] == target[:-1]:
                return Suggestion((target[-1],), (_called(key),), target[-1], not key.note)
            return Suggestion((key.target,), (_called(key),))
    return None


def _called(foreign: ForeignKey | ForeignWord) -> str:
    return f"called `{foreign.name}` in {foreign.tools}" + (f"; {foreign.note}" if foreign.note else "")


def _of_another_section(path: Path, settings: list[Path]) -> Suggestion | None:
    """The settings of that name elsewhere; what only a search has is told where nothing else has it."""
    same = [place for place in settings if place[-1] == path[-1] and place != path]
    places = [place for place in same if place[0] != "search"] or same
    if not places:
        return None
    dotted = tuple(".".join(map(str, place)) for place in sorted(places, key=len) if len(place) > 1)[:3]
    at_top = (f"`{path[-1]}` stands at the top level of a recipe",) if (path[-1],) in places else ()
    return Suggestion(() if at_top else dotted, at_top)


def _spelt_alike(key: str, known: list[str]) -> Suggestion:
    found = nearest(key, known)
    return Suggestion(found, (), found[0] if len(found) == 1 else None, certain(key, known) is not None)


def settings_of(annotation: Any, data: Any, prefix: Path = ()) -> Iterator[Path]:
    """The path of every setting and section that this recipe could say, with the components that it names."""
    section = section_of(annotation, data)
    for name, field in section.model_fields.items() if section else ():
        yield (*prefix, name)
        said = data.get(name) if isinstance(data, dict) else None
        yield from settings_of(field.annotation, field.default if said is None else said, (*prefix, name))
