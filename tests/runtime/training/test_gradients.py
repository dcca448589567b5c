"""`inspect.gradients`: what is recorded of gradients, against norms that the test takes itself."""

import math
import statistics
from collections import OrderedDict

import pytest
import torch

from recipe.runtime.gradients_table import GradientRow, GradientTable, read_gradients, write_gradients
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.steps import Forward
from recipe.runtime.training.descent import Descent, build_descent
from recipe.runtime.training.gradients import REDUCTIONS, group_of
from recipe.runtime.training.schedule import Schedule
from recipe.schemas.diagnostics import Interrupted
from tests.runtime.training.toy import ToySteps, same_weights, toy_plan, train_toy, weights_of

ALL = {"exclude": []}


def watched(train=None, hardware=None, gradients=ALL, **sections):
    return toy_plan(train, hardware, inspect={"gradients": gradients}, **sections)


def table_of(folder):
    return read_gradients(RunDirectory(folder))


class Watching(ToySteps):
    """Takes the norm of each gradient by itself, where the gradients of a step are whole and not yet clipped."""

    def __init__(self, plan, world):
        super().__init__(plan, world)
        self.network = self.changed(self.network)
        self.descent = build_descent(plan.recipe, self.network, len(self.train))
        self.updates, self.seen, clip = (self.descent,), [], self.descent.clip

        def watching():
            named = self.network.named_parameters()
            self.seen.append({name: float(each.grad.norm()) for name, each in named if each.grad is not None})
            return clip()

        self.descent.clip = watching

    def changed(self, network):
        return network

    def means(self, epoch, steps=6):
        """Of each parameter, over the steps of an epoch that had a gradient for it."""
        seen = self.seen[steps * (epoch - 1) : steps * epoch]
        names = [name for name, _ in self.network.named_parameters()]
        found = {name: [each[name] for each in seen if name in each] for name in names}
        return {name: statistics.fmean(values) for name, values in found.items() if values}


@pytest.mark.parametrize(
    ("train", "precision"),
    [({}, "fp32"), ({"accumulate": 3}, "fp32"), ({"clip_grad_norm": 0.01}, "fp32"), ({"clip_grad_norm": 0.01}, "fp16")],
    ids=["plain", "in parts", "clipped", "scaled and clipped"],
)
def test_norms_are_those_of_the_whole_gradient_before_clipping(tmp_path, train, precision):
    plan = watched(train, {"precision": precision}, {**ALL, "group_by": "layer", "reduce": "max"})
    _, live, _ = train_toy(plan, tmp_path, Watching)
    table = table_of(tmp_path)
    assert table.groups == ("0", "1", "4")
    assert [row.epoch for row in table.rows] == [1, 2, 3]
    for row in table.rows:
        means = live.means(row.epoch)
        expected = [max(means[f"{layer}.weight"], means[f"{layer}.bias"]) for layer in table.groups]
        assert row.norms == pytest.approx(expected, rel=1e-5)


REDUCED = {
    "median": lambda norms: (sorted(norms)[1] + sorted(norms)[2]) / 2,
    "mean": lambda norms: sum(norms) / 4,
    "max": max,
    "rms": lambda norms: math.sqrt(sum(norm**2 for norm in norms) / 4),
}


class InBlocks(Watching):
    """The same layers, in two blocks; a parameter stands alone beside them."""

    def changed(self, network):
        *body, last = network
        blocks = torch.nn.Sequential(OrderedDict(body=torch.nn.Sequential(*body), fc=last))
        blocks.scale = torch.nn.Parameter(torch.ones(()))
        return blocks

    def forward(self, network, tensors):
        inputs, labels = tensors
        loss = torch.nn.functional.cross_entropy(network(inputs) * self.network.scale, labels)
        return Forward({"loss": loss})


@pytest.mark.parametrize("reduce", REDUCED)
def test_a_block_is_an_outermost_module_and_its_norms_are_reduced(tmp_path, reduce):
    _, live, _ = train_toy(watched(gradients={**ALL, "reduce": reduce}), tmp_path, InBlocks)
    table, means = table_of(tmp_path), live.means(1)
    assert table.groups == ("scale", "body", "fc")
    body = [norm for name, norm in means.items() if name.startswith("body.")]
    assert len(body) == 4
    assert table.rows[0].norms[:2] == pytest.approx((means["scale"], REDUCED[reduce](body)), rel=1e-5)


def test_what_a_number_for_several_norms_is():
    norms = torch.tensor([4.0, 1.0, 2.0], dtype=torch.float64)
    found = {name: float(reduction(norms)) for name, reduction in REDUCTIONS.items()}
    assert found == pytest.approx({"median": 2.0, "mean": 7 / 3, "max": 4.0, "rms": math.sqrt(7)})
    assert all(math.isnan(reduction(torch.tensor([1.0, math.nan, 2.0]))) for reduction in REDUCTIONS.values())


def test_groups_by_name():
    assert group_of("layer1.0.conv1.weight", "block") == "layer1"
    assert group_of("layer1.0.conv1.weight", "layer") == "layer1.0.conv1"
    assert [group_of("token", by) for by in ("block", "layer")] == ["token", "token"]


def test_the_class_head_and_biases_are_left_out_by_default(tmp_path):
    _, live, _ = train_toy(watched(gradients={"reduce": "max"}), tmp_path, InBlocks)
    table, means = table_of(tmp_path), live.means(1)
    assert table.groups == ("scale", "body")
    weights = [norm for name, norm in means.items() if name.startswith("body.") and name.endswith("weight")]
    assert table.rows[0].norms[1] == pytest.approx(max(weights), rel=1e-5)


class Seldom(InBlocks):
    """The lone parameter has a gradient in every second step, and no layer of the second block ever has one."""

    steps = 0

    def changed(self, network):
        blocks = super().changed(network)
        blocks.fc.requires_grad_(False)
        return blocks

    def forward(self, network, tensors):
        self.steps += network.training
        logits = network(tensors[0]) * (self.network.scale if self.steps % 2 else 1.0)
        return Forward({"loss": torch.nn.functional.cross_entropy(logits, tensors[1])})


def test_a_gradient_that_is_not_there_is_left_out_of_the_mean(tmp_path):
    _, live, _ = train_toy(watched(), tmp_path, Seldom)
    table = table_of(tmp_path)
    scale, _, head = table.rows[1].norms
    assert sum("scale" in each for each in live.seen[6:12]) == 3
    assert scale == pytest.approx(live.means(2)["scale"], rel=1e-5)
    assert head is None
    assert (tmp_path / "gradients.csv").read_text().splitlines()[1].endswith(",")


class Diverging(Watching):
    """The second step of the second epoch has a loss that is no number, or a gradient that is too large for fp16."""

    factor = math.nan

    def forward(self, network, tensors):
        forward = super().forward(network, tensors)
        self.passes = getattr(self, "passes", 0) + network.training
        bad = self.factor if network.training and self.passes == 8 else 1.0
        return Forward({"loss": forward.losses["loss"] * bad}, forward.metrics)


class Overflowing(Diverging):
    factor = 1e38


@pytest.mark.parametrize(
    ("steps", "train", "hardware"),
    [(Diverging, {"on_nan": "skip"}, {}), (Overflowing, {}, {"precision": "fp16"})],
    ids=["left out", "of too large a scale"],
)
def test_a_step_that_is_not_taken_is_not_counted(tmp_path, steps, train, hardware):
    _, live, _ = train_toy(watched(train, hardware, {**ALL, "group_by": "layer", "reduce": "max"}), tmp_path, steps)
    taken = [each for each in live.seen[6:] if all(map(math.isfinite, each.values()))][:5]
    assert len(live.seen) == (17 if train else 18)
    expected = [
        max(statistics.fmean(each[f"{n}.{kind}"] for each in taken) for kind in ("weight", "bias")) for n in (0, 1, 4)
    ]
    assert table_of(tmp_path).rows[1].norms == pytest.approx(expected, rel=1e-5)


def test_only_every_so_many_epochs(tmp_path):
    _, live, _ = train_toy(watched({"epochs": 5}, gradients={**ALL, "every": 2, "reduce": "max"}), tmp_path, Watching)
    table = table_of(tmp_path)
    assert [row.epoch for row in table.rows] == [2, 4]
    for row in table.rows:
        means = live.means(row.epoch)
        assert row.norms[0] == pytest.approx(max(means["0.weight"], means["0.bias"]), rel=1e-5)


def test_recording_changes_no_weight_and_without_it_there_is_no_file(tmp_path):
    _, live, _ = train_toy(watched({"clip_grad_norm": 0.1}), tmp_path / "watched")
    told, plain, _ = train_toy(toy_plan({"clip_grad_norm": 0.1}), tmp_path / "plain")
    assert same_weights(weights_of(live), weights_of(plain))
    assert table_of(tmp_path / "plain") is None
    assert told.effective["inspect.gradients"] is None


class TwoOptimizers(Watching):
    """The bias of the last layer follows a loss of its own."""

    def __init__(self, plan, world):
        super().__init__(plan, world)
        own = self.network[4].bias
        for group in self.descent.optimizer.param_groups:
            group["params"] = [parameter for parameter in group["params"] if parameter is not own]
        second = torch.optim.SGD([{"params": [own], "name": "aux", "lr": 0.5}], lr=0.5)
        constant = Schedule(None, second, lr=0.5, steps_per_epoch=6, epochs=3, higher_is_better=bool)
        self.updates = (self.descent, Descent(second, constant, loss="auxiliary", clip_grad_norm=1e-3))

    def forward(self, network, tensors):
        forward = super().forward(network, tensors)
        return Forward({**forward.losses, "auxiliary": ((self.network[4].bias - 3.0) ** 2).sum()})


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_several_optimizers_make_one_gradient(tmp_path, precision):
    plan = watched({}, {"precision": precision}, {"exclude": ["weight"], "group_by": "layer"})
    _, live, _ = train_toy(plan, tmp_path, TwoOptimizers)
    means = live.means(1)
    expected = [means[f"{layer}.bias"] for layer in (0, 1, 4)]
    assert table_of(tmp_path).rows[0].norms == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("stop_at", [(1, 1), (1, 6), (2, 3), (3, 6)])
def test_a_stopped_and_resumed_run_records_the_same_bits(tmp_path, stop_at):
    plan = watched(gradients={**ALL, "every": 1 + stop_at[0] % 2})
    train_toy(plan, tmp_path / "unbroken")
    with pytest.raises(Interrupted):
        train_toy(plan, tmp_path / "broken", stop_at=stop_at)
    train_toy(plan, tmp_path / "broken")
    files = [(tmp_path / name / "gradients.csv").read_bytes() for name in ("unbroken", "broken")]
    assert files[0] == files[1]
    assert files[0].count(b"\n") == (4 if stop_at[0] == 2 else 2)


def test_rows_that_the_checkpoint_does_not_know_are_recorded_again(tmp_path):
    """As of a run that was killed between the table and the checkpoint; or that has lost the table."""
    train_toy(watched(), tmp_path / "whole")
    whole = (tmp_path / "whole" / "gradients.csv").read_bytes()
    with pytest.raises(Interrupted):
        train_toy(watched(), tmp_path / "broken", stop_at=(3, 1))
    (tmp_path / "broken" / "gradients.csv").write_bytes(whole)
    with pytest.raises(Interrupted):
        train_toy(watched(), tmp_path / "broken", stop_at=(3, 2))
    assert [row.epoch for row in table_of(tmp_path / "broken").rows] == [1, 2]
    (tmp_path / "broken" / "gradients.csv").unlink()
    train_toy(watched(), tmp_path / "broken")
    assert (tmp_path / "broken" / "gradients.csv").read_bytes() == whole


def test_a_run_that_goes_on_from_another_has_rows_of_its_own(tmp_path):
    with pytest.raises(Interrupted):
        train_toy(watched(gradients={**ALL, "group_by": "layer"}), tmp_path / "a", stop_at=(3, 2))
    last = str(tmp_path / "a" / "checkpoints" / "last.pt")
    train_toy(watched({"epochs": 4, "resume_from": last}, gradients={}), tmp_path / "b")
    assert [row.epoch for row in table_of(tmp_path / "b").rows] == [3, 4]
    train_toy(watched({"epochs": 4, "resume_from": last}, gradients={}), tmp_path / "b")
    assert [row.epoch for row in table_of(tmp_path / "b").rows] == [3, 4]


def test_a_checkpoint_without_gradients_is_gone_on_from(tmp_path):
    """Of a run that did not record them, or of a version that could not."""
    train_toy(toy_plan(), tmp_path / "a")
    last = tmp_path / "a" / "checkpoints" / "last.pt"
    state = torch.load(last)
    assert state.pop("gradients") is None
    torch.save(state, last)
    train_toy(watched({"epochs": 5, "resume_from": str(last)}), tmp_path / "b")
    assert [row.epoch for row in table_of(tmp_path / "b").rows] == [4, 5]


def test_the_table_reads_back_as_it_was_written(tmp_path):
    table = GradientTable(
        ("a", "b,c", "epoch"), (GradientRow(1, (0.1, None, 1e-30)), GradientRow(3, (math.inf, 2.0, 0.0)))
    )
    run = RunDirectory(tmp_path)
    write_gradients(run, table)
    assert read_gradients(run) == table
    assert run.gradients.read_text().startswith('epoch,a,"b,c",epoch\n1,0.1,,1e-30\n3,inf,2.0,0.0\n')
    write_gradients(run, table._replace(rows=()))
    assert read_gradients(run) == GradientTable(table.groups, ())
