"""A classifier that trains in no time and a tracker that keeps what it is told, as somebody else's package adds them."""

import json
import sys
from pathlib import Path

import torch
from pydantic import PositiveInt

from recipe.schemas.base import setting
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.models import Model
from recipe.schemas.trackers import Tracker

ENTRY_POINTS = """\
[recipe.components]
model.TinyNet = tests.override.tiny:TinyNet
tracker.Notebook = tests.override.tiny:Notebook
"""


class TinyNet(Model):
    """Two convolutions, batch normalization, a class head."""

    target = "tests.override.tiny:TinyNetwork"
    runtime = ("num_classes",)
    class_head = "fc."
    takes_any_size = True

    width: PositiveInt = setting(6, "Channels.")

    def read(self, built):
        return {"width": built.conv1.out_channels}


class TinyNetwork(torch.nn.Module):
    def __init__(self, num_classes, width):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, width, 5, stride=3)
        self.bn1 = torch.nn.BatchNorm2d(width)
        self.conv2 = torch.nn.Conv2d(width, 8, 3, stride=2)
        self.fc = torch.nn.Linear(8 * 4, num_classes)

    def forward(self, images):
        maps = torch.relu(self.conv2(torch.relu(self.bn1(self.conv1(images)))))
        return self.fc(torch.nn.functional.adaptive_avg_pool2d(maps, 2).flatten(1))


class Notebook(Tracker):
    """Keeps the settings of its run in a file."""

    target = "tests.override.tiny:NotebookTracker"


class NotebookTracker:
    location = "notebook.json"

    def __init__(self, run):
        (run.directory / self.location).write_text(json.dumps(dict(run.settings)))

    def effective(self):
        return {}

    def log(self, epoch, values):
        pass

    def note(self, text):
        pass

    def finish(self, state, metrics):
        pass


def install(folder: Path, patch) -> None:
    """Make the word known to this process and to those that it starts."""
    (folder / "tiny-1.0.dist-info").mkdir(parents=True)
    (folder / "tiny-1.0.dist-info" / "entry_points.txt").write_text(ENTRY_POINTS)
    root = str(Path(__file__).parents[2])
    patch.setenv("PYTHONPATH", f"{folder}:{root}")
    patch.setattr(sys, "path", [str(folder), *sys.path])
    patch.setattr(CATALOGUE, "_plugins", None)
