"""What a `data.yaml` says: its classes, its splits, and where the images and labels of these are."""

import glob
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Diagnostic, RecipeError

IMAGE_ENDINGS = frozenset(
    ("avif", "bmp", "dng", "heic", "heif", "jp2", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp")
)
"""File name endings that Ultralytics takes for images; with `jpeg2000`, the formats that it decodes."""

_MOST_LISTED = 20


class Problems(list[Diagnostic]):
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


class Layout(NamedTuple):
    """Where a dataset has its parts; parts with problems are empty."""

    classes: tuple[str, ...] = ()
    places: Mapping[str, tuple[Path, ...]] = FrozenDict()
    images: Mapping[str, tuple[str, ...]] = FrozenDict()
    """As Ultralytics names them, for that decides where it looks for labels; duplicates included."""


def read_layout(data_yaml: Path, problems: Problems) -> Layout:
    """Read a `data.yaml` and find what it names. Problems (R601, R602) are reported, and what they touch is empty."""
    description = _read_yaml(data_yaml, problems)
    if description is None:
        return Layout()
    _refuse_other_kinds(description, problems)
    classes = _read_classes(description, problems)
    root = _read_root(description, problems)
    places = {split: _read_split(description, split, root, problems) for split in ("train", "val")}
    return Layout(classes, places, {split: _images(split, places[split], problems) for split in places})


def _read_yaml(file: Path, problems: Problems) -> _Description | None:
    if not file.is_file():
        found = "is a folder: name the `data.yaml` in it" if file.is_dir() else "does not exist"
        problems.add("R601", f"the dataset `{file}` {found}", file)
    elif file.suffix.lower() not in (".yaml", ".yml"):
        problems.add("R602", f"the description of a dataset ends in `.yaml` or `.yml`, but this is `{file.name}`", file)
    elif (text := read_text(file, "R602", problems)) is not None:
        return _parse(file, text, problems)
    return None


def read_text(file: str | Path, code: str, problems: Problems) -> str | None:
    """The text of a file, without a byte order mark."""
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 text (see its byte {error.start}): save it as UTF-8"
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    problems.add(code, f"`{problems.name(file)}` {reason}", file)
    return None


def _parse(file: Path, text: str, problems: Problems) -> _Description | None:
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


def _refuse_other_kinds(description: _Description, problems: Problems) -> None:
    """Refuse the keys that give label rows or images another meaning than a detection recipe does."""
    file, data = description.file, description.data
    if data.get("kpt_shape") is not None:
        message = "`kpt_shape` says that labels are poses, but a detection recipe reads boxes: leave it out"
        problems.add("R602", message, file, description.line_of("kpt_shape"))
    if data.get("channels", 3) != 3:
        message = f"images have 3 channels, but `channels` is {_kind(data['channels'])}: leave it out"
        problems.add("R602", message, file, description.line_of("channels"))


def _read_classes(description: _Description, problems: Problems) -> tuple[str, ...]:
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
            raise ValueError(f"{known_ids(last + 1)}, but one is {_kind(class_id)}")
        if not isinstance(name, str) and not _is_id(name):
            raise ValueError(f"a class's name is text, but in `names` that of {class_id} is {_kind(name)}: quote it")
    return tuple(str(by_id[class_id]) for class_id in range(last + 1))


def known_ids(classes: int) -> str:
    """The rule that class ids follow, as a message says it."""
    rules = {0: "ids start from 0", 1: "`names` has 1 class, so the only id is 0"}
    return rules.get(classes, f"`names` has {classes} classes, so ids go from 0 to {classes - 1}")


def _as_id(key: Any) -> Any:
    return int(key) if isinstance(key, str) and re.fullmatch("[0-9]+", key) else key


def _is_id(value: Any) -> bool:
    return type(value) is int and value >= 0


def _read_root(description: _Description, problems: Problems) -> Path | None:
    """The folder that the splits start from."""
    path: Any = description.data.get("path") or "."
    if isinstance(path, str):
        return description.file.parent / path
    message = f"`path` is the folder that `train` and `val` start from, but it is {_kind(path)}"
    problems.add("R602", message, description.file, description.line_of("path"))
    return None


def _read_split(description: _Description, split: str, root: Path | None, problems: Problems) -> tuple[Path, ...]:
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


def _images(split: str, places: tuple[Path, ...], problems: Problems) -> tuple[str, ...]:
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


def _listed(list_file: Path, problems: Problems) -> Iterator[str]:
    """The images that a list names, one to a line; `./` is the list's folder."""
    text = read_text(list_file, "R602", problems) or ""
    for number, line in enumerate(text.rstrip().splitlines(), 1):
        image = line.replace("./", f"{list_file.parent}{os.sep}", 1) if line.startswith("./") else line
        if _is_image(image) and os.path.exists(image):  # noqa: PTH110
            yield image
        elif _is_image(image):
            message = f"`{problems.name(list_file)}:{number}` names `{line}`, which does not exist"
            advice = "" if Path(image).is_absolute() else ": begin it with `./` to start from the list's folder"
            problems.add("R601", message + advice, list_file, number)


def label_file(image: str) -> str:
    """Where Ultralytics looks for the labels of an image: the last `images` folder becomes `labels`."""
    return f"{os.sep}labels{os.sep}".join(image.rsplit(f"{os.sep}images{os.sep}", 1)).rsplit(".", 1)[0] + ".txt"
