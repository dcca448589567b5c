"""Batches: the same ones whoever loads them, and what happens when those who load fail."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
import torch
from PIL import Image

from recipe.runtime.classification.dataset import ClassificationDataset
from recipe.runtime.data.image_files import FileImages
from recipe.runtime.data.images import ArrayImages
from recipe.runtime.data.loader import Loader
from recipe.runtime.data.pipeline import Pipeline
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.transforms import Transform

COUNT = 50
CROP = {"type": "RandomResizedCrop", "size": 8}


def samples(images=None, *transforms, seed=0):
    if images is None:
        pixels = np.random.default_rng(0).integers(0, 256, (COUNT, 16, 16, 3), dtype=np.uint8)
        pixels.flags.writeable = False
        names = tuple(f"{index}.png" for index in range(COUNT))
        images = ArrayImages(("a", "b"), tuple(index % 2 for index in range(COUNT)), names, pixels)
    pipeline = Pipeline([Transform.parse(said) for said in transforms or (CROP, "RandomHorizontalFlip")], [0.5], [0.5])
    return ClassificationDataset(images, pipeline, seed)


@pytest.fixture
def loader():
    """Make loaders, and end their processes."""
    made = []

    def make(split=None, **settings):
        defaults = {"batch_size": 8, "shuffle": True, "seed": 0, "workers": 0, "pin_memory": False}
        made.append(Loader(split or samples(), **{**defaults, **settings}))
        return made[-1]

    yield make
    for each in made:
        each.close()


def same(one, other):
    return len(one) == len(other) and all(
        a.items == b.items and all(map(torch.equal, a.tensors, b.tensors)) for a, b in zip(one, other, strict=True)
    )


def by_item(batches):
    return {item: batch.tensors[0][place] for batch in batches for place, item in enumerate(batch.items)}


def test_a_batch_is_images_and_their_labels(loader):
    batches = list(loader().epoch(1))
    assert [len(batch.items) for batch in batches] == [8] * 6 + [2]
    images, labels = batches[0].tensors
    assert (images.shape, images.dtype, labels.dtype) == ((8, 3, 8, 8), torch.uint8, torch.int64)
    assert labels.tolist() == [item % 2 for item in batches[0].items]
    assert sorted(item for batch in batches for item in batch.items) == list(range(COUNT))
    assert loader().name(3) == "3.png"


def test_batches_do_not_depend_on_who_loads_them_or_on_where_the_epoch_is_entered(loader):
    expected = {epoch: list(loader().epoch(epoch)) for epoch in (1, 2)}
    assert not same(expected[1], expected[2])
    for workers in (1, 2):
        ours = loader(workers=workers)
        assert same(list(ours.epoch(1)), expected[1])
        assert same(list(ours.epoch(2, first=3)), expected[2][3:])
        next(ours.epoch(1))
        assert same(list(ours.epoch(2)), expected[2]), "after an epoch that was left"
    assert same(list(loader().epoch(2, first=6)), expected[2][6:])
    assert list(loader().epoch(2, first=7)) == []


def test_a_sample_does_not_depend_on_the_batch_it_is_in(loader):
    expected = by_item(loader().epoch(3))
    for settings in ({"batch_size": 7}, {"shuffle": False}, {"seed": 5}):
        found = by_item(loader(**settings).epoch(3))
        assert all(torch.equal(found[item], expected[item]) for item in range(COUNT))


def test_the_seed_and_the_epoch_decide_both_order_and_draws(loader):
    plain, epoch = loader(shuffle=False), by_item(loader().epoch(1))
    assert [item for batch in plain.epoch(1) for item in batch.items] == list(range(COUNT))
    orders = {tuple(batch.items[0] for batch in loader(seed=seed).epoch(e)) for seed in (0, 1) for e in (1, 2)}
    assert len(orders) == 4
    for other in (by_item(loader().epoch(2)), by_item(loader(samples(seed=1)).epoch(1))):
        assert sum(torch.equal(other[item], epoch[item]) for item in range(COUNT)) == 0


@pytest.mark.parametrize("batch_size", [8, 9])
@pytest.mark.parametrize("world", [2, 3])
def test_processes_share_each_batch(loader, batch_size, world):
    expected = list(loader(batch_size=batch_size).epoch(1))
    ranks = [list(loader(batch_size=batch_size, rank=rank, world=world).epoch(1)) for rank in range(world)]
    for whole, *parts in zip(expected, *ranks, strict=True):
        counts = [len(part.items) for part in parts]
        assert max(counts) - min(counts) <= 1
        assert sum((part.items for part in parts), ()) == whole.items
        for place, tensor in enumerate(whole.tensors):
            assert torch.equal(torch.cat([part.tensors[place] for part in parts]), tensor)


def test_a_share_without_samples_has_tensors_all_the_same(loader):
    *_, last = loader(rank=0, world=3).epoch(1)
    assert last.items == ()
    images, labels = last.tensors
    assert (images.shape, images.dtype, labels.shape) == ((0, 3, 8, 8), torch.uint8, (0,))


def test_a_last_batch_that_is_smaller_can_be_left_out(loader):
    short = loader(drop_last=True)
    assert len(short) == 6
    assert same(list(short.epoch(1)), list(loader().epoch(1))[:6])


@pytest.mark.parametrize("workers", [0, 1])
def test_loading_leaves_the_generators_of_training_alone(loader, workers):
    def states():
        return torch.get_rng_state().tolist(), random.getstate(), str(np.random.get_state())

    before = states()
    for epoch in (1, 2):
        list(loader(workers=workers).epoch(epoch))
    assert states() == before


@pytest.mark.parametrize("workers", [0, 1])
def test_nothing_warns(loader, workers):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(loader(workers=workers, pin_memory=True).epoch(1))
        list(loader(workers=workers, batch_size=3).epoch(1))


def test_values_are_read_from_what_loads(loader):
    ours = loader(workers=2, batch_size=5, drop_last=True)
    said = {"train.batch_size": 5, "train.drop_last": True, "hardware.workers": 2, "hardware.pin_memory": False}
    said["seed"] = 0
    assert ours.effective().items() >= said.items()
    ours._loader.num_workers, ours._order.batch_size, ours._order.drop_last = 1, 6, False
    changed = {"train.batch_size": 6, "train.drop_last": False, "hardware.workers": 1}
    assert ours.effective().items() >= changed.items()


def test_memory_that_nothing_can_pin_is_not_said_to_be_pinned(loader):
    assert loader(pin_memory=True).effective()["hardware.pin_memory"] is torch.accelerator.is_available()


# -- failures ---------------------------------------------------------------------------------------------------------


def files(folder, count=20):
    names = [str(folder / f"{index}.jpg") for index in range(count)]
    for index, name in enumerate(names):
        Image.new("RGB", (16 + index, 16), (index, 0, 0)).save(name)
    sizes = tuple((16 + index, 16) for index in range(count))
    return FileImages(("a",), (0,) * count, tuple(names), sizes, "")


@pytest.mark.parametrize("workers", [0, 1])
def test_a_file_that_has_gone_is_named(loader, tmp_path, workers):
    ours = loader(samples(files(tmp_path)), workers=workers)
    list(ours.epoch(1))
    (tmp_path / "7.jpg").unlink()
    with pytest.raises(RecipeError) as caught:
        list(ours.epoch(2))
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.file) == ("R605", str(tmp_path / "7.jpg"))
    assert "cannot now" in problem.message


def test_a_file_that_has_become_something_else_is_named(loader, tmp_path):
    ours = loader(samples(files(tmp_path)))
    (tmp_path / "7.jpg").write_text("no image")
    with pytest.raises(RecipeError, match=r"R605 .*7\.jpg"):
        list(ours.epoch(1))


@pytest.mark.parametrize("workers", [0, 1])
def test_an_image_that_a_transform_refuses_is_named(loader, tmp_path, workers):
    ours = loader(samples(files(tmp_path), {"type": "RandomCrop", "size": [16, 20]}), shuffle=False, workers=workers)
    with pytest.raises(RecipeError) as caught:
        list(ours.epoch(1))
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.path, problem.file) == ("R801", ("augment",), str(tmp_path / "0.jpg"))
    assert "16 × 16 pixels: Required crop size (16, 20)" in problem.message


def test_a_bug_in_a_worker_is_no_death(loader):
    class Broken:
        def __len__(self):
            return 9

        def load(self, items, epoch):
            raise RuntimeError("a bug")

        def name(self, item):
            return ""

    with pytest.raises(RuntimeError, match="a bug"):
        list(loader(Broken(), workers=1).epoch(1))


def children():
    return {process.pid for process in multiprocessing.active_children()}


def test_a_worker_that_is_killed_is_told_and_the_next_epoch_has_new_ones(loader):
    ours, before, handler = loader(workers=2), children(), signal.getsignal(signal.SIGCHLD)
    list(ours.epoch(1))
    assert signal.getsignal(signal.SIGCHLD) is handler
    victim, other = children() - before
    os.kill(victim, signal.SIGKILL)
    time.sleep(0.2)  # nothing is raised here, in the middle of other code
    with pytest.raises(RecipeError) as caught:
        list(ours.epoch(2))
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.path) == ("R801", ("hardware", "workers"))
    assert not {victim, other} & children()
    assert same(list(ours.epoch(2)), list(loader().epoch(2)))


def test_workers_do_not_mind_being_interrupted(loader):
    ours, before = loader(workers=1), children()
    batches = ours.epoch(1)
    found = [next(batches)]
    for worker in children() - before:
        os.kill(worker, signal.SIGINT)
        os.kill(worker, signal.SIGTERM)
    assert same([*found, *batches], list(loader().epoch(1)))


def test_closing_in_the_middle_of_an_epoch_leaves_no_worker_behind(loader):
    ours, before = loader(workers=2), children()
    next(ours.epoch(1))
    assert len(children() - before) == 2
    began = time.perf_counter()
    ours.close()
    assert time.perf_counter() - began < 2
    assert children() == before


SCRIPT = """
from tests.runtime.data.test_loader import Loader, samples
loader = Loader(samples(), batch_size=8, shuffle=True, seed=0, workers=1, pin_memory=False)
batches = loader.epoch(1)
next(batches)
print(loader._loader._iterator._workers[0].pid, flush=True)
{end}
"""


def test_a_process_that_ends_takes_its_workers_with_it():
    """One that fails, and one that is killed, whose worker looks for it every five seconds."""
    ends = {"raise KeyError": 1, "import os; os.kill(os.getpid(), 9)": -signal.SIGKILL}
    processes = [start(SCRIPT.format(end=end)) for end in ends]
    for process, code in zip(processes, ends.values(), strict=True):
        worker, said = communicate(process, within=120)
        assert process.returncode == code
        assert said.endswith("KeyError\n" if code == 1 else "")
        assert ended(int(worker), within=10)


def start(script):
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def communicate(process, within):
    try:
        return process.communicate(timeout=within)
    finally:
        process.kill()


def ended(pid, within):
    until = time.monotonic() + within
    while is_alive(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
