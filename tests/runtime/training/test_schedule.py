import itertools
import math
import warnings

import pytest
import torch

from recipe.runtime.training.schedule import Schedule
from recipe.schemas.schedulers import Scheduler

LR, STEPS, COUNTS = 0.2, 4, 30
FIRST_RATES = {"weight": 0.2, "backbone": 0.003}
THEIRS = torch.optim.lr_scheduler

TABLE = {
    "ConstantLR": ({"factor": 0.5, "total_iters": 7}, lambda o: THEIRS.ConstantLR(o, 0.5, 7)),
    "CosineAnnealingLR": ({"T_max": 20, "eta_min": 0.01}, lambda o: THEIRS.CosineAnnealingLR(o, 20, 0.01)),
    "CosineAnnealingWarmRestarts": (
        {"T_0": 4, "T_mult": 2, "eta_min": 0.01},
        lambda o: THEIRS.CosineAnnealingWarmRestarts(o, 4, 2, 0.01),
    ),
    "CyclicLR": (
        {"max_lr": 0.5, "step_size_up": 4, "step_size_down": 3, "mode": "exp_range", "gamma": 0.9, "max_momentum": 0.95},
        lambda o: THEIRS.CyclicLR(o, LR, 0.5, 4, 3, "exp_range", 0.9, max_momentum=0.95),
    ),
    "ExponentialLR": ({"gamma": 0.9}, lambda o: THEIRS.ExponentialLR(o, 0.9)),
    "LinearLR": (
        {"start_factor": 0.5, "end_factor": 0.1, "total_iters": 9},
        lambda o: THEIRS.LinearLR(o, 0.5, 0.1, 9),
    ),
    "MultiStepLR": ({"milestones": [9, 3, 9], "gamma": 0.5}, lambda o: THEIRS.MultiStepLR(o, [9, 3, 9], 0.5)),
    "OneCycleLR": (
        {"pct_start": 0.4, "div_factor": 3.0, "final_div_factor": 7.0, "base_momentum": 0.7, "three_phase": True},
        lambda o: THEIRS.OneCycleLR(
            o, LR, COUNTS, pct_start=0.4, div_factor=3.0, final_div_factor=7.0, base_momentum=0.7, three_phase=True
        ),
    ),
    "PolynomialLR": ({"total_iters": 25, "power": 2.0}, lambda o: THEIRS.PolynomialLR(o, 25, 2.0)),
    "StepLR": ({"step_size": 4, "gamma": 0.7}, lambda o: THEIRS.StepLR(o, 4, 0.7)),
    "SequentialLR": (
        {
            "schedulers": [
                {"type": "LinearLR", "start_factor": 0.1, "total_iters": 5},
                {"type": "MultiStepLR", "milestones": [4]},
                {"type": "CosineAnnealingWarmRestarts", "T_0": 6},
            ],
            "milestones": [5, 14],
        },
        lambda o: THEIRS.SequentialLR(
            o,
            [
                THEIRS.LinearLR(o, 0.1, total_iters=5),
                THEIRS.MultiStepLR(o, [4]),
                THEIRS.CosineAnnealingWarmRestarts(o, 6),
            ],
            [5, 14],
        ),
    ),
    "ChainedScheduler": (
        {"schedulers": [{"type": "ConstantLR", "factor": 0.2}, {"type": "StepLR", "step_size": 6}]},
        lambda o: THEIRS.ChainedScheduler([THEIRS.ConstantLR(o, 0.2), THEIRS.StepLR(o, 6)]),
    ),
}  # fmt: skip
INTERVALS = ("epoch", "step")


def optimizer_of(make=torch.optim.SGD, **options):
    groups = [
        {"params": [torch.nn.Parameter(torch.zeros(2))], "lr": lr, "name": name} for name, lr in FIRST_RATES.items()
    ]
    return make(groups, lr=LR, **options)


def schedule_of(word, fields, optimizer=None, epochs=COUNTS, steps=STEPS, higher=False):
    component = Scheduler.parse({"type": word, **fields})
    return Schedule(component, optimizer or optimizer_of(), LR, steps, epochs, lambda _metric: higher)


def count(schedule, interval="epoch", values=None):
    """Lead the schedule through one count of it, as a training loop does."""
    schedule.step_done()
    if interval == "epoch":
        schedule.epoch_done(values or {})


def series(schedule, interval="epoch", counts=COUNTS, metric=None):
    """The rate of `weight` that each count is trained with."""
    found = []
    for index in range(counts):
        found.append(schedule.rates()["lr/weight"])
        count(schedule, interval, {} if metric is None else {"val/loss": metric(index)})
    return found


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("word", TABLE)
def test_rates_are_those_of_torch(word, interval):
    fields, build = TABLE[word]
    plain = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)
    theirs, rates, momenta = build(plain), [], []
    for _ in range(COUNTS):
        rates.append(plain.param_groups[0]["lr"])
        momenta.append(plain.param_groups[0]["momentum"])
        plain.step()
        theirs.step()
    steps, epochs = (STEPS, COUNTS) if interval == "epoch" else (COUNTS, 1)
    optimizer = optimizer_of()
    schedule = schedule_of(word, {**fields, "interval": interval}, optimizer, epochs, steps)
    for rate, momentum in zip(rates, momenta, strict=True):
        live = [group["lr"] for group in optimizer.param_groups]
        assert live[0] == pytest.approx(rate, rel=1e-12)
        assert live[1] == pytest.approx(rate * FIRST_RATES["backbone"] / LR, rel=1e-12)
        assert [group["momentum"] for group in optimizer.param_groups] == [momentum, momentum]
        count(schedule, interval)


def test_betas_follow_where_an_optimizer_has_no_momentum():
    optimizer = optimizer_of(torch.optim.AdamW, betas=(0.5, 0.9))
    schedule = schedule_of("OneCycleLR", {}, optimizer)
    assert [group["betas"] for group in optimizer.param_groups] == [(0.95, 0.9)] * 2
    series(schedule, counts=9)
    assert optimizer.param_groups[1]["betas"][0] < 0.86


@pytest.mark.parametrize("higher", [False, True])
def test_a_plateau_lowers_the_rates(higher):
    fields = {"patience": 2, "factor": 0.5, "cooldown": 1, "min_lr": 0.02, "threshold": 0.1, "threshold_mode": "abs"}
    plain = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)
    theirs = THEIRS.ReduceLROnPlateau(plain, "max" if higher else "min", 0.5, 2, 0.1, "abs", cooldown=1, min_lr=0.02)
    schedule = schedule_of("ReduceLROnPlateau", fields, higher=higher)
    for index in range(COUNTS):
        assert schedule.rates()["lr/weight"] == pytest.approx(plain.param_groups[0]["lr"], rel=1e-12)
        metric = math.sin(index / 3) + (index if higher else -index) / 20
        theirs.step(metric)
        count(schedule, values={"val/loss": metric, "val/accuracy": 0.0})
    assert schedule.rates()["lr/weight"] < LR


def test_a_schedule_moves_at_the_end_of_its_own_interval_only():
    by_epoch, by_step = (
        schedule_of("ExponentialLR", {"gamma": 0.9, "interval": interval}) for interval in ("epoch", "step")
    )
    for schedule in (by_epoch, by_step):
        schedule.step_done()
    assert (by_epoch.rates()["lr/weight"], by_step.rates()["lr/weight"]) == (LR, pytest.approx(LR * 0.9))
    for schedule in (by_epoch, by_step):
        schedule.epoch_done({})
    assert by_epoch.rates()["lr/weight"] == by_step.rates()["lr/weight"] == pytest.approx(LR * 0.9)


@pytest.mark.parametrize("epochs", [0.5, 1.0, 1.3, 2.0])
@pytest.mark.parametrize("interval", INTERVALS)
def test_a_warm_up_rises_in_a_line_and_hands_over(epochs, interval):
    inner = {"type": "ExponentialLR", "gamma": 0.5, "interval": interval}
    schedule = schedule_of("WarmUp", {"epochs": epochs, "start_factor": 0.1, "schedule": inner}, epochs=4)
    last = epochs * STEPS
    for epoch, step in itertools.product(range(4), range(STEPS)):
        done = epoch * STEPS + step
        counts = done - math.ceil(last) if interval == "step" else max(epoch - math.floor(epochs), 0)
        factor = 0.1 + 0.9 * done / last if done < last else 0.5**counts
        rates = schedule.rates()
        assert rates["lr/weight"] == pytest.approx(LR * factor, rel=1e-12)
        assert rates["lr/backbone"] == pytest.approx(FIRST_RATES["backbone"] * factor, rel=1e-12)
        assert rates["lr"] == LR
        schedule.step_done()
        if step == STEPS - 1:
            schedule.epoch_done({})


def test_a_cycle_behind_a_warm_up_has_the_rest_of_the_run():
    for interval, total in (("epoch", 3), ("step", 10)):
        inner = {"type": "OneCycleLR", "interval": interval}
        assert schedule_of("WarmUp", {"epochs": 1.5, "schedule": inner}, epochs=4).built.schedule.total_steps == total


def test_a_warm_up_alone_ends_at_the_rate():
    schedule = schedule_of("WarmUp", {"epochs": 1.0})
    assert series(schedule, "step", 6) == pytest.approx([LR * factor for factor in (0.01, 0.2575, 0.505, 0.7525, 1, 1)])


def test_a_plateau_behind_a_warm_up_waits_for_its_end():
    inner = {"type": "ReduceLROnPlateau", "patience": 0, "factor": 0.5}
    schedule = schedule_of("WarmUp", {"epochs": 3.0, "schedule": inner}, steps=1)
    rates = series(schedule, counts=6, metric=lambda _epoch: 1.0)
    assert rates[3:] == pytest.approx([LR, LR, LR / 2])


STATES = [
    *[(word, {**TABLE[word][0], "interval": interval}, interval) for word in TABLE for interval in INTERVALS],
    ("ReduceLROnPlateau", {"patience": 1, "factor": 0.7}, "epoch"),
    *[
        ("WarmUp", {"epochs": epochs, "schedule": {"type": word, **TABLE[word][0]}}, "epoch")
        for epochs in (2.0, 20.0) for word in ("MultiStepLR", "OneCycleLR", "CosineAnnealingLR")
    ],
]  # fmt: skip


@pytest.mark.parametrize(("word", "fields", "interval"), STATES)
def test_a_state_goes_on_bit_by_bit(word, fields, interval, tmp_path):
    def metric(index):
        return math.cos(index)

    whole_optimizer = optimizer_of(momentum=0.5)
    whole = schedule_of(word, fields, whole_optimizer, steps=1 if interval == "epoch" else STEPS)
    series(whole, interval, 11, metric)
    torch.save({"schedule": whole.state_dict(), "optimizer": whole_optimizer.state_dict()}, tmp_path / "state.pt")
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    optimizer = optimizer_of(momentum=0.5)
    resumed = schedule_of(word, fields, optimizer, steps=1 if interval == "epoch" else STEPS)
    optimizer.load_state_dict(state["optimizer"])
    resumed.load_state_dict(state["schedule"])
    for index in range(11, COUNTS):
        groups = [
            [(group["lr"], group["momentum"]) for group in each.param_groups] for each in (whole_optimizer, optimizer)
        ]
        assert groups[0] == groups[1]
        for schedule in (whole, resumed):
            count(schedule, interval, {"val/loss": metric(index)})
    assert whole.state_dict() == resumed.state_dict()


READ = [
    *[(word, {}) for word in ("ConstantLR", "PolynomialLR", "OneCycleLR", "ReduceLROnPlateau")],
    *[(word, {**TABLE[word][0], "interval": interval}) for word in TABLE for interval in INTERVALS],
    *[("CyclicLR", {"max_lr": 0.5, "step_size_up": 3, **down}) for down in ({}, {"step_size_down": 3})],
    ("CyclicLR", {"max_lr": 0.5, "cycle_momentum": False, "mode": "triangular2", "step_size_up": 7}),
    ("OneCycleLR", {"cycle_momentum": False, "anneal_strategy": "linear", "pct_start": 0.0}),
    (
        "ReduceLROnPlateau",
        {"monitor": "val/accuracy", "factor": 0.3, "patience": 0, "threshold": 0.2, "threshold_mode": "abs",
         "cooldown": 3, "min_lr": 0.001, "eps": 1e-5},
    ),
    ("WarmUp", {"epochs": 1.5, "start_factor": 0.3}),
    ("WarmUp", {"epochs": 0.7, "schedule": {"type": "OneCycleLR", "interval": "step"}}),
]  # fmt: skip


@pytest.mark.parametrize(("word", "fields"), READ)
def test_what_was_built_says_its_settings(word, fields):
    component = Scheduler.parse({"type": word, **fields})
    schedule = schedule_of(word, fields)
    assert_says(component, schedule.built)
    if word != "ReduceLROnPlateau":
        series(schedule, counts=5)
    assert_says(component, schedule.built)


def assert_says(component, built):
    parts = component.parts(built)
    inner = {".".join(map(str, path)): each for path, each in component.inner()}
    assert parts.keys() == inner.keys()
    outer = {path.partition(".")[0] for path in parts}
    assert component.read(built) == {
        name: getattr(component, name) for name in type(component).model_fields if name not in outer
    }
    for path, part in parts.items():
        assert_says(inner[path], part)


def test_an_override_is_read():
    component = Scheduler.parse({"type": "WarmUp", "epochs": 1.0, "schedule": {"type": "CyclicLR", "max_lr": 0.5}})
    schedule = Schedule(component, optimizer_of(), LR, STEPS, COUNTS, lambda _metric: False)
    schedule.built.epochs, schedule.built.schedule.interval = 2.0, "step"
    schedule.built.schedule.step_ratio = 0.25
    assert component.read(schedule.built)["epochs"] == 2.0
    found = component.schedule.read(schedule.built.schedule)
    assert (found["interval"], found["step_size_up"], found["step_size_down"]) == ("step", 1000, 3000)


def test_without_a_schedule_rates_stay():
    schedule = Schedule(None, optimizer_of(), LR, STEPS, COUNTS, lambda _metric: False)
    assert series(schedule) == [LR] * COUNTS
    assert schedule.built is None
    schedule.load_state_dict(schedule.state_dict())
    assert schedule.rates() == {"lr": LR, "lr/weight": LR, "lr/backbone": 0.003}


@pytest.mark.parametrize("word", TABLE)
def test_torch_has_nothing_to_warn_of(word):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        series(schedule_of(word, TABLE[word][0]), counts=3)
