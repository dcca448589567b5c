"""Throughput: a thousand different recipes of 60 lines, validated by one process on one core, and where the time goes.

Exit code 1 where fewer than 300 recipes are done in a second. The table of passes is measured in a second round, since
looking at the clock takes time as well.
"""

import argparse
import contextlib
import gc
import io
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from recipe.cli.main import run
from recipe.compiler import compile as compiler
from recipe.compiler import compose as composer
from recipe.compiler import member

BOUND = 300
PASSES = {
    composer: ("read", "parse"),
    compiler: ("compose",),
    member: ("interpolate", "typecheck", "check", "absolute_paths", "digest"),
}
"""Functions whose time is told, by the module that calls them."""
PROBABILITIES = ("hsv_h", "hsv_s", "hsv_v", "translate", "flipud", "fliplr", "bgr", "mosaic", "mixup", "cutmix")


def recipe_text(number: int) -> str:
    """A valid recipe of 60 lines, different for each number."""
    draw = random.Random(number)
    lines = [
        "# One of many.",
        "recipe: 1",
        f"name: many-{number}",
        f"description: Recipe number {number} of a thousand",
        "task: detection",
        f"seed: {draw.randrange(1000)}",
        "",
        "vars:",
        '  dataset: "builtin:shapes"',
        f"  epochs: {draw.randrange(50, 300)}",
        "",
        "data:",
        '  source: "${vars.dataset}"',
        f"  cache: {draw.choice(['none', 'ram', 'auto'])}",
        "",
        "model:",
        "  type: YOLOv8",
        f"  size: {draw.choice('nsmlx')}",
        "  weights: none",
        "",
        "train:",
        '  epochs: "${vars.epochs}"',
        f"  batch_size: {draw.choice([8, 16, 32])}",
        f"  image_size: {draw.choice([320, 480, 640])}",
        f"  amp: {draw.choice(['true', 'false', 'auto'])}",
        f"  clip_grad_norm: {draw.uniform(1, 10):.2f}",
        f"  warmup_epochs: {draw.randrange(1, 5)}",
        f"  close_mosaic: {draw.randrange(1, 20)}",
        "  early_stopping:",
        f"    patience: {draw.randrange(5, 40)}",
        "",
        "loss:",
        f"  box: {draw.uniform(5, 9):.2f}",
        f"  cls: {draw.uniform(0.3, 0.9):.2f}",
        "",
        "optimizer:",
        "  type: AdamW",
        f"  lr: {draw.uniform(1e-4, 1e-2):.2e}",
        "  betas: [0.9, 0.999]",
        f"  weight_decay: {draw.uniform(1e-5, 1e-3):.2e}",
        "",
        "scheduler:",
        "  type: LinearDecay",
        f"  final_factor: {draw.uniform(0.01, 0.2):.3f}",
        "",
        "augment:",
        *(f"  {name}: {draw.random():.3f}" for name in PROBABILITIES),
        "",
        "hardware:",
        "  device: auto",
    ]
    assert len(lines) == 60 - 1, len(lines)
    return "\n".join([*lines, "trackers: [TensorBoard]", ""])


class Took(NamedTuple):
    """Seconds by the clock, and of processor time."""

    wall: float
    cpu: float


def validate(files: list[str]) -> Took:
    """What one `recipe validate` of all files takes inside this process."""
    began, cpu_before = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = run(["validate", *files])
    took = Took(time.perf_counter() - began, time.process_time() - cpu_before)
    assert code == 0, said.getvalue()[-2000:]
    assert said.getvalue().count(": valid ") == len(files)
    return took


class Clock:
    """Seconds by name, each without those of the named things that it called."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.stack: list[float] = []

    def timed(self, name: str, function: Callable) -> Callable:
        """The function, its own time noted under a name."""

        def timed(*arguments: object, **keywords: object) -> object:
            self.stack.append(0.0)
            began = time.perf_counter()
            try:
                return function(*arguments, **keywords)
            finally:
                took = time.perf_counter() - began
                self.seconds[name] = self.seconds.get(name, 0.0) + took - self.stack.pop()
                if self.stack:
                    self.stack[-1] += took

        return timed


def print_passes(files: list[str]) -> None:
    """Where the time of one round goes."""
    clock = Clock()
    for module, names in PASSES.items():
        for name in names:
            setattr(module, name, clock.timed(name, getattr(module, name)))
    total = validate(files).wall
    clock.seconds["the rest"] = total - sum(clock.seconds.values())
    for name, seconds in clock.seconds.items():
        print(f"  {name:15} {seconds / len(files) * 1e6:6.0f} µs a recipe {seconds / total:5.0%}")


def main() -> int:
    """Measure, print the rate and the table, judge the rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    gc.disable()  # as the command does, see recipe/cli/startup.py
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / f"{number}.yaml") for number in range(options.recipes)]
        for number, file in enumerate(files):
            Path(file).write_text(recipe_text(number), encoding="utf-8")
        validate(files[:1])  # imports, and the schemas that are built once
        times = [validate(files) for _ in range(options.rounds)]
        for took in times:
            rate, cpu_rate = len(files) / took.wall, len(files) / took.cpu
            print(f"{len(files)} recipes of 60 lines: {rate:.0f} a second, {cpu_rate:.0f} a second of processor time")
        print_passes(files)
    best = options.recipes / min(took.wall for took in times)
    print(f"best round {best:.0f} a second (bound {BOUND})")
    return 0 if best >= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
