"""The training loop of every torch-native family. What is trained, and by which losses, its `Steps` say."""

import time
from typing import Any, cast

import torch

from recipe.runtime.family import Outcome, Reporter
from recipe.runtime.steps import Batch, Steps
from recipe.runtime.training.checkpoints import FORMAT, Checkpoints
from recipe.runtime.training.progress import Progress
from recipe.runtime.training.randomness import random_state, restore_random_state
from recipe.runtime.training.stepper import NotFinite, Stepper
from recipe.runtime.training.world import World
from recipe.schemas.diagnostics import Diagnostic, Interrupted, RecipeError
from recipe.schemas.plan import RunPlan
from recipe.schemas.run import Origin
from recipe.schemas.training import LoopRecipe


class Loop:
    """Epochs: steps, evaluation, schedules, early stopping, checkpoints."""

    def __init__(self, plan: RunPlan, steps: Steps, world: World, checkpoints: Checkpoints, reporter: Reporter) -> None:
        recipe = cast(LoopRecipe, plan.recipe)
        self.plan, self.origin = plan, cast(Origin | None, None)
        self.epochs, self.early_stopping = recipe.train.epochs, recipe.train.early_stopping
        self.checkpoint_every, self.checkpoint_minutes = recipe.train.checkpoint_every, recipe.train.checkpoint_minutes
        self.directions = {metric.name: metric.higher_is_better for metric in recipe.metrics}
        self.primary_metric = recipe.primary_metric
        self.steps, self.world, self.checkpoints, self.reporter = steps, world, checkpoints, reporter
        self.stepper = Stepper(recipe, steps, world, reporter)
        self.progress = Progress()
        self._saved_at = time.monotonic()

    def run(self) -> Outcome:
        """From where the progress stands to the end. Raises `Interrupted` when everything is saved."""
        try:
            while not self.progress.ended(self.epochs):
                self._train()
                self._end_epoch({**self.progress.means("train"), **self._evaluate()})
        except Interrupted:
            self._save()
            self.checkpoints.wait()
            raise
        self.checkpoints.wait()
        progress, files = self.progress, self.checkpoints
        completed = progress.epoch - 1
        return Outcome(completed, progress.best_epoch, progress.best_values, files.best, files.last, self.origin)

    def _train(self) -> None:
        """What is left of the epoch in progress."""
        progress, batches = self.progress, self.steps.train
        self.stepper.begin_epoch(progress.epoch)
        for batch in batches.epoch(progress.epoch, first=progress.step):
            self._step(batch)
            self.reporter.step(progress.epoch, progress.step, len(batches), progress.means("train"))
            if self._is_save_due():
                self._save()
        if progress.skipped == len(batches):
            raise RecipeError(Diagnostic("R810", f"no batch of epoch {progress.epoch} had a finite loss"))

    def _step(self, batch: Batch) -> None:
        progress = self.progress
        try:
            progress.add(self.stepper.step(batch.tensors))
        except NotFinite as error:
            if self.stepper.on_nan == "stop":
                raise self._diverged(batch, str(error)) from None
            progress.skipped += 1
        progress.step += 1

    @torch.no_grad()
    def _evaluate(self) -> dict[str, float]:
        """Every split, with the average of the weights where there is one."""
        average, values = self.stepper.average, dict[str, float]()
        network = average.network if average else self.steps.network
        self.world.share_statistics(network)
        network.eval()
        for split, batches in self.steps.evaluated.items():
            evaluator = self.steps.evaluator(split)
            for batch in batches.epoch(1):
                if not len(batch.tensors[0]):
                    continue  # fewer samples than processes
                with self.stepper.precision.autocast():
                    evaluator.step(network, tuple(tensor.to(self.world.device) for tensor in batch.tensors))
            values |= {f"{split}/{name}": value for name, value in evaluator.results().items()}
        return values

    def _end_epoch(self, values: dict[str, float]) -> None:
        progress, done, updates = self.progress, self.progress.epoch, self.steps.updates
        rates = {name: rate for update in updates for name, rate in update.rates().items()}
        for update in updates:
            update.epoch_done(values)
        is_best = progress.judge(values, self.primary_metric, self.directions[self.primary_metric])
        if stopping := self.early_stopping:
            direction = self.directions[stopping.monitor]
            progress.watch(values[stopping.monitor], direction, stopping.min_delta, stopping.patience)
        skipped = {"train/skipped": float(progress.skipped)} if self.stepper.on_nan == "skip" else {}
        self.stepper.end_epoch(done)
        progress.begin_next({**values, **skipped, **rates})
        self._save(is_best, self.checkpoint_every is not None and done % self.checkpoint_every == 0)
        self.reporter.epoch_done(done, progress.values)

    # -- state -------------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything that the rest of the run depends on."""
        average, gradients = self.stepper.average, self.stepper.gradients
        return {
            "format": FORMAT,
            "run": {"name": self.plan.recipe.name, "digest": self.plan.digest},
            "origin": self.origin.model_dump() if self.origin else None,
            "progress": self.progress.to_state(),
            "network": self.steps.network.state_dict(),
            "average": average.network.state_dict() if average else None,
            "gradients": gradients.state_dict() if gradients else None,
            "updates": [update.state_dict() for update in self.steps.updates],
            "scaler": self.stepper.precision.scaler.state_dict(),
            "random": random_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state. Raises `ValueError`, `KeyError` or `RuntimeError` where it is of another training."""
        self.steps.network.load_state_dict(state["network"])
        if average := self.stepper.average:
            average.network.load_state_dict(state["average"] or state["network"])
        for update, its_state in zip(self.steps.updates, state["updates"], strict=True):
            update.load_state_dict(its_state)
        self.stepper.precision.scaler.load_state_dict(state["scaler"])
        if (gradients := self.stepper.gradients) and state.get("gradients"):  # which older checkpoints do not have
            gradients.load_state_dict(state["gradients"])
        self.progress = Progress(**state["progress"])
        self.origin = Origin(**state["origin"]) if state["origin"] else None
        restore_random_state(state["random"])

    def _save(self, is_best: bool = False, is_kept: bool = False) -> None:
        if self.world.is_first:
            self.checkpoints.save(self.state(), is_best, self.progress.epoch - 1 if is_kept else None)
        self._saved_at = time.monotonic()

    def _is_save_due(self) -> bool:
        minutes = (time.monotonic() - self._saved_at) / 60
        return self.checkpoint_minutes is not None and minutes >= self.checkpoint_minutes

    def _diverged(self, batch: Batch, what: str) -> RecipeError:
        progress, name = self.progress, self.steps.train.name
        names = ", ".join(name(item) for item in batch.items[:8]) + (" …" if len(batch.items) > 8 else "")
        good = f"epoch {progress.epoch - 1}: {self.checkpoints.last}" if progress.epoch > 1 else "none"
        ways_out = (
            f"samples of the batch: {names}",
            f"last good checkpoint: {good}",
            "lower `optimizer.lr`, set `train.clip_grad_norm`, or leave such steps out: `train.on_nan: skip`",
        )
        message = f"{what} in epoch {progress.epoch}, step {progress.step + 1}"
        return RecipeError(Diagnostic("R810", message, help=ways_out))
