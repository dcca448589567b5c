"""Microseconds that our loop adds to a step, on a network so small that little else takes time.

One process trains it in our loop, without run directory and trackers, and in a plain one, in turn, and counts the
processor time of the thread; then comes our loop under the profiler, which says where the time goes. There is no bound:
`loop_overhead.py` has one, on a real network.
"""

import argparse
import cProfile
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from recipe.runtime.loop import Loop
from recipe.runtime.steps import Batch, Forward
from recipe.runtime.training.checkpoints import Checkpoints
from recipe.runtime.training.descent import build_descent
from recipe.runtime.training.means import Means
from recipe.runtime.training.world import World
from recipe.schemas.recipe import Recipe
from recipe.testing import bare_plan

BATCH, FEATURES, CLASSES = 32, 16, 4
RECIPE: dict[str, Any] = {
    "recipe": 1,
    "name": "overhead",
    "task": "classification",
    "data": {"cache": "none"},
    "model": "ResNet18",
    "scheduler": {"type": "CosineAnnealingLR", "T_max": 10},
    "train": {"epochs": 1},
    "hardware": {"device": "cpu", "precision": "fp32", "workers": 0, "pin_memory": False, "oom_recovery": []},
    "report": {"log_scale": False},
}


class Repeated:
    """Implements `recipe.runtime.steps.Batches`: one batch, so many times."""

    def __init__(self, count: int) -> None:
        self.count = count
        generator = torch.Generator().manual_seed(0)
        inputs = torch.randn(BATCH, FEATURES, generator=generator)
        self.batch = Batch((inputs, torch.arange(BATCH) % CLASSES), tuple(range(BATCH)))

    def __len__(self) -> int:
        return self.count

    def epoch(self, epoch: int, first: int = 0) -> Iterator[Batch]:  # noqa: ARG002
        for _ in range(first, self.count):
            yield self.batch


class SmallSteps:
    """Implements what the loop reads of `recipe.runtime.steps.Steps`."""

    def __init__(self, recipe: Any, count: int) -> None:
        self.network = small_network()
        self.train, self.evaluated = Repeated(count), {"val": Repeated(1)}
        self.updates = (build_descent(recipe, self.network, count),)

    def weight(self, tensors: tuple[Tensor, ...]) -> float:
        return float(len(tensors[1]))

    def forward(self, network: nn.Module, tensors: tuple[Tensor, ...]) -> Forward:
        inputs, labels = tensors
        logits = network(inputs)
        accuracy = (logits.detach().argmax(1) == labels).float().mean()
        return Forward({"loss": nn.functional.cross_entropy(logits, labels)}, {"accuracy": accuracy})

    def evaluator(self, split: str) -> "Accuracy":  # noqa: ARG002
        return Accuracy()


class Accuracy(Means):
    """Implements `recipe.runtime.steps.Evaluator`."""

    def step(self, network: nn.Module, tensors: tuple[Tensor, ...]) -> None:
        inputs, labels = tensors
        self.add({"accuracy": float((network(inputs).argmax(1) == labels).float().mean())}, len(labels))

    def results(self) -> dict[str, float]:
        return self.values()


class Silent:
    """Implements `recipe.runtime.family.Reporter`."""

    def step(self, *_: Any) -> None:
        """Nobody watches."""

    def epoch_done(self, *_: Any) -> None:
        """Nobody watches."""


def main() -> int:
    """Measure, print every pair and the median, then where the time goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--quick", action="store_true", help="three pairs of 300 steps")
    options = parser.parse_args()
    if options.quick:
        options.pairs, options.steps = 3, 300
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pairs = [(ours(folder, options.steps), plain(options.steps)) for _ in range(options.pairs + 1)][1:]
        for mine, other in pairs:
            print(f"a step: our loop {mine * 1e6:.0f} µs, plain {other * 1e6:.0f} µs, {(mine - other) * 1e6:+.0f} µs")
        added = statistics.median(mine - other for mine, other in pairs)
        print(f"median: our loop adds {added * 1e6:.0f} µs to a step")
        with cProfile.Profile() as profile:
            ours(folder, options.steps)
    pstats.Stats(profile).sort_stats("tottime").print_stats(r"recipe|tolist|split|stack", 16)
    return 0


def ours(folder: Path, steps: int) -> float:
    """Seconds of a step in our loop, one evaluated batch and the submission of a small checkpoint included."""
    planned, checkpoints = bare_plan(Recipe.parse(RECIPE)), Checkpoints(folder, keep=None)
    loop = Loop(planned, SmallSteps(planned.recipe, steps), World(torch.device("cpu")), checkpoints, Silent())
    began = time.thread_time()
    loop.run()
    spent = time.thread_time() - began
    checkpoints.close()
    return spent / steps


def plain(steps: int) -> float:
    """The same by hand."""
    network, batches = small_network(), Repeated(steps)
    weights, biases = ([p for p in network.parameters() if (p.ndim > 1) == is_weight] for is_weight in (True, False))
    groups = [{"params": weights}, {"params": biases, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.001)
    loss_sum, hits, count = 0.0, 0, 0
    began = time.thread_time()
    for inputs, labels in (batch.tensors for batch in batches.epoch(1)):
        optimizer.zero_grad()
        logits = network(inputs)
        loss = nn.functional.cross_entropy(logits, labels)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(labels)
        hits += int((logits.argmax(1) == labels).sum())
        count += len(labels)
    return (time.thread_time() - began) / steps


def small_network() -> nn.Module:
    """Two layers, with the same weights every time."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(FEATURES, 16), nn.ReLU(), nn.Linear(16, CLASSES))


if __name__ == "__main__":
    sys.exit(main())
