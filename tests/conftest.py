import os
import subprocess
import sys
from pathlib import Path

import pytest

os.environ["OMP_NUM_THREADS"] = (
    "1"  # of this process and its children: tests run beside each other, and threads would wait
)
ROOT = Path(__file__).parent.parent
MINIMAL = """\
recipe: 1
name: minimal
task: detection
data: {source: "builtin:shapes"}
model: {type: YOLOv8, size: n, weights: none}
"""


@pytest.fixture
def cli(tmp_path):
    """Run the real command line as a process; the working directory is `tmp_path`."""

    def run(*arguments, env=None, timeout=120, **options):
        environment = {**os.environ, "RECIPE_OFFLINE": "1", "NO_COLOR": "1", **(env or {})}
        environment.setdefault("RECIPE_CACHE", str(tmp_path / "cache"))
        options.setdefault("cwd", tmp_path)
        command = [sys.executable, "-m", "recipe", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=timeout, **options)

    return run


@pytest.fixture
def recipe_file(tmp_path):
    """Write a recipe and give its path."""

    def write(text, name="recipe.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
