"""Decoded images in memory and in a file: the same pixels, used by many, never half made, within a limit."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from recipe.runtime.data.image_cache import cached
from recipe.runtime.data.image_files import FileImages
from recipe.runtime.data.image_store import open_stored
from recipe.runtime.data.images import ArrayImages
from recipe.schemas.diagnostics import RecipeError

KIB = 2**10


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("RECIPE_CACHE", str(tmp_path))
    return tmp_path / "images"


class Pictures(ArrayImages):
    """Images of one size, that count how often they are decoded."""

    decoded = 0

    def decode(self, index):
        type(self).decoded += 1
        return super().decode(index)


@pytest.fixture
def pictures():
    def make(seed=0, count=5):
        Pictures.decoded = 0
        pixels = np.random.default_rng(seed).integers(0, 256, (count, 16, 21, 3)).astype(np.uint8)
        return Pictures(("a",), (0,) * count, tuple(map(str, range(count))), pixels)

    return make


def files(folder):
    return sorted(file.name for file in folder.iterdir() if file.suffix in (".pixels", ".part"))


def test_without_a_cache_images_stay_what_they_are(pictures):
    images = pictures()
    assert cached(images, "none", 8) is images
    assert images.mode == "none"


@pytest.mark.parametrize("mode", ["ram", "disk"])
def test_a_cache_holds_the_same_images_and_decodes_each_once(mode, pictures):
    images, told = pictures(count=20), []
    kept = cached(images, mode, 8, progress=lambda done, total: told.append((done, total)))
    assert (kept.mode, len(kept), kept.labels, kept.classes) == (mode, 20, images.labels, images.classes)
    assert (kept.name(3), kept.size(3)) == ("3", (21, 16))
    assert told == [(16, 20), (20, 20)]
    for _ in range(2):
        for index in range(20):
            assert (kept.decode(index) == images.pixels[index]).all()
    assert Pictures.decoded == 20
    assert np.shares_memory(kept.decode(1), kept.decode(1)), "a view, no copy"
    assert kept.decode(1).flags.writeable, "torch warns of others"


def test_images_of_differing_sizes_lie_one_after_the_other(tmp_path):
    from PIL import Image

    sizes = ((3, 5), (8, 2), (1, 1))
    named = [str(tmp_path / f"{width}.png") for width, _ in sizes]
    for file, size in zip(named, sizes, strict=True):
        Image.new("RGB", size, (size[0], size[1], 0)).save(file)
    images = FileImages(("a",), (0, 0, 0), tuple(named), sizes, "f")
    for mode in ("ram", "disk"):
        kept = cached(images, mode, 8)
        assert [kept.decode(index).shape for index in range(3)] == [(5, 3, 3), (2, 8, 3), (1, 1, 3)]
        assert all((kept.decode(index) == images.decode(index)).all() for index in range(3))


def test_a_later_run_decodes_nothing(pictures):
    cached(pictures(), "disk", 8)
    again = cached(pictures(), "disk", 8)
    assert Pictures.decoded == 0
    assert (again.decode(4) == pictures().pixels[4]).all()


def test_other_images_are_another_file(pictures, folder):
    first, second = cached(pictures(0), "disk", 8), cached(pictures(1), "disk", 8)
    assert len(files(folder)) == 2
    assert (first.decode(0) != second.decode(0)).any()


def test_what_is_written_into_a_view_reaches_no_file(pictures):
    cached(pictures(), "disk", 8).decode(0)[:] = 0
    assert (cached(pictures(), "disk", 8).decode(0) == pictures().pixels[0]).all()


@pytest.mark.parametrize("damage", ["a byte", "a checksum", "the end", "everything"])
def test_a_damaged_file_is_made_again(damage, pictures, folder):
    cached(pictures(), "disk", 8)
    (name,) = files(folder)
    content = bytearray((folder / name).read_bytes())
    if damage in ("a byte", "a checksum"):
        content[1000 if damage == "a byte" else -1] ^= 1
    (folder / name).write_bytes({"the end": content[:-10], "everything": b""}.get(damage, content))
    kept = cached(pictures(), "disk", 8)
    assert Pictures.decoded == 5
    assert all((kept.decode(index) == pictures().pixels[index]).all() for index in range(5))


def test_an_image_that_is_gone_by_now_is_named_and_nothing_is_left(folder, tmp_path):
    images = FileImages(("a",), (0,), (str(tmp_path / "gone.png"),), ((1, 1),), "f")
    for mode in ("ram", "disk"):
        with pytest.raises(RecipeError, match="R605"):
            cached(images, mode, 8)
    assert files(folder) == []


def test_a_cache_that_cannot_be_written_is_told(pictures, tmp_path):
    (tmp_path / "images").write_text("a file")
    with pytest.raises(RecipeError, match="R005"):
        cached(pictures(), "disk", 8)


BUILD = """
import sys, time
from pathlib import Path
from recipe.runtime.data.image_store import open_stored

def fill(content):
    print("begun", flush=True)
    for start in range(0, len(content), 1024):
        content[start : start + 1024] = 7
        time.sleep(float(sys.argv[3]))

content = open_stored(Path(sys.argv[1]), sys.argv[2], 65536, 2**20, fill)
assert (content == 7).all()
print("done", flush=True)
sys.stdin.read()
"""


def build(folder, key="k", seconds=0.0):
    command = [sys.executable, "-c", BUILD, str(folder), key, str(seconds / 64)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_of_two_processes_one_makes_the_file_and_both_use_it(folder):
    processes = [build(folder, seconds=0.5), build(folder, seconds=0.5)]
    said = [process.communicate(timeout=60)[0].split() for process in processes]
    assert sorted(said) == [["begun", "done"], ["done"]]
    assert files(folder) == ["k.pixels"]


def test_what_a_killed_process_has_begun_is_never_used(folder):
    process = build(folder, seconds=60)
    assert process.stdout.readline() == "begun\n"
    assert files(folder) == ["k.part"]
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert build(folder).communicate(timeout=60)[0].split() == ["begun", "done"]
    assert files(folder) == ["k.pixels"]


@pytest.mark.parametrize("limit", [2, 1000])
def test_what_a_killed_process_has_begun_is_removed(limit, folder):
    process = build(folder, seconds=60)
    assert process.stdout.readline() == "begun\n"
    process.kill()
    process.wait()
    stored(folder, "other", kib=1, limit=limit)
    assert files(folder) == ["other.pixels"]


def stored(folder, key, kib=10, limit=25):
    return open_stored(folder, key, kib * KIB, limit * KIB, lambda content: content.fill(1))


def test_the_files_that_were_used_longest_ago_make_room(folder):
    for age, key in enumerate("ab"):
        stored(folder, key)
        os.utime(folder / f"{key}.pixels", (1000 + age, 1000 + age))
    stored(folder, "a")
    stored(folder, "c")
    assert files(folder) == ["a.pixels", "c.pixels"], "`a` was used again"
    assert sum((folder / name).stat().st_size for name in files(folder)) <= 25 * KIB


def test_a_file_in_use_is_never_removed(folder):
    stored(folder, "a")
    first, _second = stored(folder, "a"), stored(folder, "b")
    with pytest.raises(RecipeError, match="R614") as caught:
        stored(folder, "c")
    assert "other runs use" in caught.value.diagnostics[0].message
    assert files(folder) == ["a.pixels", "b.pixels"]
    assert (first == 1).all()
    del first
    stored(folder, "c")
    assert files(folder) == ["b.pixels", "c.pixels"]


def test_a_file_that_another_process_uses_or_makes_is_never_removed(folder):
    using, making = build(folder, "using"), build(folder, "making", seconds=60)
    assert [using.stdout.readline(), using.stdout.readline()] == ["begun\n", "done\n"]
    assert making.stdout.readline() == "begun\n"
    with pytest.raises(RecipeError, match="R614"):
        stored(folder, "c", limit=130)
    assert files(folder) == ["making.part", "using.pixels"]
    for process in (using, making):
        process.kill()
        process.wait()
    stored(folder, "c")
    assert files(folder) == ["c.pixels"]


def test_a_limit_that_the_images_alone_exceed(pictures, folder):
    with pytest.raises(RecipeError, match="R614"):
        cached(pictures(), "disk", 1e-6)
    assert files(folder) == []


def test_a_forked_loader_keeps_the_file_in_use(folder):
    """Worker processes have the map of their parent: the lock lives until the last of them is gone."""
    first = stored(folder, "a", limit=15)
    child = os.fork()
    if not child:
        time.sleep(60)
        os._exit(0)
    del first
    try:
        with pytest.raises(RecipeError, match="R614"):
            stored(folder, "b", limit=15)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    stored(folder, "b", limit=15)
    assert files(folder) == ["b.pixels"]
