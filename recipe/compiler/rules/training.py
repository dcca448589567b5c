"""Rules that hold for every family with a training loop."""

from recipe.compiler.rule import Finding, rule
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


@rule("R505", "train.warmup_epochs", "train.epochs")
def warmup_never_ends(warmup_epochs: float, epochs: int) -> Finding | None:
    """Rates that rise to the end of the run never reach what the recipe says."""
    if warmup_epochs < epochs or not warmup_epochs:
        return None
    message = f"the warm-up of {warmup_epochs:g} epochs lasts the whole run of {epochs}"
    return Finding(message, "train.warmup_epochs", f"set it below {epochs}")


@rule("R405", "optimizer.nesterov", "optimizer.momentum", "optimizer.dampening")
def nesterov_without_momentum(nesterov: bool, momentum: float, dampening: float) -> Finding | None:
    """What torch refuses when the optimizer is built."""
    if not nesterov or (momentum and not dampening):
        return None
    message = f"`nesterov` needs a momentum and no dampening, but they are {momentum:g} and {dampening:g}"
    return Finding(message, "optimizer.nesterov", "set `momentum: 0.9` and leave `dampening` out")


@rule("R504", "train.init_from", "train.resume_from")
def two_beginnings(init_from: str | None, resume_from: str | None) -> Finding | None:
    """Weights that would be overwritten at once."""
    if init_from is None or resume_from is None:
        return None
    message = "`resume_from` brings weights of its own, so that nothing would read those of `init_from`"
    return Finding(message, "train.init_from", "remove one of the two")


@rule("R504", "train.checkpoint_keep", "train.checkpoint_every")
def nothing_to_keep(checkpoint_keep: int | None, checkpoint_every: int | None) -> Finding | None:
    """A bound on checkpoints that nobody writes."""
    if checkpoint_keep is None or checkpoint_every is not None:
        return None
    message = "`checkpoint_keep` bounds the checkpoints of `checkpoint_every`, and there are none"
    return Finding(message, "train.checkpoint_keep", "set `checkpoint_every`, or remove it")


RULES = (
    early_stopping_unreachable,
    tracker_twice,
    warmup_never_ends,
    nesterov_without_momentum,
    two_beginnings,
    nothing_to_keep,
)
