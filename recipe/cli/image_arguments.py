"""The images that a command line names, and the classes that their folders stand for."""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from recipe.schemas.diagnostics import Diagnostic, RecipeError


def image_files(named: Sequence[str]) -> list[str]:
    """Files as they are named, and those of folders at any depth, sorted; each once.

    Raises `RecipeError` (R002) with everything that does not exist, or that has no image.
    """
    found = {each: _files_of(each) for each in named}
    if problems := [_problem(each) for each, files in found.items() if not files]:
        raise RecipeError(*problems)
    return list(dict.fromkeys(chain.from_iterable(found.values())))


def labels_of(named: Sequence[str], files: Sequence[str], classes: Sequence[str]) -> Mapping[str, str]:
    """File → the class whose name its folder has; nothing unless a single folder holds only folders of classes."""
    if len(named) != 1 or not Path(named[0]).is_dir():
        return {}
    folders = {file: Path(file).relative_to(named[0]).parts[0] for file in files}
    return folders if set(folders.values()) <= set(classes) else {}


def _files_of(named: str) -> list[str]:
    from recipe.runtime.classification.folders import image_paths

    if Path(named).is_dir():
        return list(image_paths(named.rstrip("/") or "/"))
    return [named] if Path(named).is_file() else []


def _problem(named: str) -> Diagnostic:
    from recipe.runtime.classification.folders import IMAGE_ENDINGS

    if Path(named).is_dir():
        return Diagnostic("R002", f"`{named}` has no image: no file in it ends in {', '.join(sorted(IMAGE_ENDINGS))}")
    return Diagnostic("R002", f"there is no image `{named}`" + (": it is no file" if Path(named).exists() else ""))
