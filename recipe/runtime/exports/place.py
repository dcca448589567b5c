"""A folder that is either whole or absent."""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from recipe.schemas.diagnostics import Diagnostic, RecipeError

_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)


@contextlib.contextmanager
def folder_kept(folder: Path) -> Iterator[Path]:
    """An empty folder near another, whose name it takes when the block is left without an error.

    Raises `RecipeError`: R004 where something is there already, R005 where the system refuses.
    """
    if folder.is_dir() and any(folder.iterdir()):
        help_ = ("an export has a folder of its own: name another one",)
        raise RecipeError(Diagnostic("R004", f"`{folder}` is not empty", help=help_))
    if folder.exists() and not folder.is_dir():
        raise RecipeError(Diagnostic("R004", f"`{folder}` is a file", help=("name a folder",)))
    folder = folder.absolute()
    try:
        above = next(parent for parent in folder.parents if parent.is_dir())
        temporary = Path(tempfile.mkdtemp(dir=above, prefix=f".{folder.name}.", suffix=".unfinished"))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield temporary
        _open_to_others(temporary)
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(folder)
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _open_to_others(folder: Path) -> None:
    """As new folders and files usually are: a temporary folder, and some libraries' files, are their owner's alone."""
    mask = os.umask(0)
    os.umask(mask)
    folder.chmod(0o777 & ~mask)
    for file in folder.iterdir():
        file.chmod(0o666 & ~mask)


def _unwritable(folder: Path, error: OSError) -> RecipeError:
    return RecipeError(Diagnostic("R005", f"`{folder}` cannot be written: {error.strerror or error}"))
