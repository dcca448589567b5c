"""TensorBoard event files."""

from collections.abc import Mapping

from pydantic import JsonValue

from recipe.runtime.trackers import TrackedRun
from recipe.schemas.run import RunState


class TensorBoardTracker:
    """Writes scalars to `tensorboard/` of the run directory."""

    def __init__(self, run: TrackedRun) -> None:
        from torch.utils.tensorboard.writer import SummaryWriter

        self._directory = run.directory / "tensorboard"
        self._writer = SummaryWriter(str(self._directory))
        self._epoch = 0

    def effective(self) -> dict[str, JsonValue]:
        return {}

    def log(self, epoch: int, values: Mapping[str, float]) -> None:
        self._epoch = epoch
        for name, value in values.items():
            self._writer.add_scalar(name, value, epoch)
        self._writer.flush()

    def note(self, text: str) -> None:
        """On the page of texts, at the last epoch that is done."""
        self._writer.add_text("notes", text, self._epoch)
        self._writer.flush()

    def finish(self, state: RunState, metrics: Mapping[str, float]) -> None:  # noqa: ARG002
        for name, value in metrics.items():
            self._writer.add_scalar(f"best/{name}", value, 0)
        self._writer.close()

    @property
    def location(self) -> str:
        return f"tensorboard --logdir {self._directory}"
