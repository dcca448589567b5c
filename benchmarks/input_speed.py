"""How fast images reach the network: our loader with decoded images in memory, against torchvision's own way.

That is `ImageFolder` with a pipeline of `transforms.v2` in a `DataLoader`. Both deliver normalized float batches of the
same JPEG files through the same transforms with the same number of workers, each in a process of its own with one
thread, in interleaved pairs; counted from the second epoch on. Judged on the medians of the pairs with one worker. Exit
code 1 where a bound is not met, or where the two do not deliver the same distribution.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

BATCH, CLASSES = 32, 4
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
WORKERS = (1, 0)
FLIP: dict[str, Any] = {"type": "RandomHorizontalFlip"}
CROP: dict[str, Any] = {"type": "RandomResizedCrop", "size": 224}
JITTER: dict[str, Any] = {"type": "ColorJitter", "brightness": 0.2, "contrast": 0.2, "saturation": 0.2, "hue": 0.05}


class Case(NamedTuple):
    """Images, what is done to them, and how many times faster it has to be."""

    images: int
    width: int
    height: int
    transforms: tuple[dict[str, Any], ...]
    bound: float | None


CASES = {
    "32 × 32, flip": Case(1600, 32, 32, (FLIP,), 3.0),
    "500 × 400, crop to 224, flip": Case(256, 500, 400, (CROP, FLIP), 2.0),
    "500 × 400, crop to 224, flip, jitter": Case(256, 500, 400, (CROP, FLIP, JITTER), None),
}


def main() -> int:
    """Measure, print every pair and the medians, judge them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps([measure(SIDES[options.side], options.folder, CASES[options.case], w) for w in WORKERS]))
        return 0
    with tempfile.TemporaryDirectory() as name:
        judged = [judge(label, Path(name), options.pairs) for label in CASES]
    return 0 if all(judged) else 1


def judge(label: str, folder: Path, pairs: int) -> bool:
    """Print the pairs of a case; whether its bound is met and its distributions agree."""
    case = CASES[label]
    images = folder / f"{case.width}x{case.height}"
    if not images.is_dir():
        make_images(images, case)
    size = statistics.mean(file.stat().st_size for file in images.rglob("*.jpg"))
    print(f"{label}: {case.images} JPEGs of {size / 1000:.1f} kB")
    runs = [(side("ours", label, images), side("theirs", label, images)) for _ in range(pairs)]
    ratios = [report(workers, [(ours[i], theirs[i]) for ours, theirs in runs]) for i, workers in enumerate(WORKERS)]
    is_fast = case.bound is None or ratios[0] >= case.bound
    print(f"  bound: {case.bound or 'none'}; {'met' if is_fast else 'NOT MET'}")
    return is_fast and all(
        is_alike(one, other) for ours, theirs in runs for one, other in zip(ours, theirs, strict=True)
    )


def report(workers: int, pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> float:
    """Print the rates of every pair, and give the median of their ratios."""
    for ours, theirs in pairs:
        rates = f"{ours['rate']:7.0f} and {theirs['rate']:7.0f} images/s, ratio {ours['rate'] / theirs['rate']:.2f}"
        print(f"  {workers} workers: {rates}; mean {ours['mean']:+.3f} {theirs['mean']:+.3f}", end="")
        print(f", standard deviation {ours['std']:.3f} {theirs['std']:.3f}")
    median = statistics.median(ours["rate"] / theirs["rate"] for ours, theirs in pairs)
    print(f"  {workers} workers: median ratio {median:.2f}")
    return median


def is_alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two sides delivered the same distribution, as far as chance allows."""
    return abs(one["mean"] - other["mean"]) < 0.05 and abs(one["std"] / other["std"] - 1) < 0.03


def side(name: str, label: str, folder: Path) -> list[dict[str, Any]]:
    """What one side measures, in a process of its own, for each number of workers."""
    command = [sys.executable, __file__, "--side", name, "--case", label, "--folder", str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "RECIPE_CACHE": str(folder.parent / "cache")}
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


def measure(
    epochs_of: Callable[..., Iterator[Iterable[Any]]], folder: Path, case: Case, workers: int
) -> dict[str, Any]:
    """Images per second from the second epoch on, and mean and standard deviation of what came."""
    epochs, means, squares, count = epochs_of(folder, case, workers), [], [], 0
    for _ in next(epochs):
        pass
    began = spent = time.perf_counter()
    while spent - began < 2:
        batches = list(map(describe, next(epochs)))
        spent = time.perf_counter()
        count += sum(size for size, _, _ in batches)
        means += [mean for _, mean, _ in batches]
        squares += [square for _, _, square in batches]
    mean = statistics.mean(means)
    std = (statistics.mean(squares) - mean**2) ** 0.5
    return {"rate": count / (spent - began), "mean": mean, "std": std}


def describe(batch: Any) -> tuple[int, float, float]:
    """Size, mean and mean square of every seventh row: looking must cost next to nothing."""
    rows = batch[:, :, ::7]
    return len(batch), float(rows.mean()), float(rows.square().mean())


def ours(folder: Path, case: Case, workers: int) -> Iterator[Iterable[Any]]:
    """Epochs of our loader; decoded images are in memory."""
    from recipe.runtime.classification.dataset import ClassificationDataset
    from recipe.runtime.classification.images import open_images
    from recipe.runtime.data.image_cache import cached
    from recipe.runtime.data.loader import Loader
    from recipe.runtime.data.pipeline import Pipeline
    from recipe.schemas.tasks.classification import ClassificationData
    from recipe.schemas.transforms import Transform

    images = cached(open_images(ClassificationData(train=str(folder)))["train"], "ram", 8.0)
    pipeline = Pipeline([Transform.parse(said) for said in case.transforms], MEAN, STD)
    samples = ClassificationDataset(images, pipeline, seed=0)
    loader = Loader(samples, batch_size=BATCH, shuffle=True, seed=0, workers=workers, pin_memory=False)
    for epoch in range(1, 10_000):
        yield (pipeline.normalize(batch.tensors[0]) for batch in loader.epoch(epoch))


def theirs(folder: Path, case: Case, workers: int) -> Iterator[Iterable[Any]]:
    """Epochs of torchvision's `ImageFolder` in torch's `DataLoader`."""
    import torch
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import v2

    named = [{**said} for said in case.transforms]
    transforms = [getattr(v2, said.pop("type"))(**said) for said in named]
    last = [v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)]
    images = ImageFolder(folder, v2.Compose([v2.ToImage(), *transforms, *last]))
    loader = torch.utils.data.DataLoader(
        images, BATCH, shuffle=True, num_workers=workers, persistent_workers=workers > 0
    )
    while True:
        yield (batch for batch, _ in loader)


SIDES = {"ours": ours, "theirs": theirs}


def make_images(folder: Path, case: Case) -> None:
    """JPEGs with the spectrum of photographs, which halves with the frequency, and as many bytes as those have."""
    import numpy as np
    from PIL import Image

    draws = np.random.default_rng(0)
    down, across = np.fft.fftfreq(case.height)[:, None], np.fft.rfftfreq(case.width)
    amplitudes = 1 / np.maximum(np.hypot(down, across), 1 / case.width) ** 1.2
    for index in range(case.images):
        noise = draws.normal(size=(3, case.height, case.width)) + draws.normal(size=(1, case.height, case.width)) * 2
        waves = np.fft.irfft2(np.fft.rfft2(noise) * amplitudes, s=(case.height, case.width))
        levels = 120 + 55 * (waves - waves.mean()) / waves.std()
        place = folder / str(index % CLASSES) / f"{index}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(levels.clip(0, 255).astype(np.uint8).transpose(1, 2, 0)).save(place, quality=90)


if __name__ == "__main__":
    sys.exit(main())
