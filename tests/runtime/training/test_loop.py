"""The training loop with a family of the test's own."""

import math

import pytest
import torch

from recipe.runtime.steps import Forward
from recipe.runtime.training.descent import Descent, clip
from recipe.runtime.training.schedule import Schedule
from recipe.schemas.diagnostics import Interrupted, RecipeError
from recipe.schemas.run import Origin
from tests.runtime.training.toy import ToySteps, same_weights, toy_plan, train_toy, weights_of

DIES = [(1, 1), (1, 6), (2, 3), (3, 6)]


def test_two_runs_of_a_seed_are_the_same_and_another_seed_is_another_run(tmp_path):
    plan = toy_plan()
    one, live, _ = train_toy(plan, tmp_path / "a")
    other, again, _ = train_toy(plan, tmp_path / "b")
    assert one.rows == other.rows
    assert same_weights(weights_of(live), weights_of(again))
    _, third, _ = train_toy(toy_plan(seed=1), tmp_path / "c")
    assert not same_weights(weights_of(live), weights_of(third))


@pytest.mark.parametrize("stop_at", DIES)
@pytest.mark.parametrize(
    "train",
    [{}, {"ema": {"decay": 0.9}}, {"accumulate": 3}, {"clip_grad_norm": 0.1}],
    ids=["plain", "average", "in parts", "clipped"],
)
def test_a_stopped_and_resumed_run_ends_with_the_same_bits(tmp_path, stop_at, train):
    plan = toy_plan(train, scheduler={"type": "OneCycleLR", "interval": "step"})
    unbroken, live, outcome = train_toy(plan, tmp_path / "unbroken")
    with pytest.raises(Interrupted):
        train_toy(plan, tmp_path / "broken", stop_at=stop_at)
    rest, resumed, other_outcome = train_toy(plan, tmp_path / "broken")
    assert same_weights(weights_of(live), weights_of(resumed))
    assert rest.rows.items() <= unbroken.rows.items()
    assert set(range(stop_at[0], 4)) <= set(rest.rows)
    assert outcome[:3] == other_outcome[:3]
    states = [torch.load(tmp_path / name / "checkpoints" / "best.pt") for name in ("unbroken", "broken")]
    assert same_weights(states[0]["network"], states[1]["network"])


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_mixed_precision_trains_and_resumes(tmp_path, precision):
    plan = toy_plan(hardware={"precision": precision})
    unbroken, live, _ = train_toy(plan, tmp_path / "unbroken")
    with pytest.raises(Interrupted):
        train_toy(plan, tmp_path / "broken", stop_at=(2, 2))
    _, resumed, _ = train_toy(plan, tmp_path / "broken")
    assert same_weights(weights_of(live), weights_of(resumed))
    assert unbroken.effective["hardware.precision"] == precision
    _, exact, _ = train_toy(toy_plan(), tmp_path / "exact")
    assert not same_weights(weights_of(live), weights_of(exact))


class NoBatchNorm(ToySteps):
    normalize = False


def test_a_batch_in_parts_is_the_same_step(tmp_path):
    """Parts of unequal sizes count by their samples: 8 in 3 parts, and 4 in the last batch."""
    whole, live, _ = train_toy(toy_plan(), tmp_path / "whole", NoBatchNorm)
    parts, split, _ = train_toy(toy_plan({"accumulate": 3}), tmp_path / "parts", NoBatchNorm)
    for name, tensor in weights_of(live).items():
        torch.testing.assert_close(weights_of(split)[name], tensor, rtol=1e-4, atol=1e-6)
    assert whole.rows[3]["train/loss"] == pytest.approx(parts.rows[3]["train/loss"], rel=1e-4)


def test_clipping_bounds_the_step(tmp_path):
    plan = toy_plan({"epochs": 1, "batch_size": 44, "clip_grad_norm": 0.01}, optimizer={"type": "SGD", "lr": 1.0})
    before = {}

    class Remembering(ToySteps):
        def __init__(self, *args):
            super().__init__(*args)
            before.update(weights_of(self))

    _, live, _ = train_toy(plan, tmp_path, Remembering)
    moved = [weights_of(live)[name] - before[name] for name, _ in live.network.named_parameters()]
    assert math.sqrt(sum(float((part**2).sum()) for part in moved)) == pytest.approx(0.01, rel=1e-3)


def test_the_average_is_what_is_evaluated(tmp_path):
    _, live, _ = train_toy(toy_plan({"ema": {"decay": 0.9}}), tmp_path)
    state = torch.load(tmp_path / "checkpoints" / "last.pt")
    assert not same_weights(state["average"], state["network"])
    network = ToySteps(toy_plan(), live.world).network
    network.load_state_dict(state["average"])
    network.eval()
    inputs, labels = live.evaluated["val"]._samples.inputs, live.evaluated["val"]._samples.labels
    accuracy = float((network(inputs).argmax(1) == labels).float().mean())
    assert state["progress"]["values"]["val/accuracy"] == pytest.approx(accuracy)


def test_early_stopping_counts_only_what_improves_by_the_delta(tmp_path):
    stopping = {"monitor": "val/loss", "patience": 2, "min_delta": 10.0}
    told, _, outcome = train_toy(toy_plan({"epochs": 9, "early_stopping": stopping}), tmp_path)
    assert sorted(told.rows) == [1, 2, 3]
    assert outcome.epochs_completed == 3


def test_a_run_that_has_stopped_early_is_not_trained_on(tmp_path):
    plan = toy_plan({"epochs": 9, "early_stopping": {"monitor": "val/loss", "patience": 2, "min_delta": 10.0}})
    train_toy(plan, tmp_path)
    again, _, outcome = train_toy(plan, tmp_path)
    assert again.steps == []
    assert outcome.epochs_completed == 3


class Diverging(ToySteps):
    """The second batch of the second epoch gives a loss that is no number."""

    def forward(self, network, tensors):
        forward = super().forward(network, tensors)
        self.passes = getattr(self, "passes", 0) + network.training
        bad = math.nan if network.training and self.passes == 8 else 1.0
        return Forward({"loss": forward.losses["loss"] * bad}, forward.metrics)


def test_a_loss_that_is_no_number_stops_the_run_and_names_the_samples(tmp_path):
    with pytest.raises(RecipeError) as raised:
        train_toy(toy_plan(), tmp_path, Diverging)
    problem = raised.value.diagnostics[0]
    assert problem.code == "R810"
    assert "epoch 2, step 2" in problem.message
    assert "sample-" in problem.help[0]
    assert "epoch 1" in problem.help[1]
    assert torch.load(tmp_path / "checkpoints" / "last.pt")["progress"]["epoch"] == 2


def test_or_is_left_out_without_a_trace(tmp_path):
    told, live, _ = train_toy(toy_plan({"on_nan": "skip"}), tmp_path / "a", Diverging)
    assert [told.rows[epoch]["train/skipped"] for epoch in (1, 2, 3)] == [0, 1, 0]
    assert all(torch.isfinite(tensor).all() for tensor in weights_of(live).values())
    assert math.isfinite(told.rows[2]["train/loss"])


class Narrow(NoBatchNorm):
    """A device with room for three samples."""

    def forward(self, network, tensors):
        if network.training and len(tensors[0]) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return super().forward(network, tensors)


def test_without_memory_for_a_batch_it_is_split_and_the_step_is_the_same(tmp_path):
    told, live, _ = train_toy(toy_plan(hardware={"oom_recovery": ["accumulate"]}), tmp_path / "narrow", Narrow)
    assert told.amendments == [("train.accumulate", 1, 2), ("train.accumulate", 2, 4)]
    _, wide, _ = train_toy(toy_plan({"accumulate": 4}), tmp_path / "wide", NoBatchNorm)
    assert same_weights(weights_of(live), weights_of(wide))


def test_when_the_ladder_is_at_its_end_the_run_stops(tmp_path):
    with pytest.raises(torch.OutOfMemoryError):
        train_toy(toy_plan(hardware={"oom_recovery": []}), tmp_path / "a", Narrow)

    class NoRoom(ToySteps):
        def forward(self, network, tensors):
            raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(torch.OutOfMemoryError):
        train_toy(toy_plan(hardware={"oom_recovery": ["accumulate", "precision"]}), tmp_path / "b", NoRoom)


class Auxiliary(ToySteps):
    """As in learned compression: the bias of the last layer has an optimizer, a loss and a rate of its own."""

    def __init__(self, plan, world):
        super().__init__(plan, world)
        own = self.network[4].bias
        for group in self.descent.optimizer.param_groups:
            group["params"] = [parameter for parameter in group["params"] if parameter is not own]
        second = torch.optim.SGD([{"params": [own], "name": "aux", "lr": 0.5}], lr=0.5)
        constant = Schedule(None, second, lr=0.5, steps_per_epoch=6, epochs=3, higher_is_better=bool)
        self.updates = (self.descent, Descent(second, constant, loss="auxiliary"))

    def forward(self, network, tensors):
        forward = super().forward(network, tensors)
        bias = self.network[4].bias
        return Forward({**forward.losses, "auxiliary": ((bias - 3.0) ** 2).sum()}, forward.metrics)


def test_a_second_optimizer_follows_a_loss_of_its_own(tmp_path):
    told, live, _ = train_toy(toy_plan(), tmp_path / "unbroken", Auxiliary)
    assert live.network[4].bias.detach() == pytest.approx(torch.tensor([3.0, 3.0]), abs=0.3)
    assert told.rows[3]["train/auxiliary"] < told.rows[1]["train/auxiliary"]
    assert told.rows[3]["lr/aux"] == 0.5
    with pytest.raises(Interrupted):
        train_toy(toy_plan(), tmp_path / "broken", Auxiliary, stop_at=(2, 4))
    _, resumed, _ = train_toy(toy_plan(), tmp_path / "broken", Auxiliary)
    assert same_weights(weights_of(live), weights_of(resumed))


class Balancing:
    """As balanced optimization does: its own backward over several losses, whose weights follow what a step brought."""

    def __init__(self, descent):
        self.descent, self.optimizer = descent, descent.optimizer
        self.logits, self.before = torch.zeros(2), None

    def backward(self, forward, scaled, retain_graph):
        losses = torch.stack([forward.losses["loss"], forward.losses["size"]])
        self.before = losses.detach()
        scaled((self.logits.softmax(0) * losses.log()).sum()).backward(retain_graph=retain_graph)

    def clip(self):
        return clip(self.optimizer, None)

    def after_step(self, again):
        after = again()
        brought = self.before.log() - torch.tensor([after["loss"], after["size"]]).log()
        self.logits -= 0.5 * (brought - brought.mean())

    def step_done(self):
        self.descent.step_done()

    def epoch_done(self, values):
        self.descent.epoch_done(values)

    def rates(self):
        return self.descent.rates()

    def state_dict(self):
        return {"descent": self.descent.state_dict(), "logits": self.logits}

    def load_state_dict(self, state):
        self.descent.load_state_dict(state["descent"])
        self.logits = state["logits"].clone()


class Balanced(ToySteps):
    def __init__(self, plan, world):
        super().__init__(plan, world)
        self.updates = (Balancing(self.descent),)

    def forward(self, network, tensors):
        forward = super().forward(network, tensors)
        size = sum((weight**2).sum() for weight in self.network.parameters()) + 1.0
        return Forward({**forward.losses, "size": size}, forward.metrics)


def test_an_update_can_own_its_backward_and_look_at_the_step_again(tmp_path):
    told, live, _ = train_toy(toy_plan(), tmp_path / "unbroken", Balanced)
    assert float(live.updates[0].logits.abs().sum()) > 0
    assert told.rows[3]["train/size"] < told.rows[1]["train/size"]
    with pytest.raises(Interrupted):
        train_toy(toy_plan(), tmp_path / "broken", Balanced, stop_at=(2, 4))
    _, resumed, _ = train_toy(toy_plan(), tmp_path / "broken", Balanced)
    assert same_weights(weights_of(live), weights_of(resumed))
    assert torch.equal(live.updates[0].logits, resumed.updates[0].logits)


def test_checkpoints_are_kept_and_pruned(tmp_path):
    train_toy(toy_plan({"epochs": 7, "checkpoint_every": 2, "checkpoint_keep": 2}), tmp_path)
    assert sorted(file.name for file in (tmp_path / "checkpoints").iterdir()) == [
        "best.pt",
        "epoch0004.pt",
        "epoch0006.pt",
        "last.pt",
    ]
    assert torch.load(tmp_path / "checkpoints" / "epoch0004.pt")["progress"]["epoch"] == 5


def test_the_state_is_saved_within_an_epoch_when_time_has_passed(tmp_path):
    saved = []

    class Watching(ToySteps):
        def forward(self, network, tensors):
            last = tmp_path / "checkpoints" / "last.pt"
            if last.exists():
                saved.append(torch.load(last)["progress"]["step"])
            return super().forward(network, tensors)

    train_toy(toy_plan({"epochs": 1, "checkpoint_minutes": 1e-9}), tmp_path, Watching)
    assert set(saved) & set(range(1, 6))


def test_weights_of_another_run(tmp_path):
    train_toy(toy_plan({"ema": {"decay": 0.5}}), tmp_path / "donor")
    file = tmp_path / "donor" / "checkpoints" / "last.pt"
    begun = {}

    class Looking(ToySteps):
        def forward(self, network, tensors):
            begun.setdefault("weights", weights_of(self))
            return super().forward(network, tensors)

    told, _, _ = train_toy(toy_plan({"init_from": str(file)}), tmp_path / "heir", Looking)
    assert told.first == 1
    average = torch.load(file)["average"]
    assert same_weights(begun["weights"], average)
    assert told.effective["train.init_from"] == str(file)


def test_the_whole_state_of_another_run(tmp_path):
    train_toy(toy_plan({"epochs": 2}), tmp_path / "short")
    file = tmp_path / "short" / "checkpoints" / "last.pt"
    longer, live, outcome = train_toy(toy_plan({"epochs": 4, "resume_from": str(file)}), tmp_path / "longer")
    assert outcome.origin == Origin(file=str(file), name="toy", digest="0" * 64, epochs=2)
    whole, unbroken, _ = train_toy(toy_plan({"epochs": 4}), tmp_path / "whole")
    assert longer.first == 3
    assert longer.rows[4] == whole.rows[4]
    assert same_weights(weights_of(live), weights_of(unbroken))


@pytest.mark.parametrize(
    ("setting", "change", "words"),
    [
        ("init_from", {}, "is no checkpoint"),
        ("resume_from", {}, "is no checkpoint"),
        ("init_from", {"absent": True}, "does not exist"),
    ],
)
def test_a_file_that_is_no_checkpoint(tmp_path, setting, change, words):
    file = tmp_path / "weights.pt"
    if not change:
        file.write_bytes(b"<html>not found</html>")
    with pytest.raises(RecipeError) as raised:
        train_toy(toy_plan({setting: str(file)}), tmp_path / "run")
    problem = raised.value.diagnostics[0]
    assert (problem.code, problem.path) == ("R606", ("train", setting))
    assert words in problem.message


def test_a_checkpoint_of_another_model_or_optimizer(tmp_path):
    train_toy(toy_plan(), tmp_path / "donor")
    file = str(tmp_path / "donor" / "checkpoints" / "last.pt")
    with pytest.raises(RecipeError, match=r"`1\.bias` is 8 there and absent here|are of another model"):
        train_toy(toy_plan({"init_from": file}), tmp_path / "a", NoBatchNormButWider)
    with pytest.raises(RecipeError, match="of another training"):
        train_toy(toy_plan({"resume_from": file}, layer_lr={"rates": {"0": 0.1}}), tmp_path / "b")


class NoBatchNormButWider(ToySteps):
    def __init__(self, plan, world):
        super().__init__(plan, world)
        self.network = torch.nn.Linear(6, 2)
        self.descent = build_descent_for(plan.recipe, self.network)
        self.updates = (self.descent,)


def build_descent_for(recipe, network):
    from recipe.runtime.training.descent import build_descent

    return build_descent(recipe, network, 6)
