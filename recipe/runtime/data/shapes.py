"""`builtin:shapes`: generated images of rectangles, circles and triangles, made once into the cache, in YOLO layout."""

import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import time

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recipe.runtime.data.shapes_scene import CLASSES, SPLITS, Box, Scene, compose_scene, paint, visible_boxes
from recipe.schemas.base import canonical_json
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.tasks.detection import Shapes

GENERATOR_VERSION = 1
"""Raised when the same settings would give other pictures, so that no cache is mistaken for another."""

_A_DAY = 24 * 60 * 60
_MADE_AT = 946_684_800
"""Time of all files (the year 2000), so that a dataset made again has the fingerprint that it had."""


def make_shapes(settings: Shapes, cache: Path) -> Path:
    """Make the dataset where the cache has none, and return its `data.yaml`.

    It appears in one step, whole. Raises `RecipeError` (R005) where the cache cannot be written.
    """
    folder = cache / "shapes" / _name(settings)
    data_yaml = folder / "data.yaml"
    try:
        if not data_yaml.is_file():
            _make_folder(settings, folder)
    except OSError as error:
        message = f"`builtin:shapes` is kept in the cache, but `{folder}` cannot be written: {error.strerror or error}"
        way_out = "name another place: RECIPE_CACHE=/some/folder"
        raise RecipeError(Diagnostic("R005", message, path=("data", "source"), help=(way_out,))) from error
    return data_yaml


def _name(settings: Shapes) -> str:
    said = {"generator": GENERATOR_VERSION, **settings.model_dump(mode="json")}
    return sha256(canonical_json(said).encode()).hexdigest()[:16]


def _make_folder(settings: Shapes, folder: Path) -> None:
    """Make it under another name beside its place; when another process was quicker, its result stays."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
        made = Path(temporary) / "made"
        for file, content in _files(settings):
            _write(made / file, content)
        try:
            made.rename(folder)
        except OSError:
            if not (folder / "data.yaml").is_file():
                raise


def _sweep(folder: Path) -> None:
    """Remove what processes that were killed a day ago or earlier have left beside a folder."""
    for left in folder.parent.glob(f".{folder.name}.*"):
        with suppress(FileNotFoundError):  # its process may be about to finish
            if left.stat().st_mtime < time() - _A_DAY:
                rmtree(left, ignore_errors=True)


def _files(settings: Shapes) -> Iterator[tuple[str, str | NDArray[np.uint8]]]:
    yield "data.yaml", f"train: images/train\nval: images/val\nnames: [{', '.join(CLASSES)}]\n"
    for split, count in zip(SPLITS, (settings.train_images, settings.val_images), strict=True):
        for index in range(count):
            scene = compose_scene(settings, split, index)
            yield f"images/{split}/{index:06}.jpg", paint(scene)
            yield f"labels/{split}/{index:06}.txt", _label_text(scene)


def _write(file: Path, content: str | NDArray[np.uint8]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        file.write_text(content, encoding="utf-8", newline="\n")
    else:
        Image.fromarray(content).save(file, quality=95, subsampling=0)
    os.utime(file, (_MADE_AT, _MADE_AT))


def _label_text(scene: Scene) -> str:
    size = len(scene.background)
    return "".join(_label_row(box, size) for box in visible_boxes(scene))


def _label_row(box: Box, size: int) -> str:
    centre = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    numbers = (*centre, box.right - box.left, box.bottom - box.top)
    return f"{box.kind} " + " ".join(f"{number / size:.6f}" for number in numbers) + "\n"
