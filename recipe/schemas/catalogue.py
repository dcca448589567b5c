"""Where each word lives, known from its name alone: checking a recipe loads only the classes it names."""

import builtins
import importlib
import keyword
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from recipe.schemas.targets import load_target

if TYPE_CHECKING:
    from recipe.schemas.component import Component

KINDS = {
    "task": "tasks",
    "model": "models",
    "transform": "transforms",
    "mixer": "mixers",
    "loss": "losses",
    "optimizer": "optimizers",
    "scheduler": "schedulers",
    "distribution": "distributions",
    "sampler": "samplers",
    "pruner": "pruners",
    "tracker": "trackers",
}
"""kind → the folder of its components beside this file, in the order in which kinds are listed.

A word has the file of its name in lower case: `AdamW` is the class `AdamW` in `optimizers/adamw.py`. A name that means
something to Python gets an underscore: `float` is in `distributions/float_.py`.
"""

ENTRY_POINT_GROUP = "recipe.components"


class Plugin(NamedTuple):
    """A component that an installed package offers under `kind.Word`."""

    kind: str
    word: str
    target: str
    owner: str


class Duplicate(NamedTuple):
    """A word that more than one owner defines; the first owner is the one that counts."""

    kind: str
    word: str
    owners: tuple[str, ...]


class Catalogue:
    """Finds component classes by kind and word; built-ins win, plugins are scanned only when a word is unknown."""

    def __init__(self) -> None:
        self._plugins: tuple[Plugin, ...] | None = None

    def find(self, kind: str, word: str) -> "type[Component] | None":
        """The class of this word, or None."""
        found = _builtin(kind, word)
        if found is not None:
            return found
        target = next((p.target for p in self.plugins() if (p.kind, p.word) == (kind, word)), None)
        return None if target is None else load_target(target)

    def builtins(self, kind: str) -> tuple[str, ...]:
        """The words of a kind that come with this package, sorted. Imports the classes of that kind."""
        return tuple(sorted(cls.word() for name in _files(kind) for cls in _components(kind, name)))

    def words(self, kind: str) -> tuple[str, ...]:
        """Every word of a kind, built-ins and plugins, sorted."""
        return tuple(sorted({*self.builtins(kind), *(p.word for p in self.plugins() if p.kind == kind)}))

    def kinds(self) -> tuple[str, ...]:
        """Every kind that has a word."""
        shipped = (kind for kind in KINDS if any(_files(kind)))
        return tuple(dict.fromkeys([*shipped, *(plugin.kind for plugin in self.plugins())]))

    def owner(self, kind: str, word: str) -> str:
        """Which package a word comes from."""
        if _builtin(kind, word) is not None:
            return "recipe"
        return next(p.owner for p in self.plugins() if (p.kind, p.word) == (kind, word))

    def duplicates(self) -> tuple[Duplicate, ...]:
        """Words with several owners."""
        owners: dict[tuple[str, str], list[str]] = {}
        for plugin in self.plugins():
            shipped = [] if _builtin(plugin.kind, plugin.word) is None else ["recipe"]
            owners.setdefault((plugin.kind, plugin.word), shipped).append(plugin.owner)
        return tuple(Duplicate(*key, tuple(names)) for key, names in owners.items() if len(names) > 1)

    def plugins(self) -> tuple[Plugin, ...]:
        """The components of installed packages, scanned once."""
        if self._plugins is None:
            self._plugins = tuple(_scan_entry_points())
        return self._plugins


_LONGEST_WORD = 100
"""Words come from recipes; longer ones would be no names of files."""


@lru_cache(1000)
def _builtin(kind: str, word: str) -> "type[Component] | None":
    """The class of a word in the one file that can hold it. No other file is looked at, whatever the word is."""
    if kind not in KINDS or not _is_name(word) or not (_folder(kind) / f"{_file_name(word)}.py").is_file():
        return None
    return next((cls for cls in _components(kind, _file_name(word)) if cls.word() == word), None)


def _is_name(word: str) -> bool:
    return len(word) <= _LONGEST_WORD and word.isascii() and word.isidentifier() and not word.startswith("_")


def _file_name(word: str) -> str:
    name = word.lower()
    return f"{name}_" if keyword.iskeyword(name) or hasattr(builtins, name) else name


def _folder(kind: str) -> Path:
    return Path(__file__).parent / KINDS[kind]


def _files(kind: str) -> Iterator[str]:
    """The names of a kind's modules; some hold what several components share, and no word."""
    if kind in KINDS:
        yield from (file.stem for file in _folder(kind).glob("[!_]*.py"))


def _components(kind: str, name: str) -> "list[type[Component]]":
    """The classes of a module that build something."""
    module = importlib.import_module(f"recipe.schemas.{KINDS[kind]}.{name}")
    classes = (item for item in vars(module).values() if isinstance(item, type))
    return [cls for cls in classes if cls.__module__ == module.__name__ and hasattr(cls, "target") and cls.target]


def _scan_entry_points() -> list[Plugin]:
    """Read the entry points of installed distributions.

    `importlib.metadata.entry_points()` takes 75–100 ms, ten times what reading the files takes, and this runs
    whenever a recipe has a misspelt word.
    """
    import sys

    found: list[Plugin] = []
    seen: set[str] = set()
    for folder in sys.path:
        for file in sorted(Path(folder or ".").glob("*.dist-info/entry_points.txt")):
            owner = file.parent.name.removesuffix(".dist-info")
            if owner not in seen and ENTRY_POINT_GROUP in (text := file.read_text(encoding="utf-8")):
                seen.add(owner)
                found += _parse_entry_points(text, owner)
    return found


def _parse_entry_points(text: str, owner: str) -> list[Plugin]:
    from configparser import ConfigParser

    parser = ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    plugins = []
    for name, target in parser[ENTRY_POINT_GROUP].items():
        kind, _, word = name.partition(".")
        plugins.append(Plugin(kind, word, target.strip(), owner))
    return plugins


CATALOGUE = Catalogue()
