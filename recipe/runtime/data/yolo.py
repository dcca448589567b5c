"""Ultralytics detection datasets: read a `data.yaml` and check all that it names before anything is trained.

Keys mean what they mean to Ultralytics (`check_det_dataset`, `YOLODataset`), but for three things. A relative `path`
starts from the yaml's folder: Ultralytics' machine-wide `datasets_dir` has no say. `download` is never followed. And
what Ultralytics skips with a warning (an image with a bad label row) or repairs in place (a JPEG that was cut off) is
an error here: training sees what the user sees, and none of their files is ever rewritten.
"""

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from recipe.runtime.data.yolo_checks import check_images, check_labels
from recipe.runtime.data.yolo_layout import Layout, Problems, label_file, read_layout
from recipe.schemas.base import FrozenDict
from recipe.schemas.facts import Dataset


def read_yolo_dataset(data_yaml: Path) -> Dataset:
    """Read a dataset and check every image and label of its train and val splits.

    Raises one `RecipeError` that lists up to 20 problems (R601–R605).
    """
    data_yaml = data_yaml.absolute()
    problems = Problems(data_yaml)
    layout = read_layout(data_yaml, problems)
    files = _look_at_files(data_yaml, layout)
    check_images(layout, problems)
    check_labels(layout, problems)
    problems.raise_any()
    return Dataset(
        source=str(data_yaml),
        splits=FrozenDict({split: tuple(map(str, places)) for split, places in layout.places.items()}),
        images=FrozenDict({split: len(images) for split, images in layout.images.items()}),
        classes=layout.classes,
        **files._asdict(),
    )


def fingerprint_yolo_dataset(data_yaml: Path) -> str:
    """The fingerprint alone: the yaml and lists are read, images and labels are only looked up.

    Raises `RecipeError` (R601, R602) where the yaml or a split is not to be had.
    """
    data_yaml = data_yaml.absolute()
    problems = Problems(data_yaml)
    layout = read_layout(data_yaml, problems)
    problems.raise_any()
    return _look_at_files(data_yaml, layout).fingerprint


class _Files(NamedTuple):
    """What is known of a dataset's files without reading them: the yaml, the lists, images and labels."""

    fingerprint: str
    labels: int
    newest: str


def _look_at_files(data_yaml: Path, layout: Layout) -> _Files:
    """The fingerprint is a sha256 over name (relative to the yaml), size and time of every file."""
    images = set(chain.from_iterable(layout.images.values()))
    lists = {str(place) for place in chain.from_iterable(layout.places.values()) if place.is_file()}
    labels = set(map(label_file, images))
    stamps = dict(_stamps({str(data_yaml), *lists, *images, *labels}, data_yaml.parent))
    text = "".join(sorted(f"{stamp.name}\0{stamp.size}\0{stamp.time}\n" for stamp in stamps.values()))
    newest = max(stamps, key=lambda file: stamps[file].time, default="")
    fingerprint = sha256(text.encode(errors="surrogateescape")).hexdigest()
    return _Files(fingerprint, len(labels & stamps.keys()), newest)


class _Stamp(NamedTuple):
    name: str
    size: int
    time: int


def _stamps(files: Iterable[str], folder: Path) -> Iterator[tuple[str, _Stamp]]:
    for file in files:
        if os.path.isfile(file):  # noqa: PTH113 - text all the way: a Path for each file doubles the time
            found = os.stat(file)  # noqa: PTH116
            yield file, _Stamp(os.path.relpath(file, folder), found.st_size, found.st_mtime_ns)
