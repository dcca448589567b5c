"""How the program starts and leaves quickly; docs/decisions/005-start-up-time.md has the figures and the reasons."""

import gc
import os
import sys
from collections.abc import Iterable
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any

HEAVY_VERBS = frozenset({"plan", "run", "eval", "predict", "export", "report"})
"""Verbs that load libraries with threads and exit handlers of their own; they start and leave as Python does."""

LOADER = "pydantic.plugin._loader"
"""The module by which pydantic finds its plugins. Importing it takes 30 ms, nearly all of it `importlib.metadata`."""


def hurry(is_light: bool) -> None:
    """Skip what a process that lives for a fifth of a second does not need; to be called before pydantic's import."""
    gc.disable()  # `run` switches it on again
    if is_light:
        sys.modules.setdefault(LOADER, _QuickLoader(LOADER))


def flush() -> None:
    """Write out what has been printed; a stream that was closed from the start is None."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


class _QuickLoader(ModuleType):
    """Answers for pydantic's plugin loader where no plugin is installed; else, and for all else, it is the real one."""

    _has_looked = False

    def get_plugins(self) -> Iterable[Any]:
        """What pydantic asks before it builds a schema."""
        if not self._has_looked and _may_have_plugins():
            return self._real().get_plugins()  # type: ignore[no-any-return]
        self._has_looked = True
        return ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import system asks of every module
            raise AttributeError(name)
        return getattr(self._real(), name)

    def _real(self) -> ModuleType:
        import importlib

        if sys.modules.get(LOADER) is self:
            del sys.modules[LOADER]
        return importlib.import_module(LOADER)


def _may_have_plugins() -> bool:
    """Whether an installed distribution declares a pydantic plugin, or distributions are where only Python finds them.

    Looks where `importlib.metadata` looks, at a twentieth of its price.
    """
    if any(hasattr(finder, "find_distributions") and finder is not PathFinder for finder in sys.meta_path):
        return True
    return any(_declares_plugin(folder or ".") for folder in sys.path)


def _declares_plugin(folder: str) -> bool:
    try:
        names = os.listdir(folder)  # noqa: PTH208
    except FileNotFoundError:
        return False
    except OSError:  # a zip file, perhaps
        return True
    infos = (name for name in names if name.endswith((".dist-info", ".egg-info")) or name == "EGG-INFO")
    return any(b"[pydantic]" in _read(f"{folder}/{info}/entry_points.txt") for info in infos)


def _read(file: str) -> bytes:
    try:
        with open(file, "rb") as handle:
            return handle.read()
    except OSError:
        return b""
