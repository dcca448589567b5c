"""The pretrained file of a model: where the recipe says, at hand, or downloaded."""

import os
from pathlib import Path

from recipe.runtime.downloads import download, sha256_of
from recipe.runtime.places import cache_dir
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.facts import Weights
from recipe.schemas.models.yolov8 import YOLOv8

RELEASE = "https://github.com/ultralytics/assets/releases/download/v8.4.0"
LEAST_BYTES = 1_000_000
"""The smallest official file has six million; less is an error page."""


def find_weights(model: YOLOv8) -> Weights:
    """Look for what `model.weights` says. Raises `RecipeError` (R606) where a file it names is not there."""
    if model.weights == "none":
        return Weights(path=None, reason="asked for")
    if model.weights != "auto":
        return _named(Path(model.weights))
    name = f"yolov8{model.size}.pt"
    places = (cache_dir() / "weights" / name, Path.cwd() / name)
    found = next((place for place in places if place.is_file()), None)
    return _at_hand(found) if found else _downloaded(name, places[0])


def _named(path: Path) -> Weights:
    if not path.is_file():
        raise RecipeError(Diagnostic("R606", f"there is no file `{path}`", path=("model", "weights")))
    return Weights(path=str(path), reason="named by the recipe", sha256=sha256_of(path))


def _at_hand(path: Path) -> Weights:
    return Weights(path=str(path), reason=f"COCO weights found at {path}", sha256=sha256_of(path))


def _downloaded(name: str, target: Path) -> Weights:
    if os.environ.get("RECIPE_OFFLINE"):
        return Weights(path=None, reason=f"{name} is not at hand, and RECIPE_OFFLINE forbids to download it")
    try:
        download(f"{RELEASE}/{name}", target, LEAST_BYTES)
    except OSError as error:
        return Weights(path=None, reason=f"{name} is not at hand and could not be downloaded: {error}")
    return Weights(path=str(target), reason=f"COCO weights downloaded to {target}", sha256=sha256_of(target))
