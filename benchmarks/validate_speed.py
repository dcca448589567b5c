"""Cold start: `recipe validate` of one recipe against a minimal Hydra application's `--cfg job`.

Both are whole processes, run in interleaved pairs; the figure is the median of the ratios pair by pair. Exit code 1
where it is above the bound.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
BOUND = 1.0
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


def seconds(command: list[str], folder: Path) -> float:
    """Wall time of one process."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - began


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
            seconds(command, folder)
        times = [(seconds(validate, folder), seconds(hydra, folder)) for _ in range(pairs)]
    ratio = statistics.median(ours / theirs for ours, theirs in times)
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"recipe validate {ours * 1000:.0f} ms, hydra --cfg job {theirs * 1000:.0f} ms, median of {pairs} pairs")
    print(f"ratio {ratio:.2f} (bound {BOUND:.2f})")
    return 0 if ratio <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
