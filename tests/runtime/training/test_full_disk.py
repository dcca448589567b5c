"""Disks that are full, and folders that cannot be written: told as such, with whole files; with room made, the run goes on.

Where the tests may mount one, a small file system in memory is really full. What the system says to each single write
is tried everywhere, by a run whose writes fail from a certain one on.
"""

import contextlib
import errno
import os
import shutil
import subprocess

import pytest

from tests.runtime.training.runs import RECIPE, Workplace, assert_whole, leftovers, result_of

FAILS = """
import errno, os

calls, fsync = 0, os.fsync

def failing(file):
    global calls
    calls += 1
    if calls >= {number}:
        raise OSError({code}, os.strerror({code}))
    fsync(file)

os.fsync = failing
"""

LOST = """
import errno
from recipe.runtime.trackers.tensorboard import TensorBoardTracker

def log(self, epoch, values):
    raise OSError(errno.ENOSPC, "No space left on device", "events")

TensorBoardTracker.log = log
"""


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """A workplace, what a run leaves that has all the room it wants, and how much that takes, in KiB."""
    place = Workplace(tmp_path_factory.mktemp("ended"))
    assert place.spawn() == 0, place.said()
    blocks = {file.stat().st_ino: file.stat().st_blocks for file in place.runs.rglob("*")}
    yield place, result_of(place), sum(blocks.values()) // 2
    place.close()


@pytest.fixture
def ended(workplace):
    """The same, nothing of the run before being left."""
    shutil.rmtree(workplace[0].runs, ignore_errors=True)
    return workplace


def goes_on(place, unbroken):
    assert place.spawn() == 0, place.said()
    assert result_of(place) == unbroken
    assert leftovers(place) == set()


@contextlib.contextmanager
def mounted(folder, options):
    """A file system in memory; a test without the right to mount one is left to those below."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("may not mount a file system; the writes that fail stand in for it")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("share", [0.2, *(pytest.param(share, marks=pytest.mark.slow) for share in (0.5, 0.8))])
def test_a_disk_that_is_full_ends_the_run_and_with_room_it_goes_on(ended, share):
    place, unbroken, needed = ended
    with mounted(place.runs, f"size={int(needed * share)}k"):
        assert place.spawn() == 4, place.said()
        assert "error[R809] cannot-write" in place.said()
        assert "No space left on device" in place.said()
        assert "Traceback" not in place.said()
        assert_whole(place)
        subprocess.run(["mount", "-o", "remount,size=16m", str(place.runs)], check=True)
        goes_on(place, unbroken)


@pytest.mark.parametrize(
    "number", [1, 8, *(pytest.param(number, marks=pytest.mark.slow) for number in (2, 5, 11, 15, 22))]
)
def test_a_write_that_fails_is_told_and_everything_before_it_is_whole(ended, number):
    place, unbroken, _ = ended
    code = errno.EROFS if number % 2 else errno.ENOSPC
    assert place.spawn(change=FAILS.format(number=number, code=int(code))) == 4, place.said()
    assert "error[R809] cannot-write: the run cannot write to" in place.said()
    assert os.strerror(code) in place.said()
    assert "Traceback" not in place.said()
    assert_whole(place)
    goes_on(place, unbroken)


def test_a_folder_that_may_not_be_written_is_told_before_training(ended):
    place, _, _ = ended
    with mounted(place.runs, "ro"):
        assert place.spawn() == 2, place.said()
        assert "error[R005]" in place.said()
        assert "Read-only file system" in place.said()


def test_a_tracker_that_cannot_write_is_lost_and_training_goes_on(ended):
    place, unbroken, _ = ended
    place.write(RECIPE + "trackers: [TensorBoard]\n")
    assert place.spawn(change=LOST) == 0, place.said()
    place.write(RECIPE)
    assert place.said().count("warning[R807] tracker-lost: TensorBoard failed") == 1
    assert len((place.run / "unsent-TensorBoard-0.jsonl").read_text().splitlines()) == 4
    assert result_of(place) == unbroken
