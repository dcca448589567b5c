"""The processes that train together, each on its device; one that is alone is the usual case."""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from recipe.runtime.training.means import Means

_TO_MEET = timedelta(minutes=1)
"""For processes that are all ready to meet."""


class World:
    """What one of `size` processes knows of the others. Every process calls every method, in the same order."""

    def __init__(self, device: torch.device, rank: int = 0, size: int = 1) -> None:
        self.device, self.rank, self.size = device, rank, size

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes checkpoints and tells what happens."""
        return self.rank == 0

    def total(self, value: float) -> float:
        """The sum over all processes."""
        return self._reduced([value], distributed.ReduceOp.SUM)[0]

    def any(self, flag: bool) -> bool:
        """Whether it is so in any process."""
        return bool(self._reduced([float(flag)], distributed.ReduceOp.MAX)[0])

    def fewest(self, count: int) -> int:
        """The smallest of all processes' counts."""
        return int(self._reduced([float(count)], distributed.ReduceOp.MIN)[0])

    def summed(self, counts: torch.Tensor) -> torch.Tensor:
        """The sum of a tensor of integers over all processes, on the CPU; its shape is the same in all of them."""
        if self.size == 1:
            return counts
        shared = counts.to(self.device, copy=True)
        distributed.all_reduce(shared)
        return shared.cpu()

    def gathered(self, means: Means) -> Means:
        """The means over the samples of all processes; their names are the same in all that have had samples."""
        if self.size == 1:
            return means
        sums = means.sums()
        if self.any(len(sums) == 1):  # nothing but the weight
            return self._gathered_by_name(sums)
        return Means.of_sums(dict(zip(sums, self._reduced(list(sums.values()), distributed.ReduceOp.SUM), strict=True)))

    def _gathered_by_name(self, sums: dict[str, float]) -> Means:
        everyone: list[Any] = [None] * self.size
        distributed.all_gather_object(everyone, sums)
        names = dict.fromkeys(name for each in everyone for name in each)
        return Means.of_sums({name: sum(each.get(name, 0.0) for each in everyone) for name in names})

    def share_statistics(self, network: torch.nn.Module) -> None:
        """Give all processes the first one's running statistics: each has seen other samples since it took them."""
        if self.size > 1:
            for buffer in network.buffers():
                distributed.broadcast(buffer, 0)

    def wrapped(self, network: torch.nn.Module) -> torch.nn.Module:
        """The network, its gradients averaged over the processes where there are several."""
        if self.size == 1:
            return network
        devices = [self.device] if self.device.type == "cuda" else None
        return DistributedDataParallel(network, device_ids=devices)

    def gradients(self, network: torch.nn.Module, are_complete: bool) -> AbstractContextManager[Any]:
        """The context for a forward and backward pass: gradients are exchanged only once they are complete."""
        if isinstance(network, DistributedDataParallel) and not are_complete:
            return network.no_sync()
        return contextlib.nullcontext()

    def _reduced(self, values: list[float], operation: Any) -> list[float]:
        if self.size == 1:
            return values
        numbers = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.all_reduce(numbers, operation)
        return numbers.tolist()


@contextlib.contextmanager
def joined(device: torch.device, rank: int, size: int, meeting_place: str) -> Iterator[World]:
    """Meet the other processes at a file that all can reach, and leave them at the end."""
    if device.type == "cuda":
        torch.cuda.set_device(device)
    store = distributed.FileStore(meeting_place, size)  # type: ignore[attr-defined]
    store.set_timeout(_TO_MEET)
    backend = "nccl" if device.type == "cuda" else "gloo"
    distributed.init_process_group(backend, store=store, rank=rank, world_size=size)
    try:
        yield World(device, rank, size)
    finally:
        distributed.destroy_process_group()
