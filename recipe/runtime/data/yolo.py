"""Ultralytics detection datasets: read a `data.yaml` and check all that it names before anything is trained.

Keys mean what they mean to Ultralytics (`check_det_dataset`, `YOLODataset`), but for three things. A relative `path`
starts from the yaml's folder: Ultralytics' machine-wide `datasets_dir` has no say. `download` is never followed. And
what Ultralytics skips with a warning (an image with a bad label row) or repairs in place (a JPEG that was cut off) is
an error here: training sees what the user sees, and none of their files is ever rewritten.
"""

import glob
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.facts import Dataset

IMAGE_ENDINGS = frozenset(
    ("avif", "bmp", "dng", "heic", "heif", "jp2", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp")
)
"""File name endings that Ultralytics takes for images; with `jpeg2000`, the formats that it decodes."""

_MOST_LISTED = 20
_THREADS = 8
_SMALLEST_SIDE = 10
_LOWEST, _HIGHEST = -0.01, 1.01
"""Ultralytics tolerates coordinates that are 1 % off the image."""


class _Problems(list[Diagnostic]):
    """What is wrong with one dataset, in the order it was found; messages name files relative to its yaml."""

    def __init__(self, data_yaml: Path) -> None:
        super().__init__()
        self._folder = data_yaml.parent

    def add(self, code: str, message: str, file: str | Path | None = None, line: int | None = None) -> None:
        place = str(file) if line is None else f"{file}:{line}"
        self.append(Diagnostic(code, message, path=("data", "source"), file=place if file else None))

    def name(self, file: str | Path) -> str:
        return os.path.relpath(file, self._folder)

    def raise_any(self) -> None:
        """Raise one `RecipeError` with at most 20 of the problems; the last of them counts the others."""
        listed, more = self[:_MOST_LISTED], len(self) - _MOST_LISTED
        if more > 0:
            listed[-1] = replace(listed[-1], help=(f"problems of this dataset that are not listed: {more}",))
        if listed:
            raise RecipeError(*listed)


class _Description(NamedTuple):
    """The content of a `data.yaml`."""

    file: Path
    text: str
    data: Mapping[Any, Any]

    def line_of(self, key: str) -> int:
        """The 1-based line of a top-level key, or the first line."""
        pattern = re.compile(rf"""['"]?{re.escape(key)}['"]?\s*:""")
        return next((number for number, line in enumerate(self.text.splitlines(), 1) if pattern.match(line)), 1)


class _Layout(NamedTuple):
    """Where a dataset has its parts; parts with problems are empty."""

    classes: tuple[str, ...] = ()
    places: Mapping[str, tuple[Path, ...]] = FrozenDict()
    images: Mapping[str, tuple[str, ...]] = FrozenDict()
    """As Ultralytics names them, for that decides where it looks for labels; duplicates included."""


def read_yolo_dataset(data_yaml: Path) -> Dataset:
    """Read a dataset and check every image and label of its train and val splits.

    Raises one `RecipeError` that lists up to 20 problems (R601–R605).
    """
    data_yaml = data_yaml.absolute()
    problems = _Problems(data_yaml)
    layout = _read_layout(data_yaml, problems)
    fingerprint = _fingerprint(data_yaml, layout)
    _check_images(layout, problems)
    _check_labels(layout, problems)
    problems.raise_any()
    return Dataset(
        source=str(data_yaml),
        splits=FrozenDict({split: tuple(map(str, places)) for split, places in layout.places.items()}),
        images=FrozenDict({split: len(images) for split, images in layout.images.items()}),
        classes=layout.classes,
        fingerprint=fingerprint,
    )


def fingerprint_yolo_dataset(data_yaml: Path) -> str:
    """The fingerprint alone: the yaml and lists are read, images and labels are only looked up.

    Raises `RecipeError` (R601, R602) where the yaml or a split is not to be had.
    """
    data_yaml = data_yaml.absolute()
    problems = _Problems(data_yaml)
    layout = _read_layout(data_yaml, problems)
    problems.raise_any()
    return _fingerprint(data_yaml, layout)


def _fingerprint(data_yaml: Path, layout: _Layout) -> str:
    """Sha256 over name (relative to the yaml), size and time of the yaml, list, image and label files."""
    images = set(chain.from_iterable(layout.images.values()))
    lists = {str(place) for place in chain.from_iterable(layout.places.values()) if place.is_file()}
    files = {str(data_yaml), *lists, *images, *map(_label_file, images)}
    return sha256("".join(sorted(_stamps(files, data_yaml.parent))).encode(errors="surrogateescape")).hexdigest()


def _stamps(files: Iterable[str], folder: Path) -> Iterator[str]:
    for file in files:
        if os.path.isfile(file):  # noqa: PTH113 - text all the way: a Path for each file doubles the time
            found = os.stat(file)  # noqa: PTH116
            yield f"{os.path.relpath(file, folder)}\0{found.st_size}\0{found.st_mtime_ns}\n"


def _read_layout(data_yaml: Path, problems: _Problems) -> _Layout:
    description = _read_yaml(data_yaml, problems)
    if description is None:
        return _Layout()
    _refuse_other_kinds(description, problems)
    classes = _read_classes(description, problems)
    root = _read_root(description, problems)
    places = {split: _read_split(description, split, root, problems) for split in ("train", "val")}
    return _Layout(classes, places, {split: _images(split, places[split], problems) for split in places})


def _read_yaml(file: Path, problems: _Problems) -> _Description | None:
    if not file.is_file():
        found = "is a folder: name the `data.yaml` in it" if file.is_dir() else "does not exist"
        problems.add("R601", f"the dataset `{file}` {found}", file)
    elif file.suffix.lower() not in (".yaml", ".yml"):
        problems.add("R602", f"the description of a dataset ends in `.yaml` or `.yml`, but this is `{file.name}`", file)
    elif (text := _read_text(file, "R602", problems)) is not None:
        return _parse(file, text, problems)
    return None


def _read_text(file: str | Path, code: str, problems: _Problems) -> str | None:
    """The text of a file, without a byte order mark."""
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 text (see its byte {error.start}): save it as UTF-8"
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    problems.add(code, f"`{problems.name(file)}` {reason}", file)
    return None


def _parse(file: Path, text: str, problems: _Problems) -> _Description | None:
    """Plain maps, lists and scalars of YAML 1.2, where `no` is a word."""
    from ruamel.yaml import YAML

    try:
        data = YAML(typ="safe", pure=True).load(text)
    except Exception as error:  # besides its own, ruamel lets out what int(), date() and deep nesting raise
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
        problems.add("R602", f"`{file.name}` is not YAML: {reason}", file, mark.line + 1 if mark else 1)
        return None
    if isinstance(data, Mapping):
        return _Description(file, text, data)
    message = f"`{file.name}` has to be a map with `train`, `val` and `names`, but it says {_kind(data)}"
    problems.add("R602", message, file, 1)
    return None


def _kind(value: Any) -> str:
    """A value as a message shows it: scalars as they are, others by kind."""
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a map"
    return f"`{str(value)[:40]}`"


def _refuse_other_kinds(description: _Description, problems: _Problems) -> None:
    """Refuse the keys that give label rows or images another meaning than a detection recipe does."""
    file, data = description.file, description.data
    if data.get("kpt_shape") is not None:
        message = "`kpt_shape` says that labels are poses, but a detection recipe reads boxes: leave it out"
        problems.add("R602", message, file, description.line_of("kpt_shape"))
    if data.get("channels", 3) != 3:
        message = f"images have 3 channels, but `channels` is {_kind(data['channels'])}: leave it out"
        problems.add("R602", message, file, description.line_of("channels"))


def _read_classes(description: _Description, problems: _Problems) -> tuple[str, ...]:
    """The names of the classes; `nc` alone stands for `class_0` and so on."""
    data, key = description.data, "names"
    names: Any = data.get("names")
    count: Any = data.get("nc")
    try:
        classes = _named([f"class_{index}" for index in range(count)] if names is None and _is_id(count) else names)
        if "nc" in data and str(count) not in (str(len(classes)), f"{len(classes)}.0"):
            key = "nc"
            raise ValueError(f"`names` has {len(classes)} classes, but `nc` is {_kind(count)}: leave `nc` out")
    except ValueError as error:
        problems.add("R602", str(error), description.file, description.line_of(key))
        return ()
    return classes


def _named(names: Any) -> tuple[str, ...]:
    """The names in the order of their ids. Raises ValueError with the message for the user."""
    if not isinstance(names, list | dict) or not names:
        raise ValueError(f"`names` is a list of the classes or a map from id to name, but it says {_kind(names)}")
    by_id = dict(enumerate(names)) if isinstance(names, list) else {_as_id(key): names[key] for key in names}
    last = len(by_id) - 1
    for class_id, name in by_id.items():
        if not _is_id(class_id) or class_id > last:
            raise ValueError(f"{_known_ids(last + 1)}, but one is {_kind(class_id)}")
        if not isinstance(name, str) and not _is_id(name):
            raise ValueError(f"a class's name is text, but in `names` that of {class_id} is {_kind(name)}: quote it")
    return tuple(str(by_id[class_id]) for class_id in range(last + 1))


def _known_ids(classes: int) -> str:
    rules = {0: "ids start from 0", 1: "`names` has 1 class, so the only id is 0"}
    return rules.get(classes, f"`names` has {classes} classes, so ids go from 0 to {classes - 1}")


def _as_id(key: Any) -> Any:
    return int(key) if isinstance(key, str) and re.fullmatch("[0-9]+", key) else key


def _is_id(value: Any) -> bool:
    return type(value) is int and value >= 0


def _read_root(description: _Description, problems: _Problems) -> Path | None:
    """The folder that the splits start from."""
    path: Any = description.data.get("path") or "."
    if isinstance(path, str):
        return description.file.parent / path
    message = f"`path` is the folder that `train` and `val` start from, but it is {_kind(path)}"
    problems.add("R602", message, description.file, description.line_of("path"))
    return None


def _read_split(description: _Description, split: str, root: Path | None, problems: _Problems) -> tuple[Path, ...]:
    """The folders and list files of a split: absolute, links resolved."""
    data = description.data
    key = "validation" if split == "val" and "val" not in data and "validation" in data else split
    value: Any = data.get(key)
    entries = value if value and isinstance(value, list) else [value]
    line = description.line_of(key)
    wrong = [entry for entry in entries if not entry or not isinstance(entry, str)]
    if wrong:
        says = f"says {_kind(wrong[0])}" if key in data else "is missing"
        message = f"`{key}` is a folder of images, a .txt list of images, or a list of these, but it {says}"
        problems.add("R602", message, description.file, line)
    elif root:
        places = [(entry, _place(root, entry)) for entry in entries]
        for entry in (entry for entry, place in places if place is None):
            advice = "fetch it yourself, `download` is not followed" if "download" in data else "correct the path"
            message = f"`{key}` names `{entry}`, but `{os.path.normpath(root / entry)}` does not exist: {advice}"
            problems.add("R601", message, description.file, line)
        return tuple(place for _, place in places if place)
    return ()


def _place(root: Path, entry: str) -> Path | None:
    """The file or folder that a split names, if it exists; `../x` may also mean `x`, as some exports have it."""
    names = root / entry, root / entry.removeprefix("../")
    return next((name.resolve() for name in names if os.path.exists(name)), None)  # noqa: PTH110


def _images(split: str, places: tuple[Path, ...], problems: _Problems) -> tuple[str, ...]:
    """The images of a split by name, as Ultralytics finds them: folders are searched through, hidden files are not."""
    known = len(problems)
    found = chain.from_iterable(_searched(place) if place.is_dir() else _listed(place, problems) for place in places)
    images = tuple(sorted(found))
    if places and not images and len(problems) == known:
        looked, endings = ", ".join(f"`{problems.name(place)}`" for place in places), ", ".join(sorted(IMAGE_ENDINGS))
        problems.add("R601", f"the {split} split has no images: {looked} has no file that ends in {endings}", places[0])
    return images


def _is_image(name: str) -> bool:
    return name.rpartition(".")[-1].lower() in IMAGE_ENDINGS


def _searched(folder: Path) -> Iterator[str]:
    return filter(_is_image, glob.iglob(f"{glob.escape(str(folder))}/**/*.*", recursive=True))  # noqa: PTH207


def _listed(list_file: Path, problems: _Problems) -> Iterator[str]:
    """The images that a list names, one to a line; `./` is the list's folder."""
    text = _read_text(list_file, "R602", problems) or ""
    for number, line in enumerate(text.rstrip().splitlines(), 1):
        image = line.replace("./", f"{list_file.parent}{os.sep}", 1) if line.startswith("./") else line
        if _is_image(image) and os.path.exists(image):  # noqa: PTH110
            yield image
        elif _is_image(image):
            message = f"`{problems.name(list_file)}:{number}` names `{line}`, which does not exist"
            advice = "" if Path(image).is_absolute() else ": begin it with `./` to start from the list's folder"
            problems.add("R601", message + advice, list_file, number)


def _label_file(image: str) -> str:
    """Where Ultralytics looks for the labels of an image: the last `images` folder becomes `labels`."""
    return f"{os.sep}labels{os.sep}".join(image.rsplit(f"{os.sep}images{os.sep}", 1)).rsplit(".", 1)[0] + ".txt"


def _check_images(layout: _Layout, problems: _Problems) -> None:
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
    if kind == "jpeg" and _last_bytes(image, 2) != b"\xff\xd9":
        return "is a JPEG that was cut off or has something appended, and Ultralytics would rewrite it"
    return None


def _last_bytes(file: str, number: int) -> bytes:
    with open(file, "rb") as opened:
        opened.seek(-number, os.SEEK_END)
        return opened.read()


def _check_labels(layout: _Layout, problems: _Problems) -> None:
    images = dict.fromkeys(chain.from_iterable(layout.images.values()))
    labelled = {image for image in images if _check_label_file(_label_file(image), len(layout.classes), problems)}
    train = layout.images.get("train", ())
    if train and labelled.isdisjoint(train):
        first, label = problems.name(train[0]), problems.name(_label_file(train[0]))
        message = f"the train split has no labels: those of its {len(train)} images, such as `{first}`, "
        problems.add("R603", message + f"were looked for in files like `{label}`, and none of these says anything")


def _check_label_file(file: str, classes: int, problems: _Problems) -> bool:
    """Check the rows of a file, which need not exist (0 classes: their number is not known). True where it has some."""
    if not os.path.isfile(file):  # noqa: PTH113
        return False
    text = _read_text(file, "R604", problems)
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
        return f"{_known_ids(classes)}, but {place} says {class_id:.0f}"
    if wrong := [number for number in numbers if not _LOWEST <= number <= _HIGHEST]:
        return f"coordinates are fractions of the image from 0 to 1, but {place} says {wrong[0]:g}"
    if not polygons and min(numbers[2:]) < 0:
        return f"width and height cannot be negative, but {place} says {min(numbers[2:]):g}"
    return None
