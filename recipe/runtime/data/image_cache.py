"""Keep decoded images: in memory, or in a file that runs share."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from PIL import __version__

from recipe.runtime.data.image_store import open_stored
from recipe.runtime.data.images import CacheMode, Images, Pixels
from recipe.runtime.places import cache_dir
from recipe.schemas.diagnostics import Diagnostic, RecipeError

Progress = Callable[[int, int], None]
"""Gets how many images are decoded, and of how many."""

_REVISION = 1
"""Raised when images are decoded or laid out otherwise, so that no file is mistaken for another."""
_THREADS = 8
_CHUNK = 16
"""Images that a thread takes at once."""
_GIB = 2**30


class CachedImages:
    """Images whose pixels lie one after the other in one buffer, which processes that are forked share."""

    def __init__(self, images: Images, mode: CacheMode, buffer: NDArray[np.uint8]) -> None:
        self._images, self.mode, self._buffer = images, mode, buffer
        self.classes, self.labels, self.fingerprint = images.classes, images.labels, images.fingerprint
        self._starts = _starts(images)

    def __len__(self) -> int:
        return len(self._images)

    def name(self, index: int) -> str:
        return self._images.name(index)

    def size(self, index: int) -> tuple[int, int]:
        return self._images.size(index)

    def decode(self, index: int) -> Pixels:
        """A view into the buffer."""
        width, height = self._images.size(index)
        return self._buffer[self._starts[index] : self._starts[index + 1]].reshape(height, width, 3)


def cached(images: Images, mode: CacheMode, limit_gib: float, progress: Progress | None = None) -> Images:
    """The same images, kept as the recipe says; `limit_gib` bounds all files of the cache together.

    Raises `RecipeError`: R605 where an image cannot be read any more, R614 where the limit leaves no room, R005 where
    the cache cannot be written.
    """
    if mode == "none":
        return images
    fill = partial(_fill, images, progress)
    if mode == "ram":
        buffer = np.empty(_starts(images)[-1], np.uint8)
        fill(buffer)
    else:
        buffer = _stored(images, limit_gib, fill)
    return CachedImages(images, mode, buffer)


def _starts(images: Images) -> tuple[int, ...]:
    """Where each image begins in the buffer, and where the last one ends."""
    sizes = (images.size(index) for index in range(len(images)))
    return tuple(accumulate((3 * width * height for width, height in sizes), initial=0))


def _fill(images: Images, progress: Progress | None, buffer: NDArray[np.uint8]) -> None:
    starts = _starts(images)

    def decode(index: int) -> None:
        try:
            buffer[starts[index] : starts[index + 1]] = images.decode(index).reshape(-1)
        except Exception as error:  # Pillow's readers let out errors of every kind
            message = f"`{images.name(index)}` could be read before, but not any more: {error}"
            raise RecipeError(Diagnostic("R605", message)) from error

    def decode_all(indices: range) -> int:
        for index in indices:
            decode(index)
        return indices.stop

    chunks = [range(len(images))[start : start + _CHUNK] for start in range(0, len(images), _CHUNK)]
    with ThreadPoolExecutor(_THREADS) as pool:
        for done in pool.map(decode_all, chunks):
            if progress is not None:
                progress(done, len(images))


def _stored(images: Images, limit_gib: float, fill: Callable[[NDArray[np.uint8]], None]) -> NDArray[np.uint8]:
    folder = cache_dir() / "images"
    key = sha256(f"{_REVISION}\0{__version__}\0{images.fingerprint}".encode()).hexdigest()[:32]
    try:
        return open_stored(folder, key, _starts(images)[-1], int(limit_gib * _GIB), fill)
    except OSError as error:
        message = f"`cache: disk` keeps images in `{folder}`, which cannot be written: {error.strerror or error}"
        help_ = ("name another place (RECIPE_CACHE=/some/folder), or write `cache: none`",)
        raise RecipeError(Diagnostic("R005", message, help=help_, path=("data", "cache"))) from error
