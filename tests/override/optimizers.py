"""Fields of optimizers show in the weights after some steps.

What most optimizers have stands under its own name; `Word.field` goes before that.
"""

import torch

from recipe.runtime.build import build
from recipe.runtime.param_groups import param_groups
from recipe.schemas.models import Model
from tests.override.bench import hash_of
from tests.override.pair import pair

FIELDS = {
    "lr": pair(0.01, 0.02),
    "betas": pair([0.9, 0.99], [0.5, 0.99]),
    "eps": pair(1e-8, 0.1),
    "weight_decay": pair(0.0, 0.1),
    "amsgrad": pair(False, True, betas=[0.9, 0.5]),
    "decoupled_weight_decay": pair(False, True, weight_decay=0.1),
    "ASGD.lambd": pair(1e-4, 0.1),
    "ASGD.alpha": pair(0.75, 0.5, lambd=1.0),
    "ASGD.t0": pair(1e6, 1.0),
    "Adadelta.rho": pair(0.9, 0.5),
    "Adafactor.beta2_decay": pair(-0.8, -0.3),
    "Adafactor.eps": pair([None, 0.001], [None, 2.0]),
    "Adafactor.d": pair(1.0, 3.0),
    "Adagrad.lr_decay": pair(0.0, 0.5),
    "Adagrad.initial_accumulator_value": pair(0.0, 1.0),
    "CautiousAdamW.max_scale": pair(None, 1.0, lr=0.5),
    "NAdam.momentum_decay": pair(0.004, 0.5),
    "RMSprop.alpha": pair(0.99, 0.5),
    "RMSprop.momentum": pair(0.0, 0.9),
    "RMSprop.centered": pair(False, True),
    "Rprop.etas": pair([0.5, 1.2], [0.5, 1.5]),
    "Rprop.step_sizes": pair([1e-6, 50.0], [1e-6, 0.012], lr=0.01),
    "SGD.momentum": pair(0.0, 0.9),
    "SGD.dampening": pair(0.0, 0.5, momentum=0.9),
    "SGD.nesterov": pair(False, True, momentum=0.9),
}
_ONLY_KEPT = {"ASGD.t0": "the average that begins there is kept in the state, which checkpoints have, and never used"}
STEPS = 12


def look(component, name, folder):
    """The weights of a small regression, whose gradients change sign and become smaller; or the optimizer's state."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network, inputs, targets = torch.nn.Linear(4, 3), torch.randn(8, 4), torch.randn(8, 3)
    optimizer = build(component, params=param_groups(network, Model.parse("ResNet18"), component, None))
    for _ in range(STEPS):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(network(inputs), targets).backward()
        optimizer.step()
    if name in _ONLY_KEPT:
        return hash_of({f"{n}": state["ax"] for n, state in enumerate(optimizer.state.values())})
    return hash_of(network.state_dict())
