"""`builtin:digits`: the 1,797 handwritten digits that come with scikit-learn, as 32 × 32 RGB images."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recipe.runtime.data.images import ArrayImages, Pixels
from recipe.schemas.diagnostics import Diagnostic, RecipeError

SPLITS = ("train", "val")
CLASSES = tuple("0123456789")
SIDE = 32

_VAL_SHARE = 0.2
_SEED = 0
_BRIGHTEST = 16
"""Grey levels of the data go from 0 to 16."""


def read_digits(limit_per_class: int | None = None) -> dict[str, ArrayImages]:
    """Both splits: of each class a fifth, drawn once and for all, is for validation.

    Raises `RecipeError` (R609) where scikit-learn is not installed.
    """
    pixels, labels = _load()
    places = _split(labels)
    return {split: _images(pixels, labels, _limited(places[split], labels, limit_per_class)) for split in SPLITS}


def _images(pixels: Pixels, labels: NDArray[np.int64], places: NDArray[np.int64]) -> ArrayImages:
    names = tuple(f"builtin:digits/{place:04}" for place in places)
    return ArrayImages(CLASSES, tuple(map(int, labels[places])), names, pixels[places])


@cache
def _load() -> tuple[Pixels, NDArray[np.int64]]:
    """All images and their labels, in the order of `sklearn.datasets.load_digits`."""
    rows = np.loadtxt(_file(), delimiter=",", dtype=np.int64)
    levels = np.round(rows[:, :-1] * (255 / _BRIGHTEST)).astype(np.uint8)
    return np.stack([_enlarged(row.reshape(8, 8)) for row in levels]), rows[:, -1]


def _file() -> Path:
    """The file that `load_digits` reads: to import scikit-learn for it would take a second or more at every start."""
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        message = "`builtin:digits` comes with scikit-learn, which is not installed"
        help_ = ("pip install 'recipe-compiler[train]'",)
        raise RecipeError(Diagnostic("R609", message, help=help_, path=("data", "train")))
    return Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"


def _enlarged(levels: Pixels) -> Pixels:
    grey = np.asarray(Image.fromarray(levels).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
    return np.repeat(grey[..., None], 3, axis=2)


def _split(labels: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Split → its places, class by class. `RandomState` draws the same in every version of NumPy."""
    random = np.random.RandomState(_SEED)
    found: dict[str, list[NDArray[np.int64]]] = {split: [] for split in SPLITS}
    for label in range(len(CLASSES)):
        places = random.permutation(np.flatnonzero(labels == label))
        count = round(_VAL_SHARE * len(places))
        found["val"].append(np.sort(places[:count]))
        found["train"].append(np.sort(places[count:]))
    return {split: np.concatenate(parts) for split, parts in found.items()}


def _limited(places: NDArray[np.int64], labels: NDArray[np.int64], limit: int | None) -> NDArray[np.int64]:
    """The first so many places of each class."""
    return np.concatenate([places[labels[places] == label][:limit] for label in range(len(CLASSES))])
