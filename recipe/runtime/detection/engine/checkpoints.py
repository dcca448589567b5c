"""Checkpoints that are whole or absent, whenever the process dies.

Ultralytics writes into a staging folder; finished files are renamed into place, `best.pt` before `last.pt`, so that
a state to resume from never names a best epoch that is not there. `last.pt` keeps its whole state after training.
"""

import os
import shutil
from pathlib import Path

from ultralytics.nn.tasks import torch_safe_load
from ultralytics.utils import torch_utils

from recipe.runtime.detection.isolation import replaced


class Checkpoints:
    """The folder `checkpoints/` of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.last, self.best = folder / "last.pt", folder / "best.pt"
        self.staging = folder / ".staging"
        shutil.rmtree(self.staging, ignore_errors=True)
        self.staging.mkdir(parents=True)

    def publish(self, epoch: int, keep: bool) -> None:
        """Move what was staged into place; `keep` also leaves a copy called after the epoch (1-based)."""
        if (self.staging / "best.pt").exists():
            self._place("best.pt")
        if keep:
            shutil.copyfile(self.staging / "last.pt", self.staging / f"epoch{epoch}.pt")
            self._place(f"epoch{epoch}.pt")
        self._place("last.pt")

    def finish(self) -> int:
        """Reduce `best.pt` to the network in half precision, and return its epoch (1-based). May be repeated."""
        source = self.best if self.best.exists() else self.last
        checkpoint, _ = torch_safe_load(str(source))
        if checkpoint["epoch"] < 0:
            return int(checkpoint["best_epoch"])
        epoch: int = checkpoint["epoch"] + 1
        with replaced(torch_utils, "torch_load", lambda *_, **__: checkpoint):
            torch_utils.strip_optimizer(source, str(self.staging / "best.pt"), updates={"best_epoch": epoch})
        self._place("best.pt")
        return epoch

    def close(self) -> None:
        """Remove the staging folder."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def _place(self, name: str) -> None:
        with (self.staging / name).open("rb+") as file:
            os.fsync(file.fileno())
        (self.staging / name).replace(self.folder / name)
