"""Cold start: `recipe validate` of one recipe against a minimal Hydra application's `--cfg job`.

Both are whole processes, run in interleaved pairs; the figure is the median of the ratios pair by pair. The processor
time beside it says the same where other programs share the machine. Exit code 1 where the ratio is above the bound.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
BOUND = 0.75
HYDRA_APP = """\
import hydra


@hydra.main(version_base=None, config_path=".", config_name="config")
def app(cfg):
    pass


app()
"""
HYDRA_CONFIG = """\
optimizer: {name: AdamW, lr: 0.001, betas: [0.937, 0.999], weight_decay: 0.0005}
train: {epochs: 50, batch_size: 16, image_size: 640, amp: true, close_mosaic: 10, patience: 10}
model: {name: YOLOv8, size: m}
data: {source: data.yaml}
"""


class Took(NamedTuple):
    """Seconds of one process: by the clock, and of processor time."""

    wall: float
    cpu: float


def took(command: list[str], folder: Path) -> Took:
    """What one process takes."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    before, began = _cpu_of_children(), time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=environment)
    return Took(time.perf_counter() - began, _cpu_of_children() - before)


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    """Measure, print the medians, judge the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=20)
    pairs = parser.parse_args().pairs
    validate = [
        str(Path(sys.executable).parent / "recipe"),
        "validate",
        str(ROOT / "recipes" / "yolo_competition.yaml"),
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "app.py").write_text(HYDRA_APP)
        (folder / "config.yaml").write_text(HYDRA_CONFIG)
        hydra = [sys.executable, "app.py", "--cfg", "job"]
        for command in (validate, hydra):
            took(command, folder)
        times = [(took(validate, folder), took(hydra, folder)) for _ in range(pairs)]
    return judge(times)


def judge(times: list[tuple[Took, Took]]) -> int:
    """Print every pair and the medians; the exit code."""
    for ours, theirs in times:
        ratios = f"ratio {ours.wall / theirs.wall:.2f}, of processor time {ours.cpu / theirs.cpu:.2f}"
        print(f"recipe validate {ours.wall * 1000:.0f} ms, hydra --cfg job {theirs.wall * 1000:.0f} ms, {ratios}")
    ratio = statistics.median(ours.wall / theirs.wall for ours, theirs in times)
    cpu_ratio = statistics.median(ours.cpu / theirs.cpu for ours, theirs in times)
    print(f"median ratio of {len(times)} pairs {ratio:.2f} (bound {BOUND:.2f}), of processor time {cpu_ratio:.2f}")
    return 0 if ratio <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
