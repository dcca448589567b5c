"""Which recipes the words of a command line name."""

import os
from collections.abc import Iterator

from recipe.schemas.diagnostics import Diagnostic, RecipeError


def recipe_files(words: list[str]) -> list[str]:
    """Each file once, as it was named; of a folder every `*.yaml` and `*.yml` below it, sorted, hidden ones left out.

    Raises `RecipeError` (R002) for a folder without any.
    """
    return list(dict.fromkeys(file for word in words for file in _files_of(word)))


def _files_of(word: str) -> list[str]:
    if not os.path.isdir(word):  # noqa: PTH112
        return [word]
    found = sorted(_below(word))
    if not found:
        raise RecipeError(Diagnostic("R002", f"there is no `*.yaml` or `*.yml` in the folder `{word}`", file=word))
    return found


def _below(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.endswith((".yaml", ".yml")) and not name.startswith("."):
                yield os.path.normpath(os.path.join(parent, name))  # noqa: PTH118
