"""Datasets that are folders: one folder for each class, with its images in it, at any depth."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from recipe.schemas.diagnostics import Diagnostic, RecipeError, did_you_mean
from recipe.schemas.tasks.classification import ClassificationData

IMAGE_ENDINGS = frozenset((".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"))
"""What torchvision's `ImageFolder` takes for images."""
_SHOWN = 20
"""Classes that are named where their number is not the one that was said."""


class ImageFile(NamedTuple):
    """A file that is an image by its name."""

    path: str
    size: int
    """Bytes."""
    time: int
    """Of its last change, in nanoseconds."""


@dataclass(frozen=True)
class Split:
    """A folder of classes."""

    key: str
    """`train` or `val`."""
    folder: Path
    images: Mapping[str, tuple[ImageFile, ...]]
    """Class → its images; names that begin with a dot are left out.

    Classes and images are in the order of torchvision's `ImageFolder`.
    """

    @cached_property
    def fingerprint(self) -> str:
        """Sha256 over the name, size and time of every image."""
        stamps, start = sha256(self.key.encode()), len(str(self.folder))
        for image in chain.from_iterable(self.images.values()):
            stamp = f"{image.path[start:]}\0{image.size}\0{image.time}\n"
            stamps.update(stamp.encode(errors="surrogateescape"))
        return stamps.hexdigest()


def read_folders(data: ClassificationData) -> tuple[Split, ...]:
    """Look at the folders of a recipe; no image is opened. Raises `RecipeError` (R601) with everything wrong."""
    named = (("train", data.train), ("val", data.val))
    splits = tuple(_read(key, Path(folder), data.limit_per_class) for key, folder in named if folder)
    problems = [problem for split in splits for problem in _problems_of(split)]
    classes = tuple(splits[0].images)
    problems = problems or [*_differing_classes(splits), *other_count(classes, data, f"`{data.train}` has folders for")]
    if problems:
        raise RecipeError(*problems)
    return splits


def read_folder(folder: str, limit: int | None) -> Split:
    """Look at one folder of classes, as that of validation. Raises `RecipeError` (R601) with everything wrong."""
    split = _read("val", Path(folder), limit)
    if problems := list(_problems_of(split)):
        raise RecipeError(*problems)
    return split


def _read(key: str, folder: Path, limit: int | None) -> Split:
    classes = [entry for entry in _visible(folder) if entry.is_dir()] if folder.is_dir() else []
    return Split(key, folder, {entry.name: _images_in(entry, limit) for entry in classes})


def _visible(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _images_in(folder: Path, limit: int | None) -> tuple[ImageFile, ...]:
    """The first so many images. Paths are text all the way: a `Path` for each file doubles the time."""
    return tuple(map(look_at_file, islice(image_paths(str(folder)), limit)))


def image_paths(folder: str) -> Iterator[str]:
    """The images in a folder, at any depth, sorted; names that begin with a dot are left out."""
    for place, names in sorted(_walk(folder)):
        for name in sorted(names):
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in IMAGE_ENDINGS:  # noqa: PTH122
                yield f"{place}/{name}"


def _walk(folder: str) -> Iterator[tuple[str, list[str]]]:
    """Every folder that is not hidden, and its files."""
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield place, names


def look_at_file(path: str) -> ImageFile:
    """The size and the time of a file."""
    found = os.stat(path)  # noqa: PTH116
    return ImageFile(path, found.st_size, found.st_mtime_ns)


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


def _differing_classes(splits: tuple[Split, ...]) -> Iterator[Diagnostic]:
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


def other_count(classes: tuple[str, ...], data: ClassificationData, found: str) -> Iterator[Diagnostic]:
    """A number of classes that is not the one that was found."""
    if data.num_classes is not None and data.num_classes != len(classes):
        message = f"`data.num_classes` is {data.num_classes}, but {found} {len(classes)} classes"
        names, more = ", ".join(f"`{name}`" for name in classes[:_SHOWN]), len(classes) - _SHOWN
        help_ = (f"its classes are {names}" + (f", and {more} more" if more > 0 else ""),)
        yield Diagnostic("R601", message, help=help_, path=("data", "num_classes"))


def _problem(split: Split, message: str, file: Path | None = None, guesses: tuple[str, ...] = ()) -> Diagnostic:
    place = str(file or split.folder)
    return Diagnostic("R601", message, candidates=guesses, path=("data", split.key), file=place)
