"""TensorBoard."""

from recipe.schemas.trackers import Tracker


class TensorBoard(Tracker):
    """Event files under `tensorboard/` of the run directory."""

    target = "recipe.runtime.trackers.tensorboard:TensorBoardTracker"
