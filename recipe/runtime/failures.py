"""The one place where an exception of torch, Ultralytics or the file system becomes a diagnostic."""

import contextlib
import errno
import traceback
from collections.abc import Iterator
from pathlib import Path

from recipe.schemas.diagnostics import Diagnostic, RecipeError

_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)
_MEMORY_WORDS = ("out of memory", "can't allocate memory", "cublas_status_alloc_failed")


@contextlib.contextmanager
def translated(log: Path) -> Iterator[None]:
    """Raise what goes wrong inside as `RecipeError` (R801, R804); the traceback goes to the log."""
    try:
        yield
    except RecipeError:
        raise
    except Exception as error:
        with contextlib.suppress(OSError), log.open("a", encoding="utf-8") as file:
            file.write(traceback.format_exc())
        raise RecipeError(_diagnose(error, log)) from error


@contextlib.contextmanager
def told_where_unwritable(folder: Path) -> Iterator[None]:
    """Raise what keeps a run from writing into its folder as `RecipeError` (R809), and anything else as it is."""
    try:
        yield
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        raise RecipeError(cannot_write(error, folder)) from error


def _diagnose(error: Exception, log: Path) -> Diagnostic:
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, OSError) and error.errno in _CANNOT_WRITE:
        return cannot_write(error, log.parent)
    if is_out_of_memory(error):
        ways_out = ("lower train.batch_size or train.image_size", f"details: {log}")
        return Diagnostic("R804", f"the device ran out of memory ({said})", help=ways_out, path=("train", "batch_size"))
    return Diagnostic("R801", f"training stopped: {said}", help=(f"details: {log}",))


def cannot_write(error: OSError, folder: Path) -> Diagnostic:
    """A run directory that takes nothing more: what was written before is still there."""
    ways_out = ("make room, or give it back its permissions, and run the same command again: it goes on from `last`",)
    message = f"the run cannot write to {error.filename or folder}: {error.strerror}"
    return Diagnostic("R809", message, help=ways_out)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a device, or the machine, had not enough memory."""
    said = str(error).lower()
    by_type = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    return by_type or (isinstance(error, RuntimeError) and any(words in said for words in _MEMORY_WORDS))
