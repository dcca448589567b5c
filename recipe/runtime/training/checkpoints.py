"""Checkpoints of the training loop: copied at once, written by another thread, whole or absent at any time.

`best.pt` takes its place before `last.pt`, so that a state to resume from never names a best epoch that is not there.
"""

import contextlib
import os
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, cast

import torch

from recipe.runtime.files import place_kept, written_atomically
from recipe.schemas.diagnostics import Diagnostic, RecipeError

FORMAT = 1


class Checkpoints:
    """The folder `checkpoints/` of a run: `last.pt`, `best.pt`, and `epoch0005.pt` for those that are to be kept."""

    def __init__(self, folder: Path, keep: int | None) -> None:
        self.folder, self.keep = folder, keep
        self.last, self.best = folder / "last.pt", folder / "best.pt"
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="checkpoints")
        self._writing: Future[None] | None = None

    def save(self, state: dict[str, Any], is_best: bool = False, keep_as: int | None = None) -> None:
        """Copy a state and have it written: as `last`, as `best` too, and under the number of an epoch.

        Waits for the one before. Raises `OSError` where that could not be written.
        """
        self.wait()
        names = [name for name, wanted in (("best.pt", is_best), (f"epoch{keep_as or 0:04}.pt", keep_as)) if wanted]
        self._writing = self._writer.submit(self._write, copied(state), names)

    def wait(self) -> None:
        """Return when everything is on the disk. Raises `OSError` where it could not be written."""
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing.result()

    def close(self) -> None:
        """Wait, whatever comes of it, and end the thread."""
        self._writer.shutdown()

    def _write(self, state: dict[str, Any], names: list[str]) -> None:
        with written_atomically(self.last) as file:
            _save(state, file)
            file.flush()
            for name in names:
                _place_copy(Path(file.name), self.folder / name)
        self._prune()

    def _prune(self) -> None:
        for file in self._kept()[: -self.keep] if self.keep else []:
            file.unlink()

    def _kept(self) -> list[Path]:
        return sorted(self.folder.glob("epoch*.pt"))


def _save(state: dict[str, Any], file: IO[bytes]) -> None:
    """Raises `OSError` where the system refuses a write: torch would only say that one failed, not why."""
    watched = _Watched(file)
    try:
        torch.save(state, watched)  # type: ignore[arg-type]
    except RuntimeError as error:
        raise watched.refused or error from None


class _Watched:
    """A file that remembers what the system said to a write."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.flush, self.refused = file, file.flush, cast(OSError | None, None)

    def write(self, content: bytes) -> int:
        try:
            return self._file.write(content)
        except OSError as error:
            self.refused = error
            raise


def _place_copy(source: Path, target: Path) -> None:
    """Another name for the same file, where the file system can; else a copy. In place at once, never in part."""
    with place_kept(target) as temporary:
        temporary.unlink()
        try:
            os.link(source, temporary)
        except OSError:
            shutil.copyfile(source, temporary)


def copied(state: Any) -> Any:
    """A state whose tensors are copies in main memory, so that training can go on with its own."""
    if isinstance(state, torch.Tensor):
        return state.detach().to("cpu", copy=True)
    if isinstance(state, dict):
        return {key: copied(value) for key, value in state.items()}
    if isinstance(state, list | tuple):
        return type(state)(map(copied, state))
    return state


def read_checkpoint(file: Path, path: tuple[str, ...] = ()) -> dict[str, Any]:
    """A whole state. Raises `RecipeError` (R606) where the file is none of ours; no code in it is run.

    `path` is the setting that names the file.
    """
    problem = "does not exist"
    if file.is_file():
        with contextlib.suppress(Exception):  # torch raises nearly anything for a file that is no checkpoint
            state = torch.load(file, map_location="cpu", weights_only=True)
            if isinstance(state, dict) and state.get("format") == FORMAT:
                return state
        problem = "is no checkpoint of this program"
    help_ = ("name a file of `checkpoints/` of a run: `last.pt`, `best.pt`",)
    raise RecipeError(Diagnostic("R606", f"`{file}` {problem}", help=help_, path=path, file=str(file)))
