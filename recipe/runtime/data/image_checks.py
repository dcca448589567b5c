"""Decode every image of a split once, and remember what was found: a second look decodes nothing."""

import json
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError, __version__

from recipe.runtime.data.image_files import decode_file
from recipe.runtime.data.image_statistics import Levels, count_levels
from recipe.runtime.files import write_atomically
from recipe.runtime.places import cache_dir

_REVISION = 1
"""Raised when other things are found, so that nothing remembered is mistaken for them."""
_THREADS = 8
_CHUNK = 16
"""Files that a thread takes at once: for each alone, handing them out costs as much as decoding a small one."""


class Finding(NamedTuple):
    """What was found in one split."""

    sizes: tuple[tuple[int, int] | None, ...]
    """Of each file its width and height in pixels; None where it cannot be read."""
    reasons: Mapping[str, str]
    """File that cannot be read → why."""
    levels: Levels | None
    """Of all images that can be read, where that was asked for."""


class _Look(NamedTuple):
    """What was found in one file."""

    size: tuple[int, int] | None
    reason: str = ""
    levels: Levels | None = None


def check_images(files: Sequence[str], fingerprint: str, with_levels: bool = False) -> Finding:
    """Decode all files, or recall what came of it. `fingerprint` covers their names, sizes and times."""
    place = _place(files, fingerprint)
    found = _recall(place, len(files))
    if found is None or (with_levels and found.levels is None):
        found = _decode_all(files, with_levels)
        _remember(place, found)
    return found


def _decode_all(files: Sequence[str], with_levels: bool) -> Finding:
    levels: Levels | None = None
    sizes, reasons = [], {}
    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    with _bombs_are_errors(), ThreadPoolExecutor(_THREADS) as pool:
        looks = chain.from_iterable(pool.map(_look_at_all, chunks, repeat(with_levels)))
        for file, look in zip(files, looks, strict=True):
            sizes.append(look.size)
            if look.size is None:
                reasons[file] = look.reason
            elif look.levels is not None:
                levels = look.levels if levels is None else levels + look.levels
    return Finding(tuple(sizes), reasons, levels)


@contextmanager
def _bombs_are_errors() -> Iterator[None]:
    """Pillow warns of images of more than 89 million pixels, and refuses those of more than twice as many."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _look_at_all(files: Sequence[str], with_levels: bool) -> list[_Look]:
    return [_look_at(file, with_levels) for file in files]


def _look_at(file: str, with_levels: bool) -> _Look:
    try:
        pixels = decode_file(file)
    except Exception as error:  # Pillow's readers let out errors of every kind
        return _Look(None, _reason(file, error))
    height, width, _ = pixels.shape
    return _Look((width, height), levels=count_levels(pixels) if with_levels else None)


def _reason(file: str, error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "is not an image" if os.path.getsize(file) else "is empty"  # noqa: PTH202
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return f"is larger than {Image.MAX_IMAGE_PIXELS:,} pixels when it is decoded"
    return f"cannot be read: {error or type(error).__name__}"


def _place(files: Sequence[str], fingerprint: str) -> Path:
    """By everything that the finding depends on: the files, and the version of who reads them."""
    said = "\0".join((str(_REVISION), __version__, fingerprint, *files))
    name = sha256(said.encode(errors="surrogateescape")).hexdigest()[:32]
    return cache_dir() / "image-checks" / f"{name}.json"


def _recall(place: Path, count: int) -> Finding | None:
    """What was remembered; None where nothing was, or where it cannot be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = json.loads(place.read_bytes())
        sizes = tuple(size and (int(size[0]), int(size[1])) for size in said["sizes"])
        levels = None if said["levels"] is None else np.array(said["levels"], np.int64).reshape(3, 256)
        if len(sizes) == count:
            return Finding(sizes, dict(said["reasons"]), levels)
    return None


def _remember(place: Path, found: Finding) -> None:
    """Without a cache that can be written, the next look decodes again."""
    levels = None if found.levels is None else found.levels.tolist()
    with suppress(OSError):
        write_atomically(place, json.dumps({"sizes": found.sizes, "reasons": found.reasons, "levels": levels}))
