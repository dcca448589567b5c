"""MixUp and CutMix: what they draw from, what they make of a batch, and runs that are broken off with them."""

import random

import numpy as np
import pytest
import torch
from torch.nn.functional import one_hot

from recipe.runtime.classification.family import ClassificationFamily
from recipe.runtime.classification.images import look_at_images
from recipe.runtime.classification.mixing import Mixing, accuracy
from recipe.runtime.classification.steps import ClassificationSteps
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.training.randomness import random_state
from recipe.runtime.training.session import train_here
from recipe.runtime.training.world import World
from recipe.schemas.base import FrozenDict
from recipe.schemas.mixers import Mixer
from recipe.schemas.tasks.classification import Classification
from tests.override.tiny import install
from tests.runtime.training.toy import Told, same_weights, toy_plan, weights_of

CPU = World(torch.device("cpu"))
BOTH = [{"type": "MixUp", "alpha": 0.4}, "CutMix"]
WEIGHTED = {"class_weights": [1.0, 2.0, 0.5, 3.0, 1.0, 1.0, 4.0, 1.0, 0.1, 1.0]}


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """Makes the plan of a small network on 60 digits."""
    install(tmp_path / "site", monkeypatch)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)

    def make(mix=BOTH, train=None, **sections):
        sections = {"data": {"limit_per_class": 6, "cache": "none"}, "augment": {"mix": mix}, **sections}
        made = toy_plan({"epochs": 2, "batch_size": 16, **(train or {})}, model="TinyNet", **sections)
        assert isinstance(made.recipe, Classification)
        found = look_at_images(made.recipe.data)
        return made.model_copy(update={"details": FrozenDict(per_class=found.per_class, classes=found.classes)})

    yield make
    torch.set_num_threads(threads)


def mixing(*mixers, classes=3):
    return Mixing([Mixer.parse(mixer) for mixer in mixers], classes)


def batch(size=4):
    """Images of one level each, so that what is in a mixed one shows; labels 0, 1, 2, 0, …"""
    levels = torch.arange(size, dtype=torch.float32) + 1
    return levels[:, None, None, None].expand(size, 3, 8, 8).clone(), torch.arange(size) % 3


@pytest.mark.parametrize("word", ["MixUp", "CutMix"])
def test_draws_are_of_torch_alone(word):
    torch.manual_seed(0)
    random.seed(1), np.random.seed(1)
    first, labels = mixing(word)(*batch())
    torch.manual_seed(0)
    random.seed(2), np.random.seed(2)
    before = random_state()
    again, same_labels = mixing(word)(*batch())
    after = random_state()
    assert torch.equal(first, again)
    assert torch.equal(labels, same_labels)
    assert (before["python"], before["numpy"][2]) == (after["python"], after["numpy"][2])
    assert not torch.equal(before["torch"], after["torch"])
    assert not torch.equal(first, mixing(word)(*batch())[0])


@pytest.mark.parametrize("word", ["MixUp", "CutMix"])
def test_labels_are_the_shares_of_what_is_in_an_image(word):
    torch.manual_seed(3)
    images, labels = batch()
    mixed, shares = mixing(word)(images, labels)
    own = (mixed.mean((1, 2, 3)) - images.roll(1, 0)[:, 0, 0, 0]) / (images - images.roll(1, 0))[:, 0, 0, 0]
    assert 0.01 < own[0] < 0.99
    expected = own[:, None] * one_hot(labels, 3) + (1 - own[:, None]) * one_hot(labels.roll(1), 3)
    torch.testing.assert_close(shares, expected, rtol=1e-4, atol=1e-5)


def test_one_of_the_mixers_is_drawn_for_each_batch():
    torch.manual_seed(0)
    both = mixing("MixUp", "CutMix")
    is_pasted = [len(both(*batch(2))[0][0].unique()) == 2 for _ in range(200)]  # else it has one blended level
    assert 60 < sum(is_pasted) < 140


def test_without_mixers_nothing_is_drawn():
    images, labels = batch()
    before = torch.get_rng_state()
    same, classes = mixing()(images, labels)
    assert same is images
    assert classes is labels
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("word", ["MixUp", "CutMix"])
def test_an_image_alone_stays_itself(word):
    images, labels = batch(1)
    mixed, shares = mixing(word)(images, labels)
    torch.testing.assert_close(mixed, images)
    torch.testing.assert_close(shares, one_hot(labels, 3).float())


def test_accuracy_is_the_share_of_the_class_that_was_found():
    logits = torch.tensor([[3.0, 1.0, 0.0], [0.0, 1.0, 2.0], [0.0, 9.0, 2.0]])
    shares = torch.tensor([[0.7, 0.3, 0.0], [0.6, 0.4, 0.0], [0.1, 0.4, 0.5]])
    assert accuracy(logits, shares).item() == pytest.approx((0.7 + 0.0 + 0.4) / 3)
    assert accuracy(logits, torch.tensor([0, 1, 1])).item() == pytest.approx(2 / 3)


def halves(images, labels):
    """A mixer that looks at one image at a time, so that parts of a batch are mixed as the whole."""
    return images, 0.5 * (one_hot(labels, 10) + one_hot((labels + 1) % 10, 10))


@pytest.mark.parametrize("mix", [[], ["MixUp"]], ids=["classes", "probabilities"])
@pytest.mark.parametrize("word", ["CrossEntropyLoss", "FocalLoss"])
def test_gradients_of_parts_add_up_to_that_of_the_batch(plan, mix, word):
    steps = ClassificationSteps(plan(mix, loss={"type": word, **WEIGHTED}), CPU)
    steps.network.eval()  # batch normalization sees the parts
    if mix:
        steps.mixing.mixers = (halves,)
    (images, labels), *_ = (each.tensors for each in steps.train.epoch(1))
    found = []
    for cuts in ([], [5, 7]):
        steps.network.zero_grad()
        for part in zip(images.tensor_split(cuts), labels.tensor_split(cuts), strict=True):
            share = steps.weight(part) / steps.weight((images, labels))
            (steps.forward(steps.network, part).losses["loss"] * share).backward()
        found.append([parameter.grad for parameter in steps.network.parameters()])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_evaluation_mixes_nothing_and_weighs_by_class(plan):
    """Its loss is that of all validation images at once, divided by their weights."""
    steps = ClassificationSteps(plan(loss={"type": "CrossEntropyLoss", **WEIGHTED}), CPU)
    network, evaluator = steps.network.eval(), steps.evaluator("val")
    before = torch.get_rng_state()
    batches = [each.tensors for each in steps.evaluated["val"].epoch(1)]
    with torch.no_grad():
        for each in batches:
            evaluator.step(network, each)
        images, labels = (torch.cat(tensors) for tensors in zip(*batches, strict=True))
        expected = steps.criterion(network(steps.pipelines["val"].normalize(images)), labels)
    assert evaluator.results()["loss"] == pytest.approx(expected.item(), rel=1e-5)
    assert torch.equal(before, torch.get_rng_state())


class Dead(Exception):
    """As if the process were killed: nothing is saved behind the last step."""


class Killed(Told):
    def step(self, epoch, step, steps, losses):
        if (epoch, step) == self.stop_at:
            raise Dead


def train(plan, folder, told):
    run, families = RunDirectory(folder), []

    class Family(ClassificationFamily):
        def steps(self, plan, world):
            families.append(super().steps(plan, world))
            return families[0]

    run.path.mkdir(parents=True, exist_ok=True)
    train_here(Family(), plan, run, CPU, told)
    return weights_of(families[0])


@pytest.mark.parametrize("settings", [{}, {"accumulate": 3}], ids=["whole batches", "in parts"])
def test_a_run_that_was_killed_ends_with_the_same_bits(plan, tmp_path, settings):
    planned = plan(train={"checkpoint_minutes": 1e-9, **settings}, loss="FocalLoss")
    unbroken, rest = Told(), Told()
    whole = train(planned, tmp_path / "unbroken", unbroken)
    with pytest.raises(Dead):
        train(planned, tmp_path / "broken", Killed((2, 3)))
    assert same_weights(whole, train(planned, tmp_path / "broken", rest))
    assert rest.rows[2] == unbroken.rows[2]
    assert rest.first == 2


def test_a_seed_draws_the_same_mixtures_twice(plan, tmp_path):
    mixed, again = (train(plan(), tmp_path / name, Told()) for name in "ab")
    assert same_weights(mixed, again)
    assert not same_weights(mixed, train(plan([]), tmp_path / "c", Told()))
