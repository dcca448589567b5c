"""Training in several processes, on the CPU: what it comes to, and what becomes of it when one of them goes away."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.runtime.training.runs import RECIPE, Workplace, kill, processes_of

PLAIN = (
    RECIPE.replace("TinyNet", "PlainNet")
    .replace("ema: {decay: 0.9}, ", "")
    .replace("limit_per_class: 16", "limit_per_class: 5")
    .replace("batch_size: 16", "batch_size: {batch_size}, accumulate: {accumulate}")
    .replace("workers: 0", "workers: 0, devices: {devices}")
)
"""50 images: the last of the batches of 15 has 5."""
TWO = RECIPE.replace("workers: 0", "workers: 0, devices: 2")
ENDLESS = TWO.replace("epochs: 3", "epochs: 500").replace("ema: {decay: 0.9}", "checkpoint_minutes: 0.005")


def plain(**values):
    text = PLAIN
    for name, value in {"batch_size": 15, "accumulate": 1, "devices": 2, **values}.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


@pytest.mark.parametrize(
    "values",
    [pytest.param({}, marks=pytest.mark.slow), {"batch_size": 47, "accumulate": 2}],
    ids=["odd batches", "in parts, the last batch of 3"],
)
def test_two_processes_take_the_steps_of_one(tmp_path, values):
    place = Workplace(tmp_path, plain(**values, devices=1))
    place.go()
    alone, rows, gradients = place.load("last.pt"), place.rows(), place.rows("gradients.csv")
    shutil.rmtree(place.runs)
    place.write(plain(**values))
    place.go()
    together = place.load("last.pt")
    assert together["network"].keys() == alone["network"].keys()
    for name, tensor in alone["network"].items():
        torch.testing.assert_close(together["network"][name], tensor, rtol=1e-4, atol=1e-6)
    for row, other in zip(rows + gradients, place.rows() + place.rows("gradients.csv"), strict=True):
        assert {name: float(value) for name, value in other.items()} == pytest.approx(
            {name: float(value) for name, value in row.items()}, rel=1e-4
        )
    place.wait_until(lambda: not processes_of(place))


def others_of(process):
    """The processes that a first one has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, parent = (folder / "cmdline").read_bytes(), (folder / "stat").read_text().split()[3]
        except OSError:
            continue
        if b"other_process" in command and int(parent) == process.pid:
            found.append(int(folder.name))
    return found


@pytest.fixture
def endless(tmp_path):
    """A run of two processes that has trained for an epoch, and the other process's number."""
    place = Workplace(tmp_path, ENDLESS)
    process = place.start(start_new_session=True)
    place.wait_until(lambda: place.epochs_done() >= 1, process)
    (other,) = others_of(process)
    yield place, process, other
    if process.poll() is None:
        kill(process)


def test_another_process_that_dies_is_named_and_nothing_hangs(endless):
    place, process, other = endless
    os.kill(other, signal.SIGKILL)
    assert process.wait(timeout=30) == 4, place.said()
    assert "error[R801] run-failed: the training process of device 1 ended with signal SIGKILL" in place.said()
    assert place.read("status.json")["state"] == "failed"
    assert processes_of(place) == []


def test_the_others_end_with_the_first_one_and_the_run_goes_on(endless):
    place, process, _ = endless
    kill(process)
    place.wait_until(lambda: not processes_of(place), seconds=15)
    epochs, log = place.epochs_done(), place.run / "log.txt"
    logged = len(log.read_text())
    again = place.start(start_new_session=True)
    place.wait_until(lambda: place.epochs_done() > epochs, again)
    assert "resuming at epoch" in place.said()
    os.killpg(again.pid, signal.SIGINT)
    assert again.wait(timeout=30) == 130, place.said()
    assert "continues from the last checkpoint" in place.said()
    assert processes_of(place) == []
    assert "Traceback" not in log.read_text()[logged:]


REFUSED = """
from recipe.runtime.training import stepper
from torch import distributed
step = stepper.Stepper.step

def refusing(self, tensors):
    if distributed.get_rank() == 1:
        raise torch.OutOfMemoryError("CUDA out of memory")
    return step(self, tensors)

import torch
stepper.Stepper.step = refusing
"""


@pytest.mark.slow
def test_what_goes_wrong_in_another_process_is_told_as_if_it_were_the_only_one(tmp_path):
    place = Workplace(tmp_path, TWO)
    nets = tmp_path / "site" / "tiny_nets.py"
    nets.write_text(nets.read_text() + REFUSED)
    place.go(code=4)
    assert "error[R804] out-of-memory" in place.said()


def test_they_stop_early_together_and_meet_without_a_network(tmp_path):
    """Validation has one image fewer than there are processes in its last batch; the network has no way out at all."""
    stopping = "early_stopping: {monitor: val/loss, patience: 2, min_delta: 10.0}"
    place = Workplace(tmp_path, TWO.replace("epochs: 3", f"epochs: 9, {stopping}"))
    command = [sys.executable, "-m", "recipe", "run", "small.yaml"]
    if os.geteuid() == 0 and shutil.which("unshare") and shutil.which("ip"):
        command = ["unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh", *command]
    done = subprocess.run(command, cwd=tmp_path, env=place.environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert [row["epoch"] for row in place.rows()] == ["1", "2", "3"]
    assert place.read("result.json")["stopped_early"]
    place.wait_until(lambda: not processes_of(place))
