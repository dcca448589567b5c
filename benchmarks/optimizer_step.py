"""What a step of CautiousAdamW costs, against `torch.optim.AdamW(foreach=True)`: time, and memory beside the state.

Both move the parameters of ResNet50 by random gradients in one process, in interleaved pairs; the bound is 1.1, judged
on the median of the pairs' ratios. Memory is what a process of its own has resident at its highest (`ru_maxrss`), with
steps of CautiousAdamW less than without; the bound is the largest tensor. Exit code 1 where a bound is exceeded.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time

import torch
import torchvision

from recipe.runtime.optimizers.cautious_adamw import CautiousAdamW

RATIO = 1.1
MIB = 2**20


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


def extra_memory() -> int:
    """Bytes that the steps of one process add to its peak, when parameters, gradients and state are there."""
    run = subprocess.run([sys.executable, __file__, "--peak"], check=True, capture_output=True, text=True)
    return int(run.stdout)


def peak() -> int:
    """The same in this process. The state is there before, and the first step of a small optimizer has loaded code."""
    CautiousAdamW([each for each in parameters() if each.dim() == 1]).step()
    optimizer = CautiousAdamW(moved := parameters())
    for parameter in moved:
        state = optimizer.state[parameter]
        state["step"] = torch.zeros(())
        state["exp_avg"], state["exp_avg_sq"] = torch.ones_like(parameter), torch.ones_like(parameter)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(3):
        optimizer.step()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024


def main() -> int:
    """Measure, print the pairs, judge both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--peak", action="store_true", help="only print the bytes that steps add")
    options = parser.parse_args()
    if options.peak:
        print(peak())
        return 0
    times = measure(options.pairs)
    for ours, theirs in times:
        print(f"CautiousAdamW {ours * 1e3:.1f} ms, AdamW {theirs * 1e3:.1f} ms, ratio {ours / theirs:.3f}")
    ratio = statistics.median(ours / theirs for ours, theirs in times)
    extra, largest = extra_memory(), max(each.numel() * each.element_size() for each in parameters())
    print(f"{torch.get_num_threads()} threads: median ratio {ratio:.3f}, bound {RATIO}")
    print(f"extra memory {extra / MIB:.1f} MiB, bound {largest / MIB:.1f} MiB (the largest tensor)")
    return 0 if ratio <= RATIO and extra <= largest else 1


if __name__ == "__main__":
    sys.exit(main())
