"""Datasets that are folders: one folder for each class, with its images in it, at any depth."""

import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Diagnostic, RecipeError, did_you_mean
from recipe.schemas.facts import Dataset
from recipe.schemas.tasks.classification import ClassificationData

IMAGE_ENDINGS = frozenset((".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"))
"""What torchvision's `ImageFolder` takes for images."""


class Split(NamedTuple):
    """A folder of classes."""

    key: str
    """`train` or `val`."""
    folder: Path
    images: Mapping[str, tuple[Path, ...]]
    """Class → its images; classes and images sorted by name. Names that begin with a dot are left out."""


def read_folders(data: ClassificationData) -> Dataset:
    """Look at the folders of a recipe; no image is opened. Raises `RecipeError` (R601) with everything wrong."""
    splits = [_read(key, Path(folder)) for key, folder in (("train", data.train), ("val", data.val)) if folder]
    problems = [problem for split in splits for problem in _problems_of(split)]
    problems = problems or [*_differing_classes(splits), *_other_count(splits[0], data.num_classes)]
    if problems:
        raise RecipeError(*problems)
    return Dataset(
        source=data.train,
        splits=FrozenDict({split.key: (str(split.folder),) for split in splits}),
        images=FrozenDict({split.key: sum(map(len, split.images.values())) for split in splits}),
        classes=tuple(splits[0].images),
        fingerprint=_fingerprint(splits),
    )


def _read(key: str, folder: Path) -> Split:
    classes = [entry for entry in _visible(folder) if entry.is_dir()] if folder.is_dir() else []
    return Split(key, folder, {entry.name: tuple(_images_in(entry)) for entry in classes})


def _visible(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _images_in(folder: Path) -> Iterator[Path]:
    for entry in _visible(folder):
        if entry.is_dir():
            yield from _images_in(entry)
        elif entry.suffix.lower() in IMAGE_ENDINGS:
            yield entry


def _problems_of(split: Split) -> Iterator[Diagnostic]:
    folder = split.folder
    if not folder.is_dir():
        found = "is a file: name the folder with the folders of the classes" if folder.exists() else "does not exist"
        yield _problem(split, f"`{folder}` {found}")
    elif not split.images:
        loose = any(entry.suffix.lower() in IMAGE_ENDINGS for entry in _visible(folder))
        found = "has images, but no folders: put those of each class into a folder of its own" if loose else "is empty"
        yield _problem(split, f"`{folder}` {found}")
    for name, images in split.images.items():
        if not images:
            endings = ", ".join(sorted(IMAGE_ENDINGS))
            message = f"the class `{name}` has no images: `{folder / name}` has no file that ends in {endings}"
            yield _problem(split, message, folder / name)


def _differing_classes(splits: list[Split]) -> Iterator[Diagnostic]:
    """Images of a class that is not learned, or that is never looked at."""
    if len(splits) == 1:
        return
    train, val = splits
    for name in val.images.keys() - train.images.keys():
        guesses = did_you_mean(name, train.images)
        yield _problem(
            val, f"the class `{name}` has validation images, but none to learn from", val.folder / name, guesses
        )
    for name in train.images.keys() - val.images.keys():
        yield _problem(val, f"the class `{name}` has no validation images: `{val.folder / name}` does not exist")


def _other_count(train: Split, num_classes: int | None) -> Iterator[Diagnostic]:
    if num_classes is not None and num_classes != len(train.images):
        message = (
            f"`data.num_classes` is {num_classes}, but `{train.folder}` has folders for {len(train.images)} classes"
        )
        help_ = (f"its classes are {', '.join(f'`{name}`' for name in list(train.images)[:10])}",)
        yield Diagnostic("R601", message, help=help_, path=("data", "num_classes"))


def _problem(split: Split, message: str, file: Path | None = None, guesses: tuple[str, ...] = ()) -> Diagnostic:
    place = str(file or split.folder)
    return Diagnostic("R601", message, candidates=guesses, path=("data", split.key), file=place)


def _fingerprint(splits: list[Split]) -> str:
    """Sha256 over the name, size and time of every image."""
    stamps = sha256()
    for split in splits:
        for image in (image for images in split.images.values() for image in images):
            found = os.stat(image)  # noqa: PTH116
            name = f"{split.key}/{image.relative_to(split.folder)}"
            stamps.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode(errors="surrogateescape"))
    return stamps.hexdigest()
