"""One step of training: gradients in parts, clipping, the updates, the average."""

from collections.abc import Iterator, Mapping
from math import isfinite

import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from recipe.runtime.failures import is_out_of_memory
from recipe.runtime.family import Reporter
from recipe.runtime.steps import Forward, Steps, Tensors
from recipe.runtime.training.average import Average
from recipe.runtime.training.gradients import GradientNorms
from recipe.runtime.training.means import Means
from recipe.runtime.training.memory import next_change
from recipe.runtime.training.precision import Precision
from recipe.runtime.training.world import World
from recipe.schemas.training import LoopRecipe


class NotFinite(Exception):
    """A loss, or the norm of the gradient, is not a number that training can go on with."""


class Stepper:
    """Everything that a step reads and moves."""

    def __init__(self, recipe: LoopRecipe, steps: Steps, world: World, reporter: Reporter) -> None:
        self.steps, self.world, self.reporter = steps, world, reporter
        self.accumulate = recipe.train.accumulate
        self.on_nan = recipe.train.on_nan
        self.memory_ladder = recipe.hardware.oom_recovery
        self.precision = Precision(recipe.hardware.precision, world.device)
        self.network = world.wrapped(steps.network)
        has_batch_norm = any(isinstance(module, _BatchNorm) for module in steps.network.modules())
        self.smallest_part = 2 if has_batch_norm else 1
        self.average = Average(steps.network, recipe.train.ema.decay) if recipe.train.ema else None
        self.gradients = GradientNorms(steps.network, settings) if (settings := recipe.inspect.gradients) else None

    def begin_epoch(self, epoch: int) -> None:
        """An epoch begins, or goes on."""
        self.network.train()
        if self.gradients:
            self.gradients.begin_epoch(epoch)

    def end_epoch(self, epoch: int) -> None:
        """An epoch is over; its state is still to be saved."""
        if self.gradients:
            self.gradients.end_epoch(epoch)

    def step(self, tensors: Tensors) -> Means:
        """One step on a batch; what its forward passes say. Raises `NotFinite` with no weight moved."""
        tensors = tuple(tensor.to(self.world.device, non_blocking=True) for tensor in tensors)
        means = self._gradients_within_memory(tensors)
        self._clip()
        self._move(tensors)
        return means

    def _gradients_within_memory(self, tensors: Tensors) -> Means:
        """With less memory at a time where there is not enough, as far as the recipe allows."""
        while True:
            statistics = self._running_statistics()
            try:
                return self._gradients(tensors)
            except RuntimeError as error:
                if not is_out_of_memory(error) or not self._save_memory(len(tensors[0])):
                    raise
                self._restore(statistics)
            except NotFinite:
                self._restore(statistics)
                raise

    def _gradients(self, tensors: Tensors) -> Means:
        for update in self.steps.updates:
            update.optimizer.zero_grad()
        parts, said = list(self._parts(tensors)), list[tuple[Forward, int]]()
        whole = self.world.total(self.steps.weight(tensors))
        for index, part in enumerate(parts):
            share = self.steps.weight(part) * self.world.size / whole
            with self.world.gradients(self.network, are_complete=index == len(parts) - 1):
                forward = self._forward(part)
                self._backward(forward, share)
            said.append((forward, len(part[0])))
        return self.world.gathered(self._finite(said))

    def _parts(self, tensors: Tensors) -> Iterator[Tensors]:
        """A batch in parts of nearly one size; in fewer of them where it is so small that parts would be too small."""
        if self.accumulate == 1:
            return iter([tensors])
        fewest = self.world.fewest(len(tensors[0]))  # of all processes: each exchanges as often as the others
        count = max(1, min(self.accumulate, fewest // self.smallest_part))
        return zip(*(tensor.tensor_split(count) for tensor in tensors), strict=True)

    def _forward(self, part: Tensors) -> Forward:
        with self.precision.autocast():
            return self.steps.forward(self.network, part)

    def _finite(self, said: list[tuple[Forward, int]]) -> Means:
        """The numbers of all parts, read at once. Raises `NotFinite` where a loss is not finite in any process."""
        losses, means = list(said[0][0].losses), Means()
        numbers = torch.stack([_numbers(forward) for forward, _ in said]).tolist()
        for (forward, samples), row in zip(said, numbers, strict=True):
            means.add(dict(zip([*forward.losses, *forward.metrics], row, strict=True)), samples)
        bad = [f"`{name}` is {mean}" for name, mean in means.values().items() if name in losses and not isfinite(mean)]
        if self.world.any(bool(bad)):
            raise NotFinite(", ".join(bad) or "a loss is not finite in another process")
        return means

    def _backward(self, forward: Forward, share: float) -> None:
        def scaled(loss: Tensor) -> Tensor:
            return self.precision.scaler.scale(loss if share == 1 else loss * share)

        *others, last = self.steps.updates
        for update in others:
            update.backward(forward, scaled, retain_graph=True)
        last.backward(forward, scaled, retain_graph=False)

    def _clip(self) -> None:
        for update in self.steps.updates:
            self.precision.scaler.unscale_(update.optimizer)
        norms = self.gradients.norms() if self.gradients else None
        for update in self.steps.updates:
            norm = update.clip()
            # In fp16 too large a scale is the usual cause, and the scaler leaves the step out by itself.
            if norm is not None and not isfinite(norm) and not self.precision.scaler.is_enabled():
                raise NotFinite(f"the norm of the gradient is {norm}")
        if self.gradients:
            self.gradients.add(norms, self.precision.scaler.is_enabled())

    def _move(self, tensors: Tensors) -> None:
        for update in self.steps.updates:
            self.precision.scaler.step(update.optimizer)
        self.precision.scaler.update()
        if self.average:
            self.average.update(self.steps.network)
        for update in self.steps.updates:
            update.after_step(lambda: self._again(tensors))
            update.step_done()

    @torch.no_grad()
    def _again(self, tensors: Tensors) -> Mapping[str, float]:
        """The losses of the whole batch, in all processes, with the weights as they are now."""
        means = Means()
        for part in self._parts(tensors):
            losses = {name: float(loss) for name, loss in self._forward(part).losses.items()}
            means.add(losses, self.steps.weight(part))
        return self.world.gathered(means).values()

    def _save_memory(self, samples: int) -> bool:
        """Take the next step of the recipe's ladder; whether there was one."""
        most_parts = samples // self.smallest_part
        change = next_change(self.memory_ladder, self.accumulate, most_parts, self.precision.name)
        if change is None:
            return False
        if change.path == "train.accumulate":
            self.accumulate = int(change.after)
        else:
            self.precision = Precision("bf16", self.world.device)
        torch.cuda.empty_cache()
        self.reporter.amended(change.path, change.before, change.after, "the device ran out of memory")
        return True

    def _running_statistics(self) -> list[Tensor]:
        return [buffer.clone() for buffer in self.steps.network.buffers()] if self.on_nan == "skip" else []

    def _restore(self, statistics: list[Tensor]) -> None:
        """Normalization layers have seen what is now left out."""
        for buffer, before in zip(self.steps.network.buffers(), statistics, strict=False):
            buffer.copy_(before)


def _numbers(forward: Forward) -> Tensor:
    """Its losses, then its metrics."""
    return torch.stack([value.detach().float() for value in (*forward.losses.values(), *forward.metrics.values())])
