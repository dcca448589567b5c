"""What our training loop costs: `recipe run` against `plain_loop.py`, the same training in torch and nothing else.

Both are whole processes, on a CPU, with ResNet18, AdamW, a cosine schedule, TensorBoard and a full checkpoint every
epoch; both read the same PNG files with the same number of workers, in the same order, and begin with the same weights.
So their losses must agree, epoch by epoch, and that is checked first. Epochs are timed from the second one on, by the
clock of the events that both write for TensorBoard. Judged on the median of interleaved pairs, on epochs of at least
30 s: there are as many images as that takes on this machine. Exit code 1 where the bound is not met, where losses
differ, or where epochs came out shorter. It takes 12 minutes.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

BOUND, TOLERANCE = 1.03, 1e-3
SHORTEST, AIM, TRIED = 30.0, 36.0, 320
"""Seconds of an epoch, those to aim at, and the images that tell how many are needed."""
BATCH, WORKERS, SEED, BORDER = 64, 1, 0, 4
LOSSES = ("train/loss", "val/loss")
RECIPE = """\
recipe: 1
name: overhead
task: classification
seed: {seed}
data: {{train: data/train, val: data/val, normalize: imagenet, cache: none}}
model: ResNet18
augment: {{train: [{{type: CenterCrop, size: {crop}}}], val: [{{type: CenterCrop, size: {crop}}}]}}
optimizer: {{type: AdamW, lr: 0.001}}
scheduler: {{type: CosineAnnealingLR, T_max: {epochs}}}
train: {{epochs: {epochs}, batch_size: {batch}}}
hardware: {{device: cpu, workers: {workers}, precision: fp32}}
trackers: [TensorBoard]
"""


class Measured(NamedTuple):
    """One process: its seconds, those of an epoch, and its losses (tag → epoch by epoch)."""

    total: float
    epoch: float
    losses: dict[str, list[float]]


def main() -> int:
    """Measure, print every pair and the medians, judge them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--images", type=int, help="how many to train on")
    parser.add_argument("--pixels", type=int, default=64, help="sides of the images")
    parser.add_argument("--quick", action="store_true", help="one short pair, of which only the losses are judged")
    options = parser.parse_args()
    if options.quick:
        options.pairs, options.epochs, options.images, options.pixels = 1, 2, 200, 32
    pixels = options.pixels
    images = options.images or round(TRIED * AIM / measure(TRIED, pixels, epochs=2, pairs=1)[0][1].epoch)
    pairs = measure(images, pixels, options.epochs, options.pairs)
    print(f"{images} images of {pixels} × {pixels} pixels to train on, {options.epochs} epochs")
    agreed = [report(*pair) for pair in pairs]
    return 0 if judge(pairs, options.quick) and all(agreed) else 1


def measure(images: int, pixels: int, epochs: int, pairs: int) -> list[tuple[Measured, Measured]]:
    """Ours and theirs, pair by pair."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, images, pixels, epochs)
        return [(ours(folder), theirs(folder, pixels)) for _ in range(pairs)]


def report(mine: Measured, other: Measured) -> bool:
    """Print a pair; whether its losses agree."""
    apart = max(
        abs(one / two - 1) for tag in LOSSES for one, two in zip(mine.losses[tag], other.losses[tag], strict=True)
    )
    print(f"an epoch: recipe {mine.epoch:.2f} s, plain {other.epoch:.2f} s, ratio {mine.epoch / other.epoch:.4f}")
    print(f"  whole process: {mine.total:.1f} s and {other.total:.1f} s, ratio {mine.total / other.total:.4f}")
    last = ", ".join(f"{tag} {mine.losses[tag][-1]:.6f} and {other.losses[tag][-1]:.6f}" for tag in LOSSES)
    print(f"  {last}; over all epochs at most {apart:.1e} apart")
    return apart <= TOLERANCE


def judge(pairs: list[tuple[Measured, Measured]], is_quick: bool) -> bool:
    """Print the medians; whether the bound is met on epochs that are long enough."""
    ratio = statistics.median(mine.epoch / other.epoch for mine, other in pairs)
    whole = statistics.median(mine.total - other.total for mine, other in pairs)
    length = statistics.median(other.epoch for _, other in pairs)
    print(f"medians: epochs {ratio:.4f} times as long (bound {BOUND}), whole process {whole:+.1f} s")
    if is_quick:
        print("epochs this short are not judged")
        return True
    if length < SHORTEST:
        print(f"epochs of {length:.1f} s are too short to judge: raise --images")
    return length >= SHORTEST and ratio <= BOUND


def ours(folder: Path) -> Measured:
    """`recipe run`."""
    began = time.perf_counter()
    execute([str(Path(sys.executable).parent / "recipe"), "run", "recipe.yaml"], folder)
    total = time.perf_counter() - began
    (run,) = (folder / "runs" / "overhead").iterdir()
    measured = read(run / "tensorboard", total)
    shutil.rmtree(folder / "runs")
    return measured


def theirs(folder: Path, crop: int) -> Measured:
    """The plain loop."""
    script = Path(__file__).with_name("plain_loop.py")
    settings = {"orders": "orders.json", "crop": crop, "batch": BATCH, "workers": WORKERS, "seed": SEED}
    said = [text for name, value in settings.items() for text in (f"--{name}", str(value))]
    began = time.perf_counter()
    execute([sys.executable, str(script), "data", "out", *said], folder)
    measured = read(folder / "out", time.perf_counter() - began)
    shutil.rmtree(folder / "out")
    return measured


def execute(command: list[str], folder: Path) -> None:
    """One process. What it says is shown where it fails."""
    environment = {**os.environ, "RECIPE_CACHE": str(folder / "cache"), "RECIPE_OFFLINE": "1"}
    environment["RECIPE_RUNS"] = str(folder / "runs")
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}{command[0]} ended with {done.returncode}")


def read(events: Path, total: float) -> Measured:
    """What a process wrote for TensorBoard, once an epoch."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    written = EventAccumulator(str(events)).Reload()
    scalars = {tag: written.Scalars(tag) for tag in LOSSES}
    times = [event.wall_time for event in scalars["val/loss"]]
    seconds = statistics.mean(later - earlier for earlier, later in pairwise(times))
    return Measured(total, seconds, {tag: [event.value for event in each] for tag, each in scalars.items()})


def prepare(folder: Path, count: int, pixels: int, epochs: int) -> None:
    """The digits as PNG files, `count` of them for training, the recipe, and the order of every epoch."""
    from recipe.runtime.data.digits import read_digits

    for split, images in read_digits().items():
        wanted = count if split == "train" else min(len(images), count // 4)
        write_images(folder / "data" / split, images, wanted, pixels + 2 * BORDER)
    settings = {"epochs": epochs, "crop": pixels, "batch": BATCH, "workers": WORKERS, "seed": SEED}
    (folder / "recipe.yaml").write_text(RECIPE.format(**settings))
    (folder / "orders.json").write_text(json.dumps([order(epoch, count) for epoch in range(1, epochs + 1)]))


def order(epoch: int, count: int) -> list[int]:
    """The samples of an epoch, as our loader will take them."""
    from recipe.runtime.data.ordering import Order

    batches = Order(count, batch_size=BATCH, shuffle=True, seed=SEED, drop_last=False, rank=0, world=1)
    batches.begin(epoch, first=0)
    return [item for part in batches for item in part.items]


def write_images(folder: Path, images, count: int, side: int) -> None:
    """Evenly over the classes, from the beginning again where there are not enough."""
    from PIL import Image

    for number in range(count):
        item = number * 7 % len(images)
        file = folder / images.classes[images.labels[item]] / f"{number:05}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(images.decode(item)).resize((side, side), Image.Resampling.BILINEAR).save(file)


if __name__ == "__main__":
    sys.exit(main())
