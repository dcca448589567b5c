"""The images of a classification recipe: from folders, or those that come with the program."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain
from typing import NamedTuple

from recipe.runtime.classification.folders import ImageFile, Split, other_count, read_folder, read_folders
from recipe.runtime.data.digits import read_digits
from recipe.runtime.data.image_checks import Finding, check_images
from recipe.runtime.data.image_files import FileImages
from recipe.runtime.data.image_statistics import Levels, Statistics, levels_of, statistics_of
from recipe.runtime.data.images import Images
from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.facts import Dataset, ImageSizes
from recipe.schemas.tasks.classification import ClassificationData

_MOST_LISTED = 50


class _Found(NamedTuple):
    """A split of folders whose images have been decoded."""

    split: Split
    images: FileImages
    """Those that can be read."""
    finding: Finding


def open_images(data: ClassificationData) -> dict[str, Images]:
    """Split (`train`, and `val` where there is validation) → its images, every one of which can be read.

    Raises `RecipeError`: R601 for folders, R605 for images that cannot be read, R609 without scikit-learn.
    """
    if data.is_builtin:
        return dict(read_digits(data.limit_per_class))
    return {found.split.key: found.images for found in _read(data)}


def open_validation(data: ClassificationData, source: str | None = None) -> Images:
    """The validation images, or those of another folder; nothing is asked of the training images.

    Raises what `open_images` does.
    """
    if source is None and data.is_builtin:
        return read_digits(data.limit_per_class)["val"]
    folder, limit = (data.val, data.limit_per_class) if source is None else (source, None)
    assert folder is not None
    (found,) = _usable([_decoded(read_folder(folder, limit), data)], data)
    return found.images


def look_at_images(data: ClassificationData) -> Dataset:
    """What the compiler wants to know. Raises what `open_images` does."""
    return _look_at_digits(data) if data.is_builtin else _look_at_folders(data)


def fingerprint_images(data: ClassificationData) -> str:
    """The fingerprint alone: no image is opened."""
    if data.is_builtin:
        return _joined(read_digits(data.limit_per_class).values())
    return _joined(read_folders(data))


def _joined(splits: Iterable[Images | Split]) -> str:
    return sha256("".join(split.fingerprint for split in splits).encode()).hexdigest()


def _look_at_digits(data: ClassificationData) -> Dataset:
    digits = read_digits(data.limit_per_class)
    if problems := list(other_count(digits["train"].classes, data, f"`{data.train}` has")):
        raise RecipeError(*problems)
    return _dataset(
        data, dict(digits), _joined(digits.values()), levels_of(digits["train"]) if _is_asked_for_levels(data) else None
    )


def _is_asked_for_levels(data: ClassificationData) -> bool:
    wanted: object = data.normalize
    return wanted == "from_data"


def _look_at_folders(data: ClassificationData) -> Dataset:
    found = _read(data)
    images = {each.split.key: each.images for each in found}
    dataset = _dataset(data, images, _joined(each.split for each in found), found[0].finding.levels)
    files = [file for each in found for file in _files(each.split)]
    return dataset.model_copy(
        update={
            "splits": FrozenDict({each.split.key: (str(each.split.folder),) for each in found}),
            "skipped": tuple(file for each in found for file in each.finding.reasons),
            "newest": max(files, key=lambda file: file.time).path,
        }
    )


def _dataset(
    data: ClassificationData, images: Mapping[str, Images], fingerprint: str, levels: Levels | None
) -> Dataset:
    statistics = None if levels is None else _statistics(levels)
    return Dataset(
        source=data.train,
        splits=FrozenDict(dict.fromkeys(images, (data.train,))),
        images=FrozenDict({split: len(each) for split, each in images.items()}),
        classes=images["train"].classes,
        fingerprint=fingerprint,
        per_class=FrozenDict({split: _counts(each) for split, each in images.items()}),
        sizes=FrozenDict({split: _sizes(each) for split, each in images.items()}),
        mean=statistics and statistics.mean,
        std=statistics and statistics.std,
    )


def _counts(images: Images) -> tuple[int, ...]:
    counts = Counter(images.labels)
    return tuple(counts[label] for label in range(len(images.classes)))


def _sizes(images: Images) -> ImageSizes:
    sizes = [images.size(index) for index in range(len(images))]
    other = next((index for index, size in enumerate(sizes) if size != sizes[0]), None)
    return ImageSizes(
        decoded_bytes=sum(3 * width * height for width, height in sizes),
        first=images.name(0),
        first_size=sizes[0],
        other=None if other is None else images.name(other),
        other_size=None if other is None else sizes[other],
    )


def _statistics(levels: Levels) -> Statistics:
    found = statistics_of(levels)
    if not all(found.std):
        message = "a channel is the same in all pixels of the training images, so that nothing can be divided by it"
        help_ = ("say what to use: `normalize: {mean: […], std: […]}`",)
        raise RecipeError(Diagnostic("R405", message, help=help_, path=("data", "normalize")))
    return found


def _read(data: ClassificationData) -> list[_Found]:
    """Raises `RecipeError`: R605 with all images that cannot be read, R601 where leaving them out empties a class."""
    return _usable([_decoded(split, data) for split in read_folders(data)], data)


def _usable(found: list[_Found], data: ClassificationData) -> list[_Found]:
    if data.on_corrupt == "fail":
        _refuse_corrupt(found)
    if problems := [problem for each in found for problem in _emptied(each)]:
        raise RecipeError(*problems)
    return found


def _decoded(split: Split, data: ClassificationData) -> _Found:
    files = [file.path for file in _files(split)]
    finding = check_images(files, split.fingerprint, split.key == "train" and _is_asked_for_levels(data))
    return _Found(split, _readable(split, finding), finding)


def _readable(split: Split, finding: Finding) -> FileImages:
    labels = [label for label, images in enumerate(split.images.values()) for _ in images]
    rows = zip(_files(split), labels, finding.sizes, strict=True)
    kept = [(file, label, size) for file, label, size in rows if size is not None]
    return FileImages(
        classes=tuple(split.images),
        labels=tuple(label for _, label, _ in kept),
        files=tuple(file.path for file, _, _ in kept),
        sizes=tuple(size for _, _, size in kept),
        fingerprint=sha256("".join(f"{file}\n" for file, _, _ in kept).encode()).hexdigest(),
    )


def _files(split: Split) -> list[ImageFile]:
    return list(chain.from_iterable(split.images.values()))


def _refuse_corrupt(found: Sequence[_Found]) -> None:
    """Raise one error for all images that cannot be read, with at most 50 of them by name."""
    said = [f"`{file}` {reason}" for each in found for file, reason in each.finding.reasons.items()]
    if not said:
        return
    key = next(each.split.key for each in found if each.finding.reasons)
    total = sum(len(each.finding.sizes) for each in found)
    more = (f"{len(said) - _MOST_LISTED} more are not listed",) if len(said) > _MOST_LISTED else ()
    message = f"{len(said)} of {total:,} images cannot be used"
    way_out = "replace them, take them out, or leave them out of training: `on_corrupt: skip`"
    help_ = (*said[:_MOST_LISTED], *more, way_out)
    raise RecipeError(Diagnostic("R605", message, help=help_, path=("data", key)))


def _emptied(found: _Found) -> Iterator[Diagnostic]:
    labels = set(found.images.labels)
    for label, name in enumerate(found.split.images):
        if label not in labels:
            message = f"the class `{name}` has no image that can be read: `{found.split.folder / name}`"
            yield Diagnostic("R601", message, path=("data", found.split.key))
