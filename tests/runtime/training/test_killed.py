"""Runs that are killed, at any time and inside every write: they go on, and end with the same bits."""

import contextlib
import random
import shutil
import subprocess
import time

import pytest

from tests.runtime.training.runs import RECIPE, Workplace, assert_whole, kill, leftovers, processes_of, result_of

OFTEN = RECIPE.replace("checkpoint_every: 2", "checkpoint_every: 2, checkpoint_minutes: 0.00001")
LONGER = OFTEN.replace("0.00001", "0.002").replace("epochs: 3", "epochs: 8")

DIES = """
import io, os, signal, torch
from pathlib import Path

calls, writer = 0, torch.save

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def watched(call):
    def inner(*args, **options):
        global calls
        calls += 1
        if calls == {number} and not {after}:
            die()
        done = call(*args, **options)
        if calls == {number}:
            die()
        return done
    return inner

def halfway(state, file):
    global calls
    calls += 1
    if calls == {number}:
        whole = io.BytesIO()
        writer(state, whole)
        file.write(whole.getvalue()[: len(whole.getvalue()) // 2])
        file.flush()
        die()
    writer(state, file)

if {inside}:
    torch.save = halfway
else:
    os.fsync, os.link, Path.replace = watched(os.fsync), watched(os.link), watched(Path.replace)
"""


def dies(number, after=False, inside=False):
    return DIES.format(number=number, after=after, inside=inside)


@pytest.fixture(scope="module")
def often(tmp_path_factory):
    """A workplace with forked runs, and what an unbroken one leaves."""
    place = Workplace(tmp_path_factory.mktemp("often"), OFTEN)
    assert place.spawn() == 0, place.said()
    yield place, result_of(place)
    place.close()


def resumes_after(often, change):
    """Whether the run was killed at all; that it left only whole files, and that it ends like the unbroken one."""
    place, unbroken = often
    shutil.rmtree(place.runs)
    code = place.spawn(change=change)
    assert code in (0, -9), place.said()
    assert_whole(place)
    assert place.spawn() == 0, place.said()
    assert result_of(place) == unbroken
    assert place.read("status.json")["state"] == "finished"
    assert leftovers(place) == set()
    return code == -9


@pytest.mark.parametrize(("number", "after"), [(3, True), (12, False)])
def test_a_kill_inside_a_write_leaves_whole_files_and_changes_nothing(often, number, after):
    assert resumes_after(often, dies(number, after))


def test_a_kill_in_the_middle_of_a_checkpoint(often):
    assert resumes_after(often, dies(5, inside=True))


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_every_write(often, after):
    for number in range(1, 31):
        assert resumes_after(often, dies(number, after))
    for number in random.Random(after).sample(range(31, 120), 5):
        resumes_after(often, dies(number, after))


def kill_and_resume(place, unbroken, moment, kills):
    """Kill a run so many times, `moment()` seconds from the start of a process; one that finished first begins anew."""
    while kills:
        process = place.start()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(moment())
        if process.poll() is None:
            kill(process)
            kills -= 1
            assert_whole(place)
        else:
            assert result_of(place) == unbroken
            shutil.rmtree(place.runs)
    place.go()
    assert result_of(place) == unbroken
    assert leftovers(place) == set()
    place.wait_until(lambda: not processes_of(place))


@pytest.mark.parametrize("workers", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_kills_from_outside_change_nothing(tmp_path, workers):
    place = Workplace(tmp_path, LONGER.replace("workers: 0", f"workers: {workers}"))
    place.go()
    unbroken = result_of(place)
    shutil.rmtree(place.runs)
    draw = random.Random(workers)
    for epochs in (1, 5):
        process = place.start()
        place.wait_until(lambda least=epochs: place.epochs_done() >= least, process)
        time.sleep(draw.uniform(0, 0.2))
        kill(process)
        assert_whole(place)
    place.go()
    assert "resuming at epoch" in place.said()
    assert result_of(place) == unbroken
    assert leftovers(place) == set()
    place.wait_until(lambda: not processes_of(place))


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "workers"), [(0, 0), (1, 1)])
def test_ten_kills_at_any_time_change_nothing(tmp_path, seed, workers):
    place = Workplace(tmp_path, LONGER.replace("workers: 0", f"workers: {workers}"))
    seconds = place.go()
    unbroken = result_of(place)
    shutil.rmtree(place.runs)
    draw = random.Random(seed)
    kill_and_resume(place, unbroken, lambda: draw.uniform(0, seconds), kills=10)


NARROW = """
import torch
from recipe.runtime.training.stepper import Stepper

forward = Stepper._forward

def narrow(self, part):
    if len(part[0]) > 6:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
    return forward(self, part)

Stepper._forward = narrow
"""
"""A device with room for six samples."""


def test_what_a_run_has_changed_for_want_of_memory_outlives_a_kill(tmp_path):
    place = Workplace(tmp_path, OFTEN + "trackers: [TensorBoard]\n")
    try:
        assert place.spawn(change=NARROW + dies(26)) == -9, place.said()
        assert place.said().count("warning[R811] amended: the device ran out of memory") == 2
        begun = place.read("plan.json")
        assert [(change["what"], change["after"]) for change in begun["amendments"]] == [
            ("train.accumulate", "2"),
            ("train.accumulate", "4"),
        ]
        assert any(
            b"the run goes on with `train.accumulate` 4 instead of 2" in file.read_bytes()
            for file in (place.run / "tensorboard").iterdir()
        )
        assert place.spawn(change=NARROW) == 0, place.said()
        assert "R811" not in place.said()
        assert "accumulate 4" in place.said()
        assert place.read("effective.json")["values"]["train.accumulate"] == 4
        assert place.read("plan.json")["amendments"] == begun["amendments"]
    finally:
        place.close()
