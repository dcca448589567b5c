"""A family of its own: a small network on numbers, with everything that the loop has to keep over an interruption."""

import torch

from recipe.runtime.data.loader import Loader
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.steps import Forward
from recipe.runtime.training.descent import build_descent
from recipe.runtime.training.means import Means
from recipe.runtime.training.session import train_here
from recipe.runtime.training.world import World
from recipe.schemas.recipe import Recipe
from recipe.testing import bare_plan


def toy_plan(train=None, hardware=None, **sections):
    """The plan of a recipe whose settings of training and of hardware the toy goes by."""
    recipe = Recipe.parse(
        {
            "recipe": 1,
            "name": "toy",
            "task": "classification",
            "data": {"cache": "none"},
            "model": "ResNet18",
            "train": {"epochs": 3, "batch_size": 8, **(train or {})},
            "hardware": {
                "device": "cpu",
                "workers": 0,
                "precision": "fp32",
                "pin_memory": False,
                "oom_recovery": ["accumulate"],
                **(hardware or {}),
            },
            "report": {"log_scale": False},
            **sections,
        }
    )
    return bare_plan(recipe)


class Numbers:
    """Samples of two kinds of numbers."""

    def __init__(self, count, seed):
        generator = torch.Generator().manual_seed(seed)
        self.inputs = torch.randn(count, 6, generator=generator)
        self.labels = (self.inputs[:, 0] > 0).long()

    def __len__(self):
        return len(self.labels)

    def name(self, item):
        return f"sample-{item}"

    def load(self, items, epoch):
        places = torch.tensor(items)
        return self.inputs[places], self.labels[places]


class ToySteps:
    """Dropout draws random numbers, batch normalization counts, and the optimizer has a momentum."""

    normalize = True

    def __init__(self, plan, world, samples=44):
        recipe = plan.recipe
        norm = torch.nn.BatchNorm1d(8) if self.normalize else torch.nn.LayerNorm(8)
        self.network = torch.nn.Sequential(
            torch.nn.Linear(6, 8),
            norm,
            torch.nn.ReLU(),
            torch.nn.Dropout(0.2 if self.normalize else 0.0),
            torch.nn.Linear(8, 2),
        )
        options = {
            "batch_size": recipe.train.batch_size,
            "seed": recipe.seed,
            "workers": recipe.hardware.workers,
            "pin_memory": False,
            "rank": world.rank,
            "world": world.size,
        }
        self.train = Loader(Numbers(samples, 1), shuffle=True, drop_last=recipe.train.drop_last, **options)
        self.evaluated = {"val": Loader(Numbers(20, 2), shuffle=False, **options)}
        self.world = world
        self.descent = build_descent(recipe, self.network, len(self.train))
        self.updates = (self.descent,)

    def weight(self, tensors):
        return float(len(tensors[0]))

    def forward(self, network, tensors):
        inputs, labels = tensors
        logits = network(inputs)
        loss = torch.nn.functional.cross_entropy(logits, labels)
        return Forward({"loss": loss}, {"accuracy": (logits.argmax(1) == labels).float().mean()})

    def evaluator(self, split):
        return ToyEvaluator(self)

    def effective(self):
        return {}


class ToyEvaluator:
    def __init__(self, steps):
        self.steps, self.means = steps, Means()

    def step(self, network, tensors):
        forward = self.steps.forward(network, tensors)
        values = {**forward.losses, **forward.metrics}
        self.means.add({name: float(value) for name, value in values.items()}, len(tensors[0]))

    def results(self):
        return self.steps.world.gathered(self.means).values()


class ToyFamily:
    def __init__(self, steps=ToySteps):
        self._steps, self.live = steps, None

    def steps(self, plan, world):
        self.live = self._steps(plan, world)
        return self.live


class Told:
    """A reporter that remembers, and that can stop the run behind a step."""

    def __init__(self, stop_at=None):
        self.stop_at, self.rows, self.steps, self.amendments, self.effective, self.first = stop_at, {}, [], [], {}, None

    def started(self, first_epoch, effective):
        self.first, self.effective = first_epoch, dict(effective)

    def step(self, epoch, step, steps, losses):
        self.steps.append((epoch, step, losses))
        if (epoch, step) == self.stop_at:
            from recipe.schemas.diagnostics import Diagnostic, Interrupted

            raise Interrupted(Diagnostic("R806", "stopped by the test"))

    def epoch_done(self, epoch, values):
        self.rows[epoch] = dict(values)

    def amended(self, path, before, after, why):
        self.amendments.append((path, before, after))


def train_toy(plan, folder, steps=ToySteps, stop_at=None):
    """Train in this process; the reporter, the steps and the outcome."""
    torch.set_num_threads(1)  # threads that wait for each other cost more than so small a network
    told, family, run = Told(stop_at), ToyFamily(steps), RunDirectory(folder)
    run.path.mkdir(parents=True, exist_ok=True)
    outcome = train_here(family, plan, run, World(torch.device("cpu")), told)
    return told, family.live, outcome


def weights_of(steps):
    return {name: tensor.clone() for name, tensor in steps.network.state_dict().items()}


def same_weights(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)
