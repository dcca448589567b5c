"""A run's directory: where its files are, and that only one process works in it."""

import fcntl
import os
import weakref
from pathlib import Path
from typing import IO, TypeVar

from pydantic import ValidationError

from recipe.runtime.files import write_atomically
from recipe.schemas.base import Section
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import RunPlan
from recipe.schemas.run import Result, Status

M = TypeVar("M", bound=Section)


class RunDirectory:
    """`<root>/<name>/<digest>/`: plan, status, metrics, checkpoints, log."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.plan = path / "plan.json"
        self.status = path / "status.json"
        self.result = path / "result.json"
        self.effective = path / "effective.json"
        self.metrics_csv = path / "metrics.csv"
        self.metrics_jsonl = path / "metrics.jsonl"
        self.gradients = path / "gradients.csv"
        self.checkpoints = path / "checkpoints"
        self.artifacts = path / "artifacts"
        self.report = path / "report.html"
        self.log = path / "log.txt"
        self._lock: IO[str] | None = None

    @classmethod
    def of(cls, root: Path, name: str, digest: str) -> "RunDirectory":
        """The directory of a run under the root of all runs."""
        return cls(root / name / digest[:12])

    def lock(self) -> None:
        """Make the directory, and take it for this process until it ends.

        Raises `RecipeError`: R805 where another process has it, R005 where it cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            handle = (self.path / ".lock").open("a+")
        except OSError as error:
            help_ = ("name another folder with `--runs-dir`",)
            message = f"the run directory {self.path} cannot be written: {error.strerror}"
            raise RecipeError(Diagnostic("R005", message, help=help_)) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise self._in_use() from None
        self._lock = handle
        _LOCKS.add(handle)

    def unlock(self) -> None:
        """Give the directory back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def refuse_if_in_use(self) -> None:
        """Raise `RecipeError` (R805) where another process has the directory, before any work is put into a plan."""
        if self.is_locked():
            raise self._in_use()

    def _in_use(self) -> RecipeError:
        return RecipeError(Diagnostic("R805", f"another process is working in {self.path}"))

    def is_locked(self) -> bool:
        """Whether a process is working in the directory. Of one that cannot be read, `lock` says why."""
        try:
            with (self.path / ".lock").open() as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def read_status(self) -> Status | None:
        """What `status.json` says, or None where there is no readable one."""
        return _read(self.status, Status)

    def read_result(self) -> Result | None:
        """What `result.json` says, or None where there is no readable one."""
        return _read(self.result, Result)

    def write(self, path: Path, model: Section) -> None:
        """Write one of the directory's models, indented for people."""
        write_atomically(path, model.model_dump_json(indent=2) + "\n")

    def keep_plan(self, plan: RunPlan) -> None:
        """Write the plan. Raises `RecipeError` (R805, R005) where the directory cannot be taken."""
        self.lock()
        write_atomically(self.plan, plan.to_json() + "\n")
        self.unlock()

    def set_aside(self) -> Path:
        """Rename the directory to `<digest>~N`, so that a fresh run can take its name. Nothing is deleted.

        Raises `RecipeError` (R805) where another process is working in it.
        """
        self.lock()
        number = 1
        while (aside := self.path.with_name(f"{self.path.name}~{number}")).exists():
            number += 1
        self.path.rename(aside)
        self.unlock()
        return aside


_LOCKS: "weakref.WeakSet[IO[str]]" = weakref.WeakSet()


def _forget_locks() -> None:
    """A forked process that loads batches outlives a killed run by seconds, and would keep its directory locked."""
    for handle in list(_LOCKS):
        handle.close()


os.register_at_fork(after_in_child=_forget_locks)


def _read(path: Path, model: type[M]) -> M | None:
    try:
        return model.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
