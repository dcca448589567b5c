"""Files that are either whole or absent."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_UNFINISHED = ".unfinished"


def write_atomically(path: Path, content: str | bytes, mode: int | None = None) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new, never a part.

    Its mode is the usual one for new files where none is given.
    """
    with written_atomically(path, mode) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextlib.contextmanager
def written_atomically(path: Path, mode: int | None = None) -> Iterator[IO[bytes]]:
    """A file to write to; it takes its place, whole and on the disk, when the block is left without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with place_kept(path, mode) as temporary, open(temporary, "wb") as file:
        yield file


@contextlib.contextmanager
def place_kept(path: Path, mode: int | None = None) -> Iterator[Path]:
    """An empty file beside `path`, to be filled or replaced; it becomes `path` when the block is left without an error.

    Its contents are on the disk before it has that name.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_UNFINISHED)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask() if mode is None else mode)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed process was writing in a folder, and below it. No other process may be writing there."""
    for file in folder.rglob(f".*{_UNFINISHED}"):
        file.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
