"""Rates that rise at the beginning of a run."""

from typing import Any


class WarmUp:
    """Counts steps and epochs until the rate is reached; `schedule`, a live one, follows."""

    def __init__(self, steps_per_epoch: int, epochs: float, start_factor: float, schedule: Any = None) -> None:
        self.epochs, self.start_factor, self.schedule = epochs, start_factor, schedule
        self._steps_per_epoch = steps_per_epoch
        self.steps_done = self.epochs_done = 0

    @property
    def last_step(self) -> float:
        """How many steps it takes; a part of one counts."""
        return self.epochs * self._steps_per_epoch

    @property
    def is_over(self) -> bool:
        """Whether the next step is trained with the rates of what follows."""
        return self.steps_done >= self.last_step

    @property
    def factor(self) -> float:
        """By what the rates of the next step are multiplied, while it is not over."""
        return self.start_factor + (1 - self.start_factor) * self.steps_done / self.last_step

    def state_dict(self) -> dict[str, Any]:
        """What has been counted, without what follows."""
        return {"steps_done": self.steps_done, "epochs_done": self.epochs_done}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on counting."""
        self.steps_done, self.epochs_done = state["steps_done"], state["epochs_done"]
