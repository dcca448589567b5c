"""Runs that are real processes: a small recipe with everything that has a state, and what a run left, as hashes.

A `Workplace` is a folder with the recipe, a plugin with two small networks, and everything that a run writes. Its
`start` is the command line as users have it. Its `spawn` forks from a process that has imported torch already, which
saves seconds where there are many runs, and can change what the system says to a run.
"""

import contextlib
import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import torch

from tests.conftest import ROOT

RECIPE = """\
recipe: 1
name: small
task: classification
data: {train: "builtin:digits", limit_per_class: 16, cache: none}
model: TinyNet
augment: {train: [{type: RandomCrop, size: 32, padding: 4}, RandomHorizontalFlip]}
optimizer: {type: SGD, lr: 0.05, momentum: 0.9}
scheduler: {type: OneCycleLR, interval: step}
train: {epochs: 3, batch_size: 16, ema: {decay: 0.9}, checkpoint_every: 2}
hardware: {device: cpu, workers: 0}
inspect: {gradients: {}}
report: {plots: false}
"""

NETWORKS = """\
from torch import nn

class TinyNet(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 12, 3, stride=2), nn.BatchNorm2d(12),
            nn.ReLU(), nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Dropout(0.2), nn.Linear(108, 10),
        )

class PlainNet(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 8, 3, stride=2), nn.Tanh(), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(128, 10),
        )
"""
SCHEMAS = '''\
from recipe.schemas.models import Model

class TinyNet(Model):
    """A network whose random numbers and running statistics matter."""
    target = "tiny_nets:TinyNet"

class PlainNet(Model):
    """A network without either: what a batch brings does not depend on how it is split."""
    target = "tiny_nets:PlainNet"
'''

SERVER = """\
import json, os, sys
import recipe.cli.run, recipe.cli.make_plan, recipe.cli.progress, recipe.runtime.execute, recipe.runtime.classification.family
import recipe.runtime.classification.steps, recipe.runtime.training.session, tiny_nets, torchvision.transforms.v2
from recipe.cli.main import main
for line in sys.stdin:
    order = json.loads(line)
    pid = os.fork()
    if pid == 0:
        out = os.open(order["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0), os.dup2(out, 1), os.dup2(out, 2)
        sys.argv = ["recipe", *order["words"]]
        exec(order["change"], {})
        main()
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class Workplace:
    """A folder with a recipe, its own cache and its own runs."""

    def __init__(self, folder, text=RECIPE, **environment):
        self.folder, self.runs = folder, folder / "runs"
        self.more = environment
        self._server = None
        site = folder / "site"
        (site / "tiny_nets-1.0.dist-info").mkdir(parents=True)
        (site / "tiny_nets-1.0.dist-info" / "entry_points.txt").write_text(
            "[recipe.components]\nmodel.TinyNet = tiny_schemas:TinyNet\nmodel.PlainNet = tiny_schemas:PlainNet\n"
        )
        (site / "tiny_nets.py").write_text(NETWORKS)
        (site / "tiny_schemas.py").write_text(SCHEMAS)
        self.write(text)

    def write(self, text):
        (self.folder / "small.yaml").write_text(text)

    @property
    def environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RECIPE", "XDG"))}
        return {
            **kept, "HOME": str(self.folder), "RECIPE_CACHE": str(self.folder / "cache"), "RECIPE_RUNS": str(self.runs),
            "RECIPE_OFFLINE": "1", "NO_COLOR": "1", "OMP_NUM_THREADS": "1",
            "PYTHONPATH": f"{self.folder / 'site'}{os.pathsep}{ROOT}", **self.more,
        }  # fmt: skip

    # -- the command line, as users have it --------------------------------------------------------------------------

    def start(self, *words, **options):
        """The process of `recipe run small.yaml`; what it says is in `said()`."""
        command = [sys.executable, "-m", "recipe", "run", "small.yaml", *words]
        with (self.folder / "out.txt").open("wb") as out:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                **options,
            )

    def go(self, *words, code=0):
        """Run to the end; how long it took, in seconds."""
        began = time.monotonic()
        process = self.start(*words)
        assert process.wait(timeout=120) == code, self.said()
        return time.monotonic() - began

    # -- the same, forked from a process that has imported torch -----------------------------------------------------

    def spawn(self, *words, change=""):
        """The exit code of a run in whose process `change`, Python code, was executed first."""
        if self._server is None:
            self._server = subprocess.Popen(
                [sys.executable, "-c", SERVER], cwd=self.folder, env=self.environment,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        order = {"words": ["run", "small.yaml", *words], "change": change, "out": str(self.folder / "out.txt")}
        print(json.dumps(order), file=self._server.stdin, flush=True)
        return int(self._server.stdout.readline())

    def close(self):
        if self._server is not None:
            self._server.stdin.close()
            self._server.wait(timeout=60)
            self._server.stdout.close()

    # -- what is there -----------------------------------------------------------------------------------------------

    def said(self):
        return (self.folder / "out.txt").read_text()

    @property
    def run(self):
        """The only run directory."""
        (found,) = (self.runs / "small").iterdir()
        return found

    def read(self, name):
        return json.loads((self.run / name).read_text())

    def rows(self, name="metrics.csv"):
        with (self.run / name).open() as file:
            return list(csv.DictReader(file))

    def load(self, name):
        return torch.load(self.run / "checkpoints" / name, weights_only=True)

    def wait_until(self, is_so, process=None, seconds=60):
        """Until something is so in the run directory, while the process runs."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(ValueError, OSError, KeyError):
                if is_so():
                    return
            assert process is None or process.poll() is None, self.said()
            time.sleep(0.01)
        raise AssertionError(f"it never happens: {self.said()}")

    def epochs_done(self):
        return self.read("status.json")["epochs_done"]


def result_of(workplace):
    """Name → hash of all that a finished run leaves: numbers of tensors, not the files that hold them."""
    tables = ("metrics.csv", "metrics.jsonl", "gradients.csv")
    found = {name: _hash((workplace.run / name).read_bytes()) for name in tables}
    for file in sorted((workplace.run / "checkpoints").iterdir()):
        state = torch.load(file, weights_only=True)
        found |= {f"{file.name}/{part}": _hash_of(state[part]) for part in state}
    return found


def _hash_of(value):
    digest = hashlib.sha256()
    _feed(digest, value)
    return digest.hexdigest()


def _feed(digest, value):
    if isinstance(value, torch.Tensor):
        digest.update(f"{value.dtype}{tuple(value.shape)}".encode() + value.contiguous().numpy().tobytes())
    elif isinstance(value, dict):
        for key in value:
            digest.update(repr(key).encode())
            _feed(digest, value[key])
    elif isinstance(value, list | tuple):
        for item in value:
            _feed(digest, item)
    else:
        digest.update(repr(value).encode())


def _hash(content):
    return hashlib.sha256(content).hexdigest()


def assert_whole(workplace):
    """Whatever has happened to a run: each of its files, unless it is absent, can be read to its end."""
    if not workplace.runs.exists():
        return
    for file in workplace.runs.rglob("*"):
        if file.name.startswith(".") or not file.is_file():
            continue
        if file.suffix == ".pt":
            assert torch.load(file, weights_only=True)["format"] == 1
        elif file.suffix == ".json":
            json.loads(file.read_text())
        elif file.suffix == ".jsonl":
            assert file.read_text() == "" or file.read_text().endswith("\n")
            [json.loads(line) for line in file.read_text().splitlines()]
        elif file.suffix == ".csv":
            _assert_whole_table(file.read_text())


def _assert_whole_table(text):
    lines = text.splitlines()
    assert text.endswith("\n")
    assert {line.count(",") for line in lines} == {lines[0].count(",")}


def leftovers(workplace):
    """Hidden files of a run beside those that belong to it."""
    hidden = {file.name for file in workplace.run.rglob(".*")}
    return hidden - {".lock"}


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def processes_of(workplace):
    """Processes that run in the folder of a workplace: trainers, and what they have started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (folder / "cwd").resolve() == workplace.folder and (folder / "stat").read_text().split()[2] != "Z":
                found.append(int(folder.name))
    return found
