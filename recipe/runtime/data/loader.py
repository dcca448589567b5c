"""Batches from worker processes: the same ones from any number of them, from any batch of an epoch on."""

import atexit
import multiprocessing
import signal
import threading
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from pydantic import JsonValue
from torch.utils.data import DataLoader, Dataset

from recipe.runtime.data.ordering import Order, Part
from recipe.runtime.steps import Batch, Tensors
from recipe.schemas.diagnostics import Diagnostic, RecipeError


class Samples(Protocol):
    """A split, as a family loads it."""

    def __len__(self) -> int: ...

    def load(self, items: tuple[int, ...], epoch: int) -> Tensors:
        """These samples, stacked. Called in a worker process; a `RecipeError` arrives in the process that trains."""

    def name(self, item: int) -> str:
        """What a person calls a sample: its file."""


class Loader:
    """Implements `recipe.runtime.steps.Batches`.

    `batch_size` counts the samples of all `world` processes together; this one, the `rank`-th, gets its share of each
    batch. Where a batch has fewer samples than there are processes, some get tensors without samples.
    """

    def __init__(
        self,
        samples: Samples,
        *,
        batch_size: int,
        shuffle: bool,
        seed: int,
        workers: int,
        pin_memory: bool,
        drop_last: bool = False,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self._samples = samples
        self._order = Order(
            len(samples),
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            drop_last=drop_last,
            rank=rank,
            world=world,
        )
        with _undisturbed():
            self._loader: DataLoader[Any] = DataLoader(
                _Parts(samples),
                batch_size=None,
                sampler=self._order,
                collate_fn=_as_it_is,
                num_workers=workers,
                persistent_workers=workers > 0,
                # What a split holds in memory is shared with forked workers, and would be copied into others.
                multiprocessing_context="fork" if workers and _can_fork() else None,
                worker_init_fn=_ignore_signals,
                pin_memory=pin_memory,
                # Without one of its own, each epoch would draw from the generator that training draws from.
                generator=torch.Generator(),
            )
        _OPEN.add(self)

    def __len__(self) -> int:
        return len(self._order)

    def epoch(self, epoch: int, first: int = 0) -> Iterator[Batch]:
        """Raises `RecipeError`: what loading a sample raised, or R801 where a worker process died."""
        self._order.begin(epoch, first)
        with self._told_of_deaths(), _undisturbed():
            parts = iter(self._loader)
        for index in range(first, len(self)):
            with self._told_of_deaths():
                loaded = next(parts)
            if isinstance(loaded, _Failure):
                raise RecipeError(*loaded.diagnostics)
            yield Batch(tuple(loaded), self._order.part(index).items)

    def name(self, item: int) -> str:
        return self._samples.name(item)

    def effective(self) -> dict[str, JsonValue]:
        return {
            "seed": self._order.seed,
            "train.batch_size": self._order.batch_size,
            "train.drop_last": self._order.drop_last,
            "hardware.workers": self._loader.num_workers,
            # The library leaves memory as it is where there is no accelerator to pin it for.
            "hardware.pin_memory": self._loader.pin_memory and torch.accelerator.is_available(),
        }

    def close(self) -> None:
        """End the worker processes; a later epoch starts new ones."""
        iterator: Any = self._loader._iterator
        self._loader._iterator = None
        if iterator is not None:
            iterator._shutdown_workers()
            for worker in iterator._workers:
                if worker.is_alive():  # deaf to the library's polite signals, and stuck in a read that never ends
                    worker.kill()

    @contextmanager
    def _told_of_deaths(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            if not str(error).startswith("DataLoader worker (pid"):
                raise
            self.close()
            message = "a process that loads batches died: the system stopped it, most likely for want of memory"
            help_ = ("set a smaller `hardware.workers` or `train.batch_size`; 0 workers load in the training process",)
            raise RecipeError(Diagnostic("R801", message, help=help_, path=("hardware", "workers"))) from error


class _Failure:
    """What a worker gives instead of a batch: an exception would lose its diagnostics on the way."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = diagnostics


class _Parts(Dataset[Tensors | _Failure]):
    """A split whose items are whole parts of batches, so that a worker loads each in one go."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def __getitem__(self, part: Part) -> Tensors | _Failure:
        try:
            if part.items:
                return self._samples.load(part.items, part.epoch)
            return tuple(tensor[:0] for tensor in self._samples.load((part.first,), part.epoch))
        except RecipeError as error:
            return _Failure(error.diagnostics)


def _as_it_is(loaded: Any) -> Any:
    return loaded


def _can_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods()


def _ignore_signals(_worker: int) -> None:
    """Ctrl-C, and a SIGTERM to the whole job, reach workers too; whether to stop, the training process decides."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the library from warning of what the plan has decided, and from raising in the middle of other code.

    Its handler of SIGCHLD raises for a dead worker wherever training happens to be; without it, the next batch tells.
    """
    is_main = threading.current_thread() is threading.main_thread()
    previous = signal.getsignal(signal.SIGCHLD)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    if is_main and signal.getsignal(signal.SIGCHLD) is not previous:
        signal.signal(signal.SIGCHLD, previous)


_OPEN: "weakref.WeakSet[Loader]" = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """Before `multiprocessing`, which would wait for workers that ignore its SIGTERM."""
    for loader in list(_OPEN):
        loader.close()
