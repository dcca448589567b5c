"""Files from the network: whole, or not there."""

import contextlib
import hashlib
import http.client
import os
import shutil
import urllib.request
from pathlib import Path

TIMEOUT = 5.0
"""Seconds without an answer."""


def download(url: str, target: Path, least_bytes: int = 0, sha256: str = "") -> None:
    """Put the file of a URL at `target`. Raises `OSError` where it does not come, or not as it should.

    `least_bytes`: less is an error page. `sha256`: the first hex digits of its hash, as far as they are known.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        _fetch(url, partial, least_bytes)
        if not (found := sha256_of(partial)).startswith(sha256):
            raise OSError(f"its SHA-256 begins with {found[: len(sha256)]}, not {sha256}")
        partial.replace(target)
    except http.client.HTTPException as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _fetch(url: str, file: Path, least_bytes: int) -> None:
    with urllib.request.urlopen(url, timeout=TIMEOUT) as answer, file.open("wb") as content:
        shutil.copyfileobj(answer, content)
        expected = int(answer.headers.get("Content-Length", least_bytes))
    if (size := file.stat().st_size) < max(expected, least_bytes):
        raise OSError(f"only {size:,} bytes came")


def sha256_of(path: Path) -> str:
    """The hash of a file's content, in hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
