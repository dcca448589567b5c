"""Whole runs of small classification recipes, from the text to the files, in this process."""

import contextlib
import hashlib
import io
import json
import os
import random
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from PIL import Image

from recipe.cli.main import run as recipe_command
from recipe.cli.make_plan import make_plan
from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.report import Report
from recipe.runtime.loop import Loop
from recipe.runtime.training.checkpoints import Checkpoints
from recipe.schemas.component import with_values
from recipe.schemas.plan import RunPlan
from recipe.schemas.targets import load_target

Changes = Mapping[str, Any]
"""Dotted path → value, laid over `BASE`."""
Fault = Callable[[pytest.MonkeyPatch], None] | None
"""What goes wrong in a run."""

BASE: dict[str, Any] = {
    "recipe": 1,
    "name": "tiny",
    "task": "classification",
    "data": {"limit_per_class": 6, "cache": "none"},
    "model": "TinyNet",
    "train": {"epochs": 2, "batch_size": 16},
    "hardware": {"device": "cpu", "workers": 0, "precision": "fp32"},
    "report": {"plots": False, "confusion_matrix": None},  # they take longer than such a run
}
"""60 images to train on: four steps an epoch."""


class Ran(NamedTuple):
    """What is left of a run."""

    code: int
    said: Mapping[str, Any]
    """What was written to stdout, as JSON."""
    loop: Any
    flags: tuple[bool, bool]
    """Whether torch was deterministic, and cuDNN tried its algorithms."""
    saves: int
    cache: list[str]
    """The files in the cache, which was empty before."""

    @property
    def codes(self) -> tuple[str, ...]:
        """Of the diagnostics that ended it."""
        return tuple(sorted({each["code"] for each in self.said.get("diagnostics", ())}))

    @property
    def messages(self) -> list[str]:
        """Of those diagnostics."""
        return [each["message"] for each in self.said.get("diagnostics", ())]

    @property
    def folder(self) -> Path:
        assert self.code in (0, 4), self.messages
        return Path(self.said["directory"])

    @property
    def weights(self) -> str:
        """A hash of the network as training left it."""
        return hash_of(self.loop.steps.network.state_dict())

    @property
    def kept(self) -> str:
        """A hash of the weights that a user would take: their average where there is one."""
        state = torch.load(self.folder / "checkpoints" / "last.pt", weights_only=True)
        return hash_of(state["average"] or state["network"])

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The metrics that were logged."""
        lines = (self.folder / "metrics.jsonl").read_text().splitlines()
        return [{key: value for key, value in json.loads(line).items() if key != "minutes"} for line in lines]

    @property
    def files(self) -> list[str]:
        """What lies in the run's folder; files of events have the time in their names."""
        return sorted(name.partition("events.out")[0] for name in _files_in(self.folder))


class Bench:
    """Runs each recipe once, and once more where it is asked whether that is the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._done: dict[Any, Ran] = {}
        self.files = folder / "files"
        _make_images(self.files)
        torch.save(load_target("torchvision.models:shufflenet_v2_x0_5")().state_dict(), self.files / "shufflenet.pth")

    @cached_property
    def donor(self) -> Path:
        """The checkpoint of another run, of one epoch."""
        return self.run({"seed": 3, "train.epochs": 1}).folder / "checkpoints" / "last.pt"

    def run(self, changes: Changes, fault: Fault = None, copy: int = 0) -> Ran:
        key = (self._text(changes), fault, copy)
        if key not in self._done:
            with pytest.MonkeyPatch.context() as patch:
                if fault is not None:
                    fault(patch)
                self._done[key] = self._run(changes)
        return self._done[key]

    def _run(self, changes: Changes) -> Ran:
        place = self.folder / f"run{len(list(self.folder.iterdir()))}"
        file = self._write(place, changes)
        seen, out = _Seen(), io.StringIO()
        with seen.watching(place / "cache"), contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            code = recipe_command(["run", str(file), "--runs-dir", str(place / "runs"), "--format", "json"])
        return Ran(code, json.loads(out.getvalue()), seen.loop, seen.flags, seen.saves, _files_in(place / "cache"))

    def plan(self, changes: Changes, given: Changes) -> RunPlan:
        """The plan of a recipe, with some values that no compiler would let pass on this machine."""
        place = self.folder / f"plan{len(list(self.folder.iterdir()))}"
        report = Report()
        plan = make_plan(check_recipe(Request(str(self._write(place, changes))), report), place, report)
        assert isinstance(plan, RunPlan)
        values = {tuple(path.split(".")): value for path, value in given.items()}
        return plan.model_copy(update={"recipe": with_values(plan.recipe, values)})

    def _write(self, place: Path, changes: Changes) -> Path:
        place.mkdir()
        (place / "recipe.yaml").write_text(self._text(changes))
        return place / "recipe.yaml"

    def _text(self, changes: Changes) -> str:
        data = json.loads(json.dumps(BASE))
        for dotted, value in changes.items():
            *parents, last = dotted.split(".")
            inner = data
            for step in parents:
                inner[step] = inner.get(step) or {}
                inner = inner[step]
            inner[last] = value
        text = json.dumps(data).replace("$FILES", str(self.files))
        return text.replace("$DONOR", str(self.donor)) if "$DONOR" in text else text


class _Seen:
    """What only a running process can show."""

    def __init__(self) -> None:
        self.loop: Any = None
        self.flags = (False, False)
        self.saves = 0

    @contextlib.contextmanager
    def watching(self, cache: Path):
        run, save = Loop.run, Checkpoints.save

        def watched_run(loop):
            self.loop = loop
            self.flags = (torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark)
            return run(loop)

        def watched_save(checkpoints, *args, **kwargs):
            self.saves += 1
            return save(checkpoints, *args, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RECIPE_CACHE", str(cache))
            patch.setattr(Loop, "run", watched_run)
            patch.setattr(Checkpoints, "save", watched_save)
            yield


def hash_of(state: Mapping[str, torch.Tensor]) -> str:
    digest = hashlib.sha256()
    for name, tensor in state.items():
        digest.update(name.encode() + str(tuple(tensor.shape)).encode() + tensor.detach().cpu().numpy().tobytes())
    return digest.hexdigest()


def _files_in(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def _make_images(folder: Path) -> None:
    """`one` and `other`: two classes of eight images; `broken`: the same, and a file that is no image."""
    draw = random.Random(0)
    for name in ("one", "other", "broken"):
        for label in ("cat", "dog"):
            place = folder / name / label
            place.mkdir(parents=True)
            for index in range(8):
                Image.frombytes("RGB", (32, 32), draw.randbytes(32 * 32 * 3)).save(place / f"{index}.png")
    (folder / "broken" / "dog" / "z.png").write_bytes(os.urandom(50))
