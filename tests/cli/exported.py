"""A run of a few small images, for the verbs that come after training."""

import contextlib

from PIL import Image

from recipe.cli.main import run

RECIPE = """\
recipe: 1
name: small
task: classification
data: {train: train, val: val}
model: ResNet18
optimizer: SGD
train: {epochs: 1, batch_size: 4}
hardware: {device: cpu, workers: 0}
report: {plots: false}
"""


def make_run(folder, *settings):
    """Train in this process; the run directory. Of the images, each class has a colour."""
    for split in ("train", "val"):
        for name, colour in (("cat", (200, 40, 40)), ("dog", (40, 40, 200))):
            (folder / split / name).mkdir(parents=True)
            for index in range(4):
                shifted = tuple(level + 9 * index for level in colour)
                Image.new("RGB", (32, 32), shifted).save(folder / split / name / f"{index}.png")
    (folder / "recipe.yaml").write_text(RECIPE)
    with contextlib.chdir(folder):
        assert run(["run", "recipe.yaml", *(word for each in settings for word in ("--set", each))]) == 0
    (place,) = folder.glob("runs/small/*/plan.json")
    return place.parent
