"""Rules that hold for every family with a training loop."""

from recipe.compiler.check import Finding, rule
from recipe.schemas.recipe import EarlyStopping
from recipe.schemas.trackers import Tracker


@rule("R502", "train.early_stopping", "train.epochs")
def early_stopping_unreachable(early_stopping: EarlyStopping | None, epochs: int) -> Finding | None:
    """Patience that outlasts the run never stops it."""
    if early_stopping is None or early_stopping.patience < epochs:
        return None
    message = f"a patience of {early_stopping.patience} epochs can never end a run of {epochs}"
    return Finding(message, "train.early_stopping", "lower `patience`, raise `epochs`, or leave `early_stopping` out")


@rule("R503", "trackers")
def tracker_twice(trackers: tuple[Tracker, ...]) -> Finding | None:
    """Two equal trackers would write everything twice."""
    for index, tracker in enumerate(trackers):
        if tracker in trackers[:index]:
            return Finding(f"`{tracker.word()}` is listed twice", f"trackers.{index}", "remove one")
    return None


RULES = (early_stopping_unreachable, tracker_twice)
