"""Every code has a page, and every page tells the truth: its bad example gives its code, its good one does not."""

import contextlib
import errno
import fcntl
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time

import pytest

from recipe.cli import main as command_line
from recipe.schemas.codes import CODES
from recipe.schemas.explain import FOLDER, read_page
from tests.conftest import ROOT

_DIAGNOSTIC = re.compile(r"^(?:error|warning)\[(R\d{3})\]", re.MULTILINE)


class Shown:
    """What the last command of an example printed, and how it ended."""

    def __init__(self, exit_code, text):
        self.exit_code, self.text = exit_code, text
        self.codes = _DIAGNOSTIC.findall(text)


def show(example, folder):
    """Write the files of an example, give its commands, and tell what the last one said."""
    for file in example.files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if file.kind == "image":
            from PIL import Image

            Image.new("RGB", (64, 64), "green").save(path)
        else:
            path.write_text(file.text, encoding="utf-8")
    with contextlib.chdir(folder):
        return [_give(command) for command in example.commands][-1]


def _give(command):
    words = shlex.split(command)
    settings = [word for word in words if re.fullmatch(r"[A-Z_]+=\S+", word)]
    if words[len(settings)] != "recipe":
        subprocess.run(["bash", "-c", command], check=True)
        return None
    with contextlib.redirect_stderr(io.StringIO()) as stderr, contextlib.redirect_stdout(io.StringIO()):
        exit_code = command_line.run(words[len(settings) + 1 :])
    return Shown(exit_code, stderr.getvalue())


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch, cache):
    """No network, no folders but those of the test."""
    monkeypatch.setenv("RECIPE_OFFLINE", "1")
    monkeypatch.setenv("RECIPE_CACHE", str(cache))
    for name in ("RECIPE_RUNS", "MLFLOW_TRACKING_URI", "EXAMPLE_DATA_FOLDER"):
        monkeypatch.delenv(name, raising=False)


def no_facts(monkeypatch, _folder):
    from recipe.cli import make_plan
    from recipe.schemas.facts import Facts

    monkeypatch.setattr(make_plan, "gather_facts", lambda *_: Facts())


def no_torch(monkeypatch, _folder):
    monkeypatch.setitem(sys.modules, "torch", None)


def little_memory(monkeypatch, _folder):
    from recipe.runtime import probe

    monkeypatch.setattr(probe, "_free_memory_gib", lambda: 0.001)


def another_value(monkeypatch, _folder):
    from recipe.runtime.detection import events

    real = events.effective_values
    monkeypatch.setattr(events, "effective_values", lambda *a: {**real(*a), "train.clip_grad_norm": 1.0})


def full_device(monkeypatch, _folder):
    from ultralytics.nn.tasks import DetectionModel

    def fail(*_):
        raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB")

    monkeypatch.setattr(DetectionModel, "loss", fail)


def someone_else(monkeypatch, folder):
    from recipe.runtime.rundir import RunDirectory

    real = RunDirectory.lock

    def lock(run):
        run.path.mkdir(parents=True)
        with (run.path / ".lock").open("a+") as other:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            real(run)

    monkeypatch.setattr(RunDirectory, "lock", lock)


def ctrl_c(_monkeypatch, folder):
    def press():
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if list(folder.glob("runs/*/*/metrics.csv")):
                os.kill(os.getpid(), signal.SIGINT)
                return
            time.sleep(0.1)

    threading.Thread(target=press, daemon=True).start()


def lost_tracker(monkeypatch, _folder):
    from recipe.runtime.trackers.tensorboard import TensorBoardTracker

    def fail(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(TensorBoardTracker, "log", fail)


def no_fonts(monkeypatch, _folder):
    from recipe.runtime import fonts

    default = fonts.font_file("")
    monkeypatch.setattr(
        fonts, "_file_with", lambda characters: default if fonts._has_all(default, characters) else None
    )


def failing_library(monkeypatch, _folder):
    from ultralytics.nn.tasks import DetectionModel

    def fail(*_):
        raise RuntimeError("an error that nobody has foreseen")

    monkeypatch.setattr(DetectionModel, "loss", fail)


def full_disk(monkeypatch, _folder):
    from recipe.runtime.training import checkpoints

    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoints.torch, "save", fail)


def small_device(monkeypatch, _folder):
    import torch

    from recipe.runtime.classification.steps import ClassificationSteps

    real = ClassificationSteps.forward

    def forward(steps, network, tensors):
        if len(tensors[0]) > 10:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")
        return real(steps, network, tensors)

    monkeypatch.setattr(ClassificationSteps, "forward", forward)


def wrong_export(monkeypatch, _folder):
    from recipe.runtime.classification import export

    real = export.write_weights

    def write(network, file, description):
        network.fc.bias.data[0] += 1
        real(network, file, description)

    monkeypatch.setattr(export, "write_weights", write)


def a_bug(monkeypatch, _folder):
    from recipe.cli import outcome

    def fail(*_):
        raise AssertionError("a bug")

    monkeypatch.setattr(outcome, "check_recipe", fail)


STAND_INS = {
    "R608": no_facts, "R609": no_torch, "R614": little_memory, "R623": no_fonts, "R801": failing_library, "R802": another_value, "R804": full_device,
    "R805": someone_else, "R806": ctrl_c, "R807": lost_tracker, "R809": full_disk, "R811": small_device, "R813": wrong_export, "R901": a_bug,
}  # fmt: skip


def test_every_code_has_a_page_and_every_page_a_code():
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == sorted(CODES)
    assert {code for code in CODES if read_page(code).stand_in} == set(STAND_INS)


@pytest.mark.parametrize("code", CODES)
def test_a_page_keeps_to_the_layout(code):
    page = read_page(code)
    assert all(len(line) <= 120 for line in (FOLDER / f"{code}.md").read_text(encoding="utf-8").splitlines())
    for example in (page.bad, page.good):
        assert " recipe " in f" {example.commands[-1]}", "the last command of an example is one of ours"


@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_gives_the_code_first(code, tmp_path, monkeypatch):
    page = read_page(code)
    if page.stand_in:
        STAND_INS[code](monkeypatch, tmp_path)
    shown = show(page.bad, tmp_path)
    assert shown.codes[:1] == [code], shown.text
    if CODES[code].severity == "error":
        assert shown.exit_code != 0


_GOOD: dict[tuple, Shown] = {}


@pytest.mark.parametrize("code", CODES)
def test_the_good_example_gives_nothing(code, tmp_path):
    """Several pages have one good example; it is shown once."""
    good = read_page(code).good
    key = (good.files, good.commands)
    if key not in _GOOD:
        _GOOD[key] = show(good, tmp_path)
    shown = _GOOD[key]
    assert (shown.codes, shown.exit_code) == ([], 0), shown.text


def test_codes_are_found_in_any_case_and_by_name(cli):
    by_code = cli("explain", "r402")
    assert by_code.returncode == 0, by_code.stderr
    assert by_code.stdout.startswith("error[R402] unknown-key: ")
    assert "    optimiser: {type: AdamW" in by_code.stdout
    assert "```" not in by_code.stdout
    assert "\x1b" not in by_code.stdout
    assert cli("explain", "unknown-key", "R402").stdout == by_code.stdout


def test_headings_are_bold_on_a_terminal(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    with contextlib.redirect_stdout(io.StringIO()) as terminal:
        terminal.isatty = lambda: True
        command_line.run(["explain", "R402"])
    assert "\x1b[1mBad\x1b[0m\n" in terminal.getvalue()


def test_files_and_commands_of_an_example_are_told_apart(cli):
    said = cli("explain", "R301", "R303").stdout
    assert "\n  base.yaml:\n    train: {epochs: 20}\n" in said
    assert "\n    $ recipe validate recipe.yaml --profile quik\n" in said


def test_unknown_codes_are_a_usage_error(cli):
    done = cli("explain", "unknwn-key")
    assert done.returncode == 2
    assert "did you mean `unknown-key`?" in done.stderr
    assert cli("explain").returncode == 2


def test_all_codes_as_json():
    with contextlib.redirect_stdout(io.StringIO()) as stdout:
        assert command_line.run(["explain", "--all", "--format", "json"]) == 0
    found = json.loads(stdout.getvalue())["codes"]
    assert [each["code"] for each in found] == list(CODES)
    assert all(each["meaning"] and each["advice"] and each["bad"]["commands"] for each in found)
    assert "stand-in" not in stdout.getvalue()


def test_the_pages_travel_with_the_package(tmp_path):
    """The wheel holds every file of the package, whatever its ending."""
    from hatchling.builders.wheel import WheelBuilder

    holds = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert {f"recipe/schemas/explain/{path.name}" for path in FOLDER.glob("*.md")} <= holds
