"""The one place where an exception of Ultralytics or torch becomes a diagnostic."""

import contextlib
import traceback
from collections.abc import Iterator
from pathlib import Path

from recipe.schemas.diagnostics import Diagnostic, RecipeError

_MEMORY_WORDS = ("out of memory", "can't allocate memory", "cublas_status_alloc_failed")


@contextlib.contextmanager
def translated(log: Path) -> Iterator[None]:
    """Raise what goes wrong inside as `RecipeError` (R801, R804); the traceback goes to the log."""
    try:
        yield
    except RecipeError:
        raise
    except Exception as error:
        with log.open("a", encoding="utf-8") as file:
            file.write(traceback.format_exc())
        raise RecipeError(_diagnose(error, log)) from error


def _diagnose(error: Exception, log: Path) -> Diagnostic:
    said = f"{type(error).__name__}: {error}"
    if _is_out_of_memory(error):
        ways_out = ("lower train.batch_size or train.image_size", f"details: {log}")
        return Diagnostic("R804", f"the device ran out of memory ({said})", help=ways_out, path=("train", "batch_size"))
    return Diagnostic("R801", f"training stopped: {said}", help=(f"details: {log}",))


def _is_out_of_memory(error: Exception) -> bool:
    said = str(error).lower()
    by_type = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    return by_type or (isinstance(error, RuntimeError) and any(words in said for words in _MEMORY_WORDS))
