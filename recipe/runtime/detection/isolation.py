"""Ultralytics as a plain library: no settings of the user, no connection, no installing, no noise."""

import contextlib
import importlib.metadata
import logging
import os
import re
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from recipe.runtime.places import cache_dir
from recipe.schemas.diagnostics import Diagnostic, RecipeError

SWITCHES = (
    *("sync", "clearml", "comet", "dvc", "mlflow", "raytune", "tensorboard", "wandb"),
    *("vscode_msg", "openvino_msg"),
)
"""Settings of Ultralytics that send something somewhere, or advertise."""


@cache
def prepare() -> None:
    """Import Ultralytics with everything off that acts by itself. Raises `RecipeError` (R609) where it is missing."""
    version()
    os.environ.update(_environment())
    os.environ.pop("ULTRALYTICS_API_KEY", None)
    try:
        import ultralytics
    except ImportError as error:
        raise _not_installed(str(error)) from error
    _switch_off(ultralytics.settings)
    _take_out_side_effects()


def version() -> str:
    """Ultralytics' version, without importing it. Raises `RecipeError` (R609) where it is not installed."""
    try:
        return importlib.metadata.version("ultralytics")
    except importlib.metadata.PackageNotFoundError as error:
        raise _not_installed("ultralytics is not installed") from error


@contextlib.contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Give an attribute of a module another value for a while."""
    original = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, original)


@contextlib.contextmanager
def output_to(log: Path) -> Iterator[None]:
    """Append what Ultralytics says, and Python's warnings, to a log file instead of the console."""
    from ultralytics.utils import LOGGER

    log.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log, encoding="utf-8")
    handler.setFormatter(_Plain("%(asctime)s %(message)s"))
    handlers, level = list(LOGGER.handlers), LOGGER.level
    LOGGER.handlers = [handler]
    LOGGER.setLevel(logging.INFO)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, category, *_, **__: LOGGER.warning(f"{category.__name__}: {message}")
            yield
    finally:
        LOGGER.handlers = handlers
        LOGGER.setLevel(level)
        handler.close()


class _Plain(logging.Formatter):
    """Text without colours, and without the blank lines that set off messages on a console."""

    def format(self, record: logging.LogRecord) -> str:
        return re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\r", "", super().format(record)).rstrip()


def _environment() -> dict[str, str]:
    return {
        "YOLO_CONFIG_DIR": str(cache_dir() / "ultralytics"),
        "YOLO_OFFLINE": "true",  # the import looks up a host name otherwise
        "YOLO_AUTOINSTALL": "false",
        "YOLO_VERBOSE": "false",  # else the import speaks on stdout, and progress bars do
        "ULTRALYTICS_SAFE_LOAD": "true",  # checkpoints are read with weights_only=True
        "TORCHINDUCTOR_CACHE_DIR": str(cache_dir() / "torch"),  # made by the import, else in the folder for temporaries
        "WORLD_SIZE": "1",  # one process trains, whatever started it
    }


def _switch_off(settings: Any) -> None:
    """In the file, so that child processes agree; in memory only, where the settings in force are the user's own."""
    changes = {name: False for name in SWITCHES if settings[name]} | ({"api_key": ""} if settings["api_key"] else {})
    ours = Path(settings.file).is_relative_to(cache_dir())
    if changes:
        settings.update(changes) if ours else dict.update(settings, changes)


def _take_out_side_effects() -> None:
    """Replace the functions that would reach out of the run by ones that do nothing."""
    import PIL.Image
    from ultralytics.data import utils as data_utils
    from ultralytics.nn import tasks
    from ultralytics.utils import callbacks, downloads, patches
    from ultralytics.utils.tqdm import TQDM

    tasks.SAFE_LOAD = True  # also where Ultralytics was imported before us
    callbacks.add_integration_callbacks = lambda _instance: None  # usage statistics are added whatever the settings
    downloads.attempt_download_asset = lambda file, **_: str(file)  # a path with an apostrophe goes to GitHub otherwise
    data_utils._replace_image = lambda *_: None  # rewrites a user's JPEG that has bytes behind its end
    PIL.Image.open = patches._image_open  # the replacement installs packages for a file that is no image
    TQDM.__init__ = _silent(TQDM.__init__)


def _silent(original: Any) -> Any:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **{**kwargs, "disable": True})

    return init


def _not_installed(message: str) -> RecipeError:
    way_out = "install it with: pip install 'recipe-compiler[detection]'"
    return RecipeError(Diagnostic("R609", f"detection needs Ultralytics: {message}", help=(way_out,)))
