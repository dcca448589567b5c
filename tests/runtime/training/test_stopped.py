"""Ctrl-C and SIGTERM: the step is finished, everything is saved, and the same command goes on to the same bits."""

import shutil
import signal

import pytest

from tests.runtime.training.runs import RECIPE, Workplace, leftovers, processes_of, result_of

LONG = RECIPE.replace("epochs: 3", "epochs: 6").replace("workers: 0", "workers: 1")

SLOW_STEP = """
import time
from pathlib import Path
from recipe.runtime.training import stepper
step = stepper.Stepper.step

def slow(self, tensors):
    Path("step").touch()
    time.sleep({seconds})
    return step(self, tensors)

stepper.Stepper.step = slow
"""
"""A plugin's module that makes each step long enough to be stopped in."""


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A workplace, and what an unbroken run leaves."""
    place = Workplace(tmp_path_factory.mktemp("stopped"), LONG)
    assert place.spawn() == 0, place.said()
    yield place, result_of(place)
    place.close()


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_stopped_run_is_saved_inside_its_epoch_and_goes_on(stopped, number):
    place, unbroken = stopped
    shutil.rmtree(place.runs)
    process = place.start()
    place.wait_until(lambda: place.epochs_done() >= 1, process)
    process.send_signal(number)
    assert process.wait(timeout=60) == 130, place.said()
    assert f"error[R806] interrupted: stopped by {number.name}" in place.said()
    assert "`recipe run small.yaml` continues from the last checkpoint" in place.said()
    assert "Traceback" not in place.said()
    assert place.read("status.json")["state"] == "interrupted"
    assert processes_of(place) == [place._server.pid]
    assert leftovers(place) == set()
    assert place.spawn() == 0, place.said()
    assert result_of(place) == unbroken


def slow_workplace(folder, seconds):
    """Each step takes as long as that."""
    place = Workplace(folder, LONG)
    site = folder / "site"
    (site / "tiny_nets.py").write_text((site / "tiny_nets.py").read_text() + SLOW_STEP.format(seconds=seconds))
    return place


def test_the_step_is_finished_and_the_next_one_is_not_begun(tmp_path):
    place = slow_workplace(tmp_path, 1)
    process = place.start()
    place.wait_until((tmp_path / "step").exists, process)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130, place.said()
    progress = place.load("last.pt")["progress"]
    assert (progress["epoch"], progress["step"]) == (1, 1)


def test_a_second_ctrl_c_ends_the_run_at_once(tmp_path):
    place = slow_workplace(tmp_path, 3600)
    process = place.start()
    place.wait_until((tmp_path / "step").exists, process)
    process.send_signal(signal.SIGINT)
    with pytest.raises(AssertionError, match="never happens"):
        place.wait_until(lambda: process.poll() is not None, seconds=1)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130, place.said()
    assert "error[R806] interrupted" in place.said()
    assert "Traceback" not in place.said()
    assert place.read("status.json")["state"] == "interrupted"
    assert processes_of(place) == []
