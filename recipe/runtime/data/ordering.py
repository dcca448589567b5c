"""Which samples form which batch: decided by the seed and the epoch alone, whoever loads them."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch.utils.data import Sampler

_BITS = (1 << 64) - 1


def mix(*numbers: int) -> int:
    """64 bits that depend on every bit of the numbers and on their order (the finalizer of SplitMix64, chained)."""
    state = 0
    for number in numbers:
        state = (state + number + 0x9E3779B97F4A7C15) & _BITS
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _BITS
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _BITS
        state ^= state >> 31
    return state


class Part(NamedTuple):
    """A process's share of a batch."""

    epoch: int
    items: tuple[int, ...]
    """Empty where the batch has fewer samples than there are processes."""
    first: int
    """The first sample of the whole batch."""


class Order(Sampler[Part]):
    """The parts of one process, batch by batch, for the epoch that `begin` named last."""

    def __init__(
        self, length: int, *, batch_size: int, shuffle: bool, seed: int, drop_last: bool, rank: int, world: int
    ) -> None:
        self.length, self.batch_size, self.drop_last, self.seed = length, batch_size, drop_last, seed
        self._shuffle, self._rank, self._world = shuffle, rank, world
        self.begin(epoch=1, first=0)

    def __len__(self) -> int:
        """Batches of a whole epoch."""
        return self.length // self.batch_size if self.drop_last else -(-self.length // self.batch_size)

    def begin(self, epoch: int, first: int) -> None:
        """From now on: the parts of this epoch, from the `first` batch on."""
        self._epoch, self._first = epoch, first
        generator = torch.Generator().manual_seed(mix(self.seed, epoch))
        self._items = torch.randperm(self.length, generator=generator) if self._shuffle else torch.arange(self.length)

    def __iter__(self) -> Iterator[Part]:
        return map(self.part, range(self._first, len(self)))

    def part(self, batch: int) -> Part:
        """This process's part of a batch: a run of its samples; the parts of all processes differ by one at most."""
        whole: list[int] = self._items[batch * self.batch_size : (batch + 1) * self.batch_size].tolist()
        start, end = (len(whole) * rank // self._world for rank in (self._rank, self._rank + 1))
        return Part(self._epoch, tuple(whole[start:end]), whole[0])
