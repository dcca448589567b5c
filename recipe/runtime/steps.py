"""What a torch-native family gives to the training loop (`recipe.runtime.loop`)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import torch
from pydantic import JsonValue
from torch import Tensor

Tensors = tuple[Tensor, ...]
"""A batch: tensors that agree in their first dimension, the samples. What they are, only the family knows."""


class Batch(NamedTuple):
    """A batch and the places of its samples in the split."""

    tensors: Tensors
    items: tuple[int, ...]


class Batches(Protocol):
    """The batches of a split, in an order that the seed and the epoch decide, and nothing else."""

    def __len__(self) -> int:
        """Batches of an epoch."""

    def epoch(self, epoch: int, first: int = 0) -> Iterator[Batch]:
        """The batches of an epoch (1-based), from the `first` one (0-based) on."""

    def name(self, item: int) -> str:
        """What a person calls a sample: its file."""

    def effective(self) -> dict[str, JsonValue]:
        """Dotted recipe path → value of what the live loader holds."""

    def close(self) -> None:
        """End the processes that load."""


class Forward(NamedTuple):
    """What one forward pass says, each a mean over the samples."""

    losses: Mapping[str, Tensor]
    """Scalars to be made small, with gradients; the name of the one that a plain optimizer follows is `loss`."""
    metrics: Mapping[str, Tensor] = {}
    """Further scalars to be reported, without gradients."""


class Evaluator(Protocol):
    """Gathers what a pass over a split shows."""

    def step(self, network: torch.nn.Module, tensors: Tensors) -> None:
        """Take one batch into account. Called without gradients, the network in evaluation mode."""

    def results(self) -> dict[str, float]:
        """Metric, without the split's name → value, over all devices together."""


class Update(Protocol):
    """How an optimizer moves its parameters by what a forward pass says.

    The plain one is `recipe.runtime.training.descent.Descent`; a family with another way of combining losses, or with
    a second optimizer, has updates of its own.
    """

    optimizer: torch.optim.Optimizer

    def backward(self, forward: Forward, scaled: Callable[[Tensor], Tensor], retain_graph: bool) -> None:
        """Add this part's gradients to the parameters.

        `scaled` multiplies a loss by the part's share of the batch and by the scale of mixed precision. `retain_graph`
        is true where another update comes after this one.
        """

    def clip(self) -> float | None:
        """Bound the gradients; their norm before that, None where it is not asked for."""

    def after_step(self, again: Callable[[], Mapping[str, float]]) -> None:
        """All optimizers have stepped. `again()` gives the losses of the same batch with the new weights."""

    def step_done(self) -> None:
        """A step is over: the schedule may move."""

    def epoch_done(self, values: Mapping[str, float]) -> None:
        """An epoch is over, with these metrics: the schedule may move."""

    def rates(self) -> dict[str, float]:
        """`lr` and `lr/<group>` → rate now, for the metrics of an epoch."""

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resumed run needs: tensors, numbers, text, lists and maps of them."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state."""


class Steps(Protocol):
    """A family's part of training. Built anew in each process that trains."""

    network: torch.nn.Module
    """Everything that has weights; on its device."""
    train: Batches
    evaluated: Mapping[str, Batches]
    """Split → its batches, evaluated after every epoch; the metric that chooses the best comes from one of them."""
    updates: tuple[Update, ...]

    def weight(self, tensors: Tensors) -> float:
        """What a part counts for in the mean of its batch: the number of its samples, where all are alike."""

    def forward(self, network: torch.nn.Module, tensors: Tensors) -> Forward:
        """One forward pass for training. `network` is the own one, or what makes it train with other processes."""

    def evaluator(self, split: str) -> Evaluator:
        """A fresh one."""

    def effective(self) -> dict[str, JsonValue]:
        """Dotted recipe path → value of everything that only the family knows: its data, its model, its loss."""
