"""What a step of CautiousAdamW costs, against `torch.optim.AdamW(foreach=True)`: time, and memory beside the state.

Both move the parameters of ResNet50 by random gradients in one process, in interleaved pairs; the bound is 1.1, judged
on the median of the pairs' ratios. Memory is the largest sum of the allocations and releases that torch's profiler saw
during the first step, without the state that it makes; the bound is the largest tensor and a sixteenth of a MiB, for
scalars. Exit code 1 where a bound is exceeded.
"""

import argparse
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torchvision
from torch.profiler import ProfilerActivity, profile

from recipe.runtime.optimizers.cautious_adamw import CautiousAdamW

RATIO = 1.1
MIB = 2**20
ROOM = MIB // 16


def parameters() -> list[torch.nn.Parameter]:
    """Those of ResNet50, with gradients."""
    torch.manual_seed(0)
    found = list(torchvision.models.resnet50(weights=None).parameters())
    for parameter in found:
        parameter.grad = torch.randn_like(parameter) * 1e-3
    return found


def seconds(optimizer: torch.optim.Optimizer) -> float:
    """Wall time of one step."""
    began = time.perf_counter()
    optimizer.step()
    return time.perf_counter() - began


def measure(pairs: int) -> list[tuple[float, float]]:
    """Seconds of ours and theirs, pair by pair, after three that are not counted."""
    ours = CautiousAdamW(parameters())
    theirs = torch.optim.AdamW(parameters(), foreach=True)
    return [(seconds(ours), seconds(theirs)) for _ in range(pairs + 3)][3:]


def extra_memory(step: Callable[[], object]) -> int:
    """The most bytes that were allocated at once during a step, beside what was there before."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        step()
    with tempfile.TemporaryDirectory() as folder:
        profiler.export_chrome_trace(str(trace := Path(folder) / "trace.json"))
        events = [each for each in json.loads(trace.read_text())["traceEvents"] if each["name"] == "[memory]"]
    changes = [each["args"]["Bytes"] for each in sorted(events, key=lambda each: each["ts"])]
    return max(itertools.accumulate(changes))


def main() -> int:
    """Measure, print the pairs, judge both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=15)
    options = parser.parse_args()
    times = measure(options.pairs)
    for ours, theirs in times:
        print(f"CautiousAdamW {ours * 1e3:.1f} ms, AdamW {theirs * 1e3:.1f} ms, ratio {ours / theirs:.3f}")
    ratio = statistics.median(ours / theirs for ours, theirs in times)
    moved = parameters()
    sizes = [each.numel() * each.element_size() for each in moved]
    extra, all_at_once = (
        extra_memory(optimizer.step) - 2 * sum(sizes)
        for optimizer in (CautiousAdamW(moved), torch.optim.AdamW(moved, foreach=True))
    )
    largest = max(sizes)
    print(f"{torch.get_num_threads()} threads: median ratio {ratio:.3f}, bound {RATIO}")
    print(
        f"extra memory {extra / MIB:.1f} MiB, bound {(largest + ROOM) / MIB:.1f} MiB; AdamW {all_at_once / MIB:.1f} MiB"
    )
    return 0 if ratio <= RATIO and extra <= largest + ROOM else 1


if __name__ == "__main__":
    sys.exit(main())
