"""What a reporter is told while Ultralytics trains, and two things its loop must not do by itself."""

import math
from collections.abc import Mapping
from typing import Any

from recipe.runtime.detection.effective import effective_values
from recipe.runtime.family import Reporter
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import RunPlan


class Events:
    """Callbacks for one trainer; a reporter's exception passes through the loop untouched."""

    def __init__(self, plan: RunPlan, reporter: Reporter) -> None:
        self.plan, self.reporter = plan, reporter
        self.steps_done = 0

    def attach(self, trainer: Any) -> None:
        """Register every callback under the name of the method."""
        for event in ("on_train_start", "on_train_epoch_start", "on_train_batch_end", "on_fit_epoch_end"):
            trainer.add_callback(event, getattr(self, event))

    def on_train_start(self, trainer: Any) -> None:
        self.reporter.started(trainer.start_epoch + 1, effective_values(trainer, self.plan))
        if trainer.last_values:  # a process killed right behind its checkpoint has not told them
            self.reporter.epoch_done(trainer.start_epoch, trainer.last_values)

    def on_train_epoch_start(self, trainer: Any) -> None:
        self.steps_done = 0
        # As if all three retries were used up: Ultralytics would halve the batch on its own when memory runs out.
        trainer._oom_retries = 3

    def on_train_batch_end(self, trainer: Any) -> None:
        self.steps_done += 1
        if not math.isfinite(loss := float(trainer.loss.detach())):
            raise _diverged(trainer, self.steps_done, loss)
        self.reporter.step(trainer.epoch + 1, self.steps_done, len(trainer.train_loader), _train_losses(trainer))

    def on_fit_epoch_end(self, trainer: Any) -> None:
        trainer.epochs_completed = trainer.epoch + 1
        self.reporter.epoch_done(trainer.epoch + 1, epoch_values(trainer))


def epoch_values(trainer: Any) -> dict[str, float]:
    """Everything that an epoch reports: mean losses, metrics, and the rates at its end."""
    rates = {f"lr/{group['name']}": float(group["lr"]) for group in trainer.optimizer.param_groups}
    return {**_train_losses(trainer), **metric_names(trainer.metrics), "lr": float(trainer.args.lr0), **rates}


def metric_names(metrics: Mapping[str, float]) -> dict[str, float]:
    """`metrics/mAP50(B)` is our `val/mAP50`; `fitness` is mAP50-95 once more."""
    ours = {name.replace("metrics/", "val/").removesuffix("(B)"): float(value) for name, value in metrics.items()}
    return {name: value for name, value in ours.items() if name != "fitness"}


def _train_losses(trainer: Any) -> dict[str, float]:
    """Means over the epoch so far."""
    return {f"train/{name}": float(value) for name, value in trainer.tloss.items()}


def _diverged(trainer: Any, step: int, loss: float) -> RecipeError:
    """Ultralytics goes on, or back to the last checkpoint; but weights that saw such a loss are lost."""
    message = f"the loss is {loss} in epoch {trainer.epoch + 1}, step {step}"
    batch = f"images of the batch: {', '.join(trainer.batch_files[:8])}"
    return RecipeError(Diagnostic("R810", message, help=("lower optimizer.lr, or switch train.amp off", batch)))
