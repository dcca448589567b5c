"""Check every image and every label row of a dataset."""

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from PIL import Image

from recipe.runtime.data.yolo_layout import IMAGE_ENDINGS, Layout, Problems, known_ids, label_file, read_text

_THREADS = 8
_SMALLEST_SIDE = 10
_JPEG_END = b"\xff\xd9"
_LOWEST, _HIGHEST = -0.01, 1.01
"""Ultralytics tolerates coordinates that are 1 % off the image."""


def check_images(layout: Layout, problems: Problems) -> None:
    """Report every image that cannot be read (R605)."""
    images = list(dict.fromkeys(chain.from_iterable(layout.images.values())))
    with ThreadPoolExecutor(_THREADS) as pool:
        for image, reason in zip(images, pool.map(_reason_not_to_read, images), strict=True):
            if reason:
                problems.add("R605", f"the image `{problems.name(image)}` {reason}: replace it or take it out", image)


def _reason_not_to_read(image: str) -> str | None:
    """Why Ultralytics would skip or rewrite an image; None where it is sound."""
    try:
        with Image.open(image) as opened:
            opened.verify()
    except Exception as error:  # Pillow's readers let out errors of every kind
        return f"cannot be read ({error})"
    if min(opened.size) < _SMALLEST_SIDE:
        return f"is {opened.width}×{opened.height} pixels, and {_SMALLEST_SIDE}×{_SMALLEST_SIDE} is the smallest"
    kind = str(opened.format).lower()
    if kind not in IMAGE_ENDINGS | {"jpeg2000"}:
        return f"has the format {kind}, which Ultralytics does not read"
    return "is a JPEG that was cut off" if kind == "jpeg" and not _has_end_mark(image) else None


def _has_end_mark(file: str) -> bool:
    """Whether a JPEG's end stands at the end of the file, or in its second half: cameras append things behind it."""
    with open(file, "rb") as opened:
        opened.seek(-2, os.SEEK_END)
        if opened.read() == _JPEG_END:
            return True
        opened.seek(0)
        data = opened.read()
    return data.rfind(_JPEG_END) > len(data) // 2


def check_labels(layout: Layout, problems: Problems) -> None:
    """Report every bad row (R604), and a train split that has no labels at all (R603)."""
    images = dict.fromkeys(chain.from_iterable(layout.images.values()))
    labelled = {image for image in images if _check_label_file(label_file(image), len(layout.classes), problems)}
    train = layout.images.get("train", ())
    if train and labelled.isdisjoint(train):
        first, label = problems.name(train[0]), problems.name(label_file(train[0]))
        message = f"the train split has no labels: those of its {len(train)} images, such as `{first}`, "
        problems.add("R603", message + f"were looked for in files like `{label}`, and none of these says anything")


def _check_label_file(file: str, classes: int, problems: Problems) -> bool:
    """Check the rows of a file, which need not exist (0 classes: their number is not known). True where it has some."""
    if not os.path.isfile(file):  # noqa: PTH113
        return False
    text = read_text(file, "R604", problems)
    if text is None:
        return True
    rows = [(number, line.split()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    polygons = any(len(columns) > 6 for _, columns in rows)
    for number, columns in rows:
        if message := _row_problem(columns, polygons, classes, f"`{problems.name(file)}:{number}`"):
            problems.add("R604", message, file, number)
    return bool(rows)


def _row_problem(columns: list[str], polygons: bool, classes: int, place: str) -> str | None:
    """What is wrong with a row (in a file with polygons, or with boxes), as a message; None where it is sound."""
    if polygons and len(columns) == 5:
        return f"a label file has boxes or polygons, but {place} is a box among polygons"
    if len(columns) != 5 and not (polygons and len(columns) >= 7 and len(columns) % 2):
        return f"a label is `class x y w h`, or a class and at least 3 points, but {place} has {len(columns)} columns"
    try:
        class_id, *numbers = map(float, columns)
    except ValueError as error:
        return f"a label is made of numbers, but {place} says {str(error).partition(': ')[2][:40]}"
    if class_id % 1 != 0:
        return f"a class id is a whole number, but {place} says {columns[0][:40]}"
    if class_id < 0 or (classes and class_id >= classes):
        return f"{known_ids(classes)}, but {place} says {class_id:.0f}"
    if wrong := [number for number in numbers if not _LOWEST <= number <= _HIGHEST]:
        return f"coordinates are fractions of the image from 0 to 1, but {place} says {wrong[0]:g}"
    if not polygons and min(numbers[2:]) < 0:
        return f"width and height cannot be negative, but {place} says {min(numbers[2:]):g}"
    return None
