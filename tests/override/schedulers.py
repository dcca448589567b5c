"""Fields of schedules show in the rates and momenta of the steps of a run."""

import torch

from recipe.runtime.build import build
from recipe.runtime.training.schedule import Schedule
from tests.override.pair import pair

_BY_TWO = [{"type": "ExponentialLR", "gamma": 0.5}, {"type": "ConstantLR", "factor": 0.5, "total_iters": 3}]
_BY_THREE = [{"type": "ExponentialLR", "gamma": 0.3}, {"type": "ConstantLR", "factor": 0.5, "total_iters": 3}]
_SWING = {"step_size_up": 3}

FIELDS = {
    "interval": pair("epoch", "step"),
    "gamma": pair(0.9, 0.5),
    "final_factor": pair(0.01, 0.1),
    "ChainedScheduler.schedulers": pair(_BY_TWO, _BY_THREE),
    "ConstantLR.factor": pair(0.3, 0.5),
    "ConstantLR.total_iters": pair(5, 2),
    "CosineAnnealingLR.T_max": pair(8, 4),
    "CosineAnnealingLR.eta_min": pair(0.0, 0.01),
    "CosineAnnealingLR.interval": pair("epoch", "step", T_max=8),
    "CosineAnnealingWarmRestarts.T_0": pair(3, 2),
    "CosineAnnealingWarmRestarts.T_mult": pair(1, 2, T_0=2),
    "CosineAnnealingWarmRestarts.eta_min": pair(0.0, 0.01),
    "CyclicLR.interval": pair("epoch", "step", **_SWING),
    "CyclicLR.max_lr": pair(0.3, 0.2, **_SWING),
    "CyclicLR.step_size_up": pair(3, 2),
    "CyclicLR.step_size_down": pair(None, 1, **_SWING),
    "CyclicLR.mode": pair("triangular", "triangular2", step_size_up=1),
    "CyclicLR.gamma": pair(1.0, 0.5, mode="exp_range", **_SWING),
    "CyclicLR.cycle_momentum": pair(True, False, **_SWING),
    "CyclicLR.base_momentum": pair(0.8, 0.7, **_SWING),
    "CyclicLR.max_momentum": pair(0.9, 0.95, **_SWING),
    "LinearLR.start_factor": pair(1.0, 0.5, total_iters=5),
    "LinearLR.end_factor": pair(0.1, 0.2, total_iters=5),
    "LinearLR.total_iters": pair(5, 3),
    "MultiStepLR.interval": pair("epoch", "step", milestones=[3]),
    "MultiStepLR.milestones": pair([3, 5], [3, 4]),
    "MultiStepLR.gamma": pair(0.1, 0.5, milestones=[3]),
    "OneCycleLR.pct_start": pair(0.3, 0.6),
    "OneCycleLR.anneal_strategy": pair("cos", "linear"),
    "OneCycleLR.cycle_momentum": pair(True, False),
    "OneCycleLR.base_momentum": pair(0.85, 0.7),
    "OneCycleLR.max_momentum": pair(0.95, 0.9),
    "OneCycleLR.div_factor": pair(25.0, 10.0),
    "OneCycleLR.final_div_factor": pair(1e4, 10.0),
    "OneCycleLR.three_phase": pair(False, True),
    "PolynomialLR.total_iters": pair(8, 4),
    "PolynomialLR.power": pair(1.0, 2.0),
    "ReduceLROnPlateau.monitor": pair("val/loss", "val/accuracy", patience=0),
    "ReduceLROnPlateau.factor": pair(0.1, 0.5, patience=0),
    "ReduceLROnPlateau.patience": pair(0, 2),
    "ReduceLROnPlateau.threshold": pair(1e-4, 0.5, patience=0),
    "ReduceLROnPlateau.threshold_mode": pair("rel", "abs", threshold=0.4, patience=0),
    "ReduceLROnPlateau.cooldown": pair(0, 3, patience=0),
    "ReduceLROnPlateau.min_lr": pair(0.0, 0.05, patience=0),
    "ReduceLROnPlateau.eps": pair(1e-8, 0.5, patience=0),
    "SequentialLR.schedulers": pair(_BY_TWO, _BY_THREE, milestones=[2]),
    "SequentialLR.milestones": pair([2], [4]),
    "StepLR.interval": pair("epoch", "step", step_size=3),
    "StepLR.step_size": pair(3, 2),
    "StepLR.gamma": pair(0.1, 0.5, step_size=3),
    "WarmUp.epochs": pair(1.5, 2.5),
    "WarmUp.start_factor": pair(0.01, 0.1),
    "WarmUp.schedule": pair(None, {"type": "ExponentialLR", "gamma": 0.9}),
}
EPOCHS, STEPS = 8, 3
_LOSSES = (4.0, 3.0, 2.9, 2.9, 2.9, 1.0, 1.0, 1.0)
_ACCURACIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def look(component, name, folder):
    """Rate and momentum of every step; of a schedule that is a function of the epoch, its values."""
    if component.runtime == ("epochs",):
        factor = build(component, epochs=EPOCHS)
        return [factor(epoch) for epoch in range(EPOCHS + 1)]
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1, momentum=0.9)
    schedule = Schedule(
        component, optimizer, lr=0.1, steps_per_epoch=STEPS, epochs=EPOCHS, higher_is_better="val/accuracy".__eq__
    )
    seen, (group,) = [], optimizer.param_groups
    for loss, accuracy in zip(_LOSSES, _ACCURACIES, strict=True):
        for _ in range(STEPS):
            seen.append((group["lr"], group["momentum"]))
            optimizer.step()
            schedule.step_done()
        schedule.epoch_done({"val/loss": loss, "val/accuracy": accuracy})
    return seen
