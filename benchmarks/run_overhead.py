"""What a run costs beyond training: `recipe run` with trackers and run directory, against plain Ultralytics.

Both are whole processes with the same arguments on the same images, run in interleaved pairs. The bound is 3 % plus
2 seconds of wall time, judged on the median of the pairs. Exit code 1 where it is exceeded.
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
SHARE, SECONDS = 0.03, 2.0
RECIPE = """\
recipe: 1
name: overhead
task: detection
data: {{source: "builtin:shapes"}}
model: {{type: YOLOv8, size: n, weights: none}}
train: {{epochs: {epochs}, batch_size: 16, image_size: 160, close_mosaic: 1, warmup_epochs: 1.0}}
optimizer: {{type: AdamW, lr: 0.001, weight_decay: 0.0005}}
trackers: [TensorBoard, MLflow]
"""
SCRIPT = """\
from ultralytics import YOLO
YOLO("yolov8n.yaml").train(
    data={data!r}, epochs={epochs}, batch=16, imgsz=160, close_mosaic=1, optimizer="AdamW", lr0=0.001, momentum=0.9,
    weight_decay=0.0005, lrf=0.01, warmup_epochs=1.0, warmup_bias_lr=0.0, workers=0, device="cpu",
    amp=False, plots=False, patience=0, project={project!r}, name="run",
)
"""


def seconds(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    """Wall time of one process."""
    began = time.perf_counter()
    subprocess.run(
        command, cwd=folder, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return time.perf_counter() - began


def main() -> int:
    """Measure, print the medians, judge the difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        times = measure(Path(name), options.pairs, options.epochs)
    for ours, theirs in times:
        print(f"recipe run {ours:.1f} s, ultralytics {theirs:.1f} s, ratio {ours / theirs:.3f}")
    over = statistics.median(ours - theirs * (1 + SHARE) - SECONDS for ours, theirs in times)
    difference = statistics.median(ours - theirs for ours, theirs in times)
    print(f"median difference {difference:+.1f} s; bound {SHARE:.0%} + {SECONDS:.0f} s: {-over:+.1f} s to spare")
    return 0 if over <= 0 else 1


def measure(folder: Path, pairs: int, epochs: int) -> list[tuple[float, float]]:
    """Seconds of ours and theirs, pair by pair, after one of each that is not counted."""
    environment = {**os.environ, "RECIPE_CACHE": str(folder / "cache"), "RECIPE_OFFLINE": "1", "YOLO_OFFLINE": "true"}
    environment["YOLO_CONFIG_DIR"] = str(folder / "config")
    (folder / "recipe.yaml").write_text(RECIPE.format(epochs=epochs))
    recipe = str(Path(sys.executable).parent / "recipe")
    subprocess.run([recipe, "plan", "recipe.yaml"], cwd=folder, check=True, env=environment, stdout=subprocess.DEVNULL)
    (data,) = (folder / "cache" / "shapes").glob("*/data.yaml")
    (folder / "script.py").write_text(SCRIPT.format(data=str(data), epochs=epochs, project=str(folder / "out")))
    found = []
    for _ in range(pairs + 1):
        ours = seconds([recipe, "run", "recipe.yaml", "--fresh"], folder, environment)
        found.append((ours, seconds([sys.executable, "script.py"], folder, environment)))
    return found[1:]


if __name__ == "__main__":
    sys.exit(main())
