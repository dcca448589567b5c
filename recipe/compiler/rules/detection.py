"""Rules of detection recipes."""

from recipe.compiler.rule import Finding, rule
from recipe.schemas.optimizers import Optimizer
from recipe.schemas.tasks.detection import DetectionTrain, Shapes


@rule("R501", "train.close_mosaic", "train.epochs", "augment.mosaic")
def mosaic_never_on(close_mosaic: int, epochs: int, mosaic: float) -> Finding | None:
    """Mosaic is switched off for the last epochs; here those are all of them."""
    if mosaic == 0 or close_mosaic < epochs:
        return None
    message = f"mosaic is off in the last {close_mosaic} epochs, and there are only {epochs}: it is never on"
    return Finding(message, "train.close_mosaic", f"set it below {epochs}, or `augment.mosaic: 0` if that is meant")


@rule("R504", "data.shapes", "data.source")
def shapes_unused(shapes: Shapes, source: str) -> Finding | None:
    """Settings of the generator mean nothing for other data."""
    if source == "builtin:shapes" or shapes == Shapes():
        return None
    return Finding("`data.shapes` is read only where `data.source` is `builtin:shapes`", "data.shapes", "remove it")


@rule("R504", "data.source")
def unknown_builtin(source: str) -> Finding | None:
    """The program ships one dataset."""
    if not source.startswith("builtin:") or source == "builtin:shapes":
        return None
    return Finding(
        f"there is no built-in dataset `{source}`", "data.source", "the built-in dataset is `builtin:shapes`"
    )


@rule("R504", "train.warmup_momentum", "optimizer")
def warmup_momentum_unused(warmup_momentum: float, optimizer: Optimizer) -> Finding | None:
    """Only optimizers with a momentum warm it up."""
    if "momentum" in type(optimizer).model_fields or warmup_momentum == DetectionTrain().warmup_momentum:
        return None
    message = f"`warmup_momentum` has no effect: {optimizer.word()} has no momentum"
    return Finding(message, "train.warmup_momentum", "remove it")


RULES = (mosaic_never_on, shapes_unused, unknown_builtin, warmup_momentum_unused)
