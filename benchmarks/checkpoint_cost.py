"""What a checkpoint costs training: the copy of the state, and what steps lose while another thread writes it.

Steps that begin with a checkpoint and last until it is on the disk are compared with those before and after them.
Judged for ResNet18 with AdamW, on the median: 2 % of an epoch of 30 s. A network of 67 million parameters is shown
beside it. Exit code 1 where the bound is not met.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torchvision import models

from recipe.runtime.training.checkpoints import FORMAT, Checkpoints
from recipe.runtime.training.randomness import random_state

EPOCH, SHARE = 30.0, 0.02


class Cost(NamedTuple):
    """Of one checkpoint, in seconds: its copy, what the steps beside its writing lost, and how long that took."""

    copy: float
    slower: float
    writing: float

    @property
    def lost(self) -> float:
        """What training lost."""
        return self.copy + self.slower


class Training:
    """A network that learns random images, and what has to be saved of it."""

    def __init__(self, name: str, batch: int, pixels: int = 32) -> None:
        torch.manual_seed(0)
        self.network = models.get_model(name, num_classes=10)
        self.optimizer = torch.optim.AdamW(self.network.parameters())
        self.images, self.labels = torch.randn(batch, 3, pixels, pixels), torch.randint(10, (batch,))

    def step(self) -> float:
        """Its seconds."""
        began = time.perf_counter()
        self.optimizer.zero_grad()
        torch.nn.functional.cross_entropy(self.network(self.images), self.labels).backward()
        self.optimizer.step()
        return time.perf_counter() - began

    def state(self) -> dict[str, Any]:
        """As large as that of our loop."""
        updates = [{"optimizer": self.optimizer.state_dict()}]
        return {"format": FORMAT, "network": self.network.state_dict(), "updates": updates, "random": random_state()}


def main() -> int:
    """Measure, print the medians, judge them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--folder", type=Path, help="where to write: the disk that runs are on")
    parser.add_argument("--quick", action="store_true", help="three rounds of ResNet18 only")
    options = parser.parse_args()
    rounds = 3 if options.quick else options.rounds
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        lost = report("resnet18", measure(Training("resnet18", batch=32), Path(name), rounds))
        if not options.quick:
            report("wide_resnet50_2", measure(Training("wide_resnet50_2", batch=8), Path(name), max(3, rounds // 3)))
    print(f"bound for resnet18: {SHARE:.0%} of an epoch of {EPOCH:.0f} s, {EPOCH * SHARE * 1000:.0f} ms")
    return 0 if lost <= EPOCH * SHARE else 1


def measure(training: Training, folder: Path, rounds: int) -> list[Cost]:
    """What each of the checkpoints cost, after one that is not counted."""
    checkpoints = Checkpoints(folder, keep=None)
    for _ in range(3):
        training.step()
    before, found = usual_step(training), []
    for _ in range(rounds + 1):
        copy, during, writing = save(training, checkpoints)
        after = usual_step(training)
        found.append(Cost(copy, sum(during) - len(during) * (before + after) / 2, writing))
        before = after
    checkpoints.close()
    return found[1:]


def usual_step(training: Training) -> float:
    """The mean seconds of a step with nothing beside it, over 2 s."""
    times = [training.step()]
    while sum(times) < 2:
        times.append(training.step())
    return statistics.mean(times)


def save(training: Training, checkpoints: Checkpoints) -> tuple[float, list[float], float]:
    """Seconds of the copy, of each step until the file is written, and of the writing."""
    began = time.perf_counter()
    checkpoints.save(training.state(), is_best=True)
    copied, times = time.perf_counter(), []
    written = threading.Thread(target=checkpoints.wait)
    written.start()
    while written.is_alive():
        times.append(training.step())
    return copied - began, times, time.perf_counter() - copied


def report(name: str, costs: list[Cost]) -> float:
    """Print the checkpoints and their medians; the seconds that one costs training."""
    for cost in costs:
        print(f"{name}: copy {cost.copy * 1000:.0f} ms, steps beside the writing {cost.slower * 1000:+.0f} ms", end="")
        print(f", written after {cost.writing * 1000:.0f} ms")
    copy, lost = (statistics.median(each) for each in ([c.copy for c in costs], [c.lost for c in costs]))
    share = f"{lost / EPOCH:.2%} of an epoch of {EPOCH:.0f} s"
    print(f"{name}: a checkpoint costs {lost * 1000:.0f} ms, {copy * 1000:.0f} of them its copy; {share}")
    return lost


if __name__ == "__main__":
    sys.exit(main())
