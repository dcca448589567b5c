"""What the formats have in common."""

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from recipe.schemas.diagnostics import Diagnostic, RecipeError

DESCRIPTION = "model.json"
"""The file beside a model, and the name that its text has inside the model's own file."""
Answers = NDArray[np.float32]
"""Images × classes."""


class Written(NamedTuple):
    """What came of writing a model."""

    engine: str
    """What runs it for the comparison."""
    opset: int | None = None


class Write(Protocol):
    """Write a module that takes the example, and any other number of such images, with its description in the file."""

    def __call__(self, module: torch.nn.Module, example: torch.Tensor, file: Path, description: str) -> Written: ...


Answer = Callable[[Path, NDArray[np.uint8]], Answers]
"""What a written file says of images [N, 3, H, W]: the first alone, then the others together."""


class GraphFormat(NamedTuple):
    """A format that holds the computation itself."""

    file: str
    packages: tuple[str, ...]
    write: Write
    answer: Answer


def require(packages: tuple[str, ...], format_: str) -> Mapping[str, str]:
    """Package → its version. Raises `RecipeError` (R609) with all that are missing."""
    missing = [f"`{package}`" for package in packages if find_spec(package) is None]
    if missing:
        message = f"export to {format_} needs {', '.join(missing)}, which is not installed"
        raise RecipeError(Diagnostic("R609", message, help=("pip install 'recipe-compiler[export]'",)))
    return {package: version(package) for package in packages}


def in_parts(images: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """One alone, then the others, so that a model that takes one size of batch only is found out."""
    return [part for part in (images[:1], images[1:]) if len(part)]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Libraries talk while they export; an exception of theirs tells what matters, as `RecipeError` (R801)."""
    sink, level = io.StringIO(), logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
            warnings.simplefilter("ignore")
            yield
    except (RecipeError, OSError):
        raise
    except Exception as error:
        said = next(iter(str(error).splitlines()), "")
        message = f"the model cannot be exported: {type(error).__name__}: {said}"
        raise RecipeError(Diagnostic("R801", message, help=("try another `--format`",))) from error
    finally:
        logging.disable(level)
