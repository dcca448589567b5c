"""A folder of large files that several processes make, share and remove.

A file is its content and a checksum of each block. It appears whole or not at all, and is used only where every
checksum is right. Two kinds of locks keep processes apart: that of a key while its file is looked for or made, and that
of the folder while room is made. A file that is in use, or being made, is locked itself and never removed. The system
gives up the locks of a process that was killed.
"""

import fcntl
import mmap
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from math import ceil
from pathlib import Path
from typing import IO
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from recipe.schemas.diagnostics import Diagnostic, RecipeError

Bytes = NDArray[np.uint8]

_BLOCK = 4 * 2**20
_CHECKSUM = np.dtype("<u4")
_THREADS = 8
_GIB = 2**30
_WHOLE, _UNFINISHED = ".pixels", ".part"


def open_stored(folder: Path, key: str, size: int, limit: int, fill: Callable[[Bytes], None]) -> Bytes:
    """The content of a file, `size` bytes that `fill` writes where there is no sound file yet.

    Where all files together would be larger than `limit` bytes, others go, first those that were used longest ago.
    Raises `RecipeError` (R614) where that does not make room, `OSError` where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / f".{key}.lock"):
        place = folder / f"{key}{_WHOLE}"
        found = _open_sound(place, size)
        return _make(place, size, limit, fill) if found is None else found


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Wait until no other process has the lock, and have it."""
    with file.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _open_sound(place: Path, size: int) -> Bytes | None:
    """The content, locked against removal as long as it lives; None where there is no file, or a damaged one."""
    try:
        handle = place.open("rb")
    except FileNotFoundError:
        return None
    with handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        found = os.fstat(handle.fileno())
        if not found.st_nlink or found.st_size != _total(size):
            return None
        content = _content(handle, size)
        if not _is_sound(content, size):
            return None
    os.utime(place)
    return content[:size]


def _content(handle: IO[bytes], size: int) -> Bytes:
    """The file in memory, page by page as it is read; what is written there goes to no file.

    The map keeps the file, and its lock, open.
    """
    return np.frombuffer(mmap.mmap(handle.fileno(), _total(size), access=mmap.ACCESS_COPY), np.uint8)


def _total(size: int) -> int:
    return size + ceil(size / _BLOCK) * _CHECKSUM.itemsize


def _is_sound(content: Bytes, size: int) -> bool:
    return content[size:].tobytes() == _checksums(content[:size]).tobytes()


def _checksums(content: Bytes) -> NDArray[np.uint32]:
    blocks = [content[start : start + _BLOCK] for start in range(0, len(content), _BLOCK)]
    with ThreadPoolExecutor(_THREADS) as pool:
        return np.fromiter(pool.map(crc32, blocks), _CHECKSUM, len(blocks))


def _make(place: Path, size: int, limit: int, fill: Callable[[Bytes], None]) -> Bytes:
    unfinished = place.with_suffix(_UNFINISHED)
    try:
        with _reserve(place, _total(size), limit) as handle:
            _write(handle, size, fill)
            unfinished.replace(place)
            fcntl.flock(handle, fcntl.LOCK_SH)
            return _content(handle, size)[:size]
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _reserve(place: Path, total: int, limit: int) -> IO[bytes]:
    """An unfinished file of full length, so that the disk cannot run full later and other processes count it."""
    with _locked(place.parent / ".lock"):
        place.unlink(missing_ok=True)
        _make_room(place.parent, total, limit)
        handle = place.with_suffix(_UNFINISHED).open("w+b")
        fcntl.flock(handle, fcntl.LOCK_EX)
    allocate = getattr(os, "posix_fallocate", None)  # macOS has none
    if allocate:
        allocate(handle.fileno(), 0, total)
    else:
        handle.truncate(total)
    return handle


def _write(handle: IO[bytes], size: int, fill: Callable[[Bytes], None]) -> None:
    mapped = mmap.mmap(handle.fileno(), _total(size), access=mmap.ACCESS_WRITE)
    content = np.frombuffer(mapped, np.uint8)
    fill(content[:size])
    content[size:] = _checksums(content[:size]).view(np.uint8)
    mapped.flush()
    os.fsync(handle.fileno())


def _make_room(folder: Path, needed: int, limit: int) -> None:
    files = list(_files(folder))
    used = sum(found.st_size for _, found in files)
    for file, found in sorted(files, key=lambda each: (each[0].suffix == _WHOLE, each[1].st_mtime_ns)):
        if (file.suffix == _UNFINISHED or used + needed > limit) and _remove_unused(file):
            used -= found.st_size
    if used + needed > limit:
        taken = f", and other runs use {used / _GIB:.3g} GiB of the cache" if used else ""
        message = f"decoded, the images take {needed / _GIB:.3g} GiB{taken}: `cache_limit` is {limit / _GIB:.3g} GiB"
        help_ = ("raise `cache_limit`, or write `cache: none`",)
        raise RecipeError(Diagnostic("R614", message, help=help_, path=("data", "cache_limit")))


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for file in folder.iterdir():
        if file.suffix in (_WHOLE, _UNFINISHED):
            with suppress(FileNotFoundError):  # its process may just have finished it
                yield file, file.stat()


def _remove_unused(file: Path) -> bool:
    """Whether it is gone. One that another process has is left alone."""
    try:
        with file.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.unlink()
    except BlockingIOError:
        return False
    except FileNotFoundError:
        pass
    return True
