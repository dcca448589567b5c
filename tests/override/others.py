"""Fields of the kinds that have few: losses, models, trackers, and what a search is made of."""

import pytest
import torch

from recipe.runtime.build import build
from recipe.runtime.classification.losses import class_weights_tensor
from recipe.runtime.classification.model import build_network
from recipe.runtime.classification.weights import look_at_weights
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.recipe import Recipe
from recipe.testing import construct
from tests.override.bench import hash_of
from tests.override.pair import pair

MIXERS = {"alpha": pair(0.2, 1.0)}


def mixer(component, name, folder):
    """What it makes of a batch under a seed."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        images, labels = build(component, num_classes=3)(torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 2, 0]))
    return images.tolist(), labels.tolist()


LOSSES = {
    "label_smoothing": pair(0.0, 0.1),
    "CrossEntropyLoss.class_weights": pair("none", "balanced"),
    "CrossEntropyLoss.class_weights said": pair([1.0, 2.0, 3.0], [1.0, 2.0, 4.0]),
    "FocalLoss.class_weights": pair("none", "balanced"),
    "FocalLoss.class_weights said": pair([1.0, 2.0, 3.0], [1.0, 2.0, 4.0]),
    "FocalLoss.gamma": pair(2.0, 1.0),
}


def loss(component, name, folder):
    """Its value and gradient on fixed logits of three classes, of which the first is the commonest."""
    criterion = build(component, weight=class_weights_tensor(component, (6, 3, 1)))
    logits = torch.linspace(-1, 1, 12).reshape(4, 3).requires_grad_()
    value = criterion(logits, torch.tensor([0, 1, 2, 0]))
    value.backward()
    return value.item(), logits.grad.tolist()


MODELS = {
    "pretrained": pair(False, True),
    "weights": pair(None, "$MISSING"),
    "TorchvisionModel.pretrained": pair(False, True, name="shufflenet_v2_x0_5"),
    "TorchvisionModel.weights": pair(None, "$SHUFFLENET", name="shufflenet_v2_x0_5"),
    "TorchvisionModel.name": pair("shufflenet_v2_x0_5", "mobilenet_v3_small"),
    "YOLOv8.size": pair("n", "s"),
}
"""Where no file is at hand, as here for `pretrained`, that it is looked for shows in the refusal (R606)."""
_BUILT_ALIKE = ("ResNet34", "ResNet50")
"""Not built here, which takes seconds: what matters of them is the file, and ResNet18 is built from the same class."""


def model(component, name, folder):
    """A hash of the network that is built under a seed, or why it is refused."""
    if component.word() == "YOLOv8":
        return [(name, tuple(tensor.shape)) for name, tensor in _yolo(component).state_dict().items()]
    bare = {"recipe": 1, "name": "a", "task": "classification", "model": component.model_dump(mode="json")}
    try:
        weights = look_at_weights(component, 3)
    except RecipeError as error:
        return [(each.code, each.path) for each in error.diagnostics]
    if component.word() in _BUILT_ALIKE:
        return weights.path
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return hash_of(build_network(Recipe.parse(bare), 3, weights.path).state_dict())


def _yolo(component):
    from recipe.runtime.detection.isolation import prepare

    prepare()
    return build(component, nc=3, ch=3, verbose=False)


TRACKERS = {
    "MLflow.experiment": pair("one", "other", tracking_uri="$STORE/first.db"),
    "MLflow.tracking_uri": pair("$STORE/first.db", "$STORE/second.db", experiment="one"),
    "WandB.project": pair("one", "other"),
    "WandB.entity": pair(None, "us"),
    "WandB.mode": pair("offline", "online"),
    "WandB.tags": pair([], ["small"]),
}


def tracker(component, name, folder):
    """MLflow: the experiment that its store has the run in. Weights & Biases: the settings that its library gets."""
    if component.word() == "MLflow":
        from mlflow.tracking import MlflowClient

        built = construct_as_it_is(component, folder)
        run = MlflowClient(component.tracking_uri).get_run(built._run_id)
        experiment = MlflowClient(component.tracking_uri).get_experiment(run.info.experiment_id)
        built.finish("finished", {})
        return component.tracking_uri.rpartition("/")[2], experiment.name
    settings = _settings_of_wandb(component, folder)
    return [getattr(settings, each) for each in ("project", "entity", "mode", "run_tags")]


def _settings_of_wandb(component, folder):
    from recipe.runtime.trackers.wandb import WandBTracker

    class Begun:
        id = "begun"

    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WandBTracker, "_begin", lambda tracker, settings, config: seen.append(settings) or Begun())
        construct_as_it_is(component, folder)
    return seen[0]


def construct_as_it_is(component, folder):
    """`recipe.testing.construct` builds a component's example: here that is this component."""
    folder.mkdir(parents=True, exist_ok=True)
    cls = type(component)
    fields = {name: value for name, value in component.model_dump(mode="json").items() if name != cls.tag}
    return construct(type(cls.__name__, (cls,), {"example": fields, "__doc__": cls.__doc__}), folder)


SEARCH = {
    "categorical.choices": pair(["SGD"], ["SGD", "AdamW"]),
    "float.low": pair(0.1, 0.2, high=0.9, log=False),
    "float.high": pair(0.8, 0.9, low=0.1, log=False),
    "float.log": pair(False, True),
    "float.step": pair(None, 0.1, low=0.1, high=0.9, log=False),
    "int.low": pair(1, 2),
    "int.high": pair(8, 9),
    "int.log": pair(False, True),
    "int.step": pair(1, 5),
    "CmaEsSampler.n_startup_trials": pair(1, 3),
    "CmaEsSampler.sigma0": pair(None, 0.5),
    "CmaEsSampler.popsize": pair(None, 7),
    "TPESampler.n_startup_trials": pair(10, 5),
    "TPESampler.n_ei_candidates": pair(24, 12),
    "HyperbandPruner.min_resource": pair(1, 2),
    "HyperbandPruner.reduction_factor": pair(3, 2),
    "HyperbandPruner.bootstrap_count": pair(0, 1),
    "MedianPruner.n_startup_trials": pair(5, 3),
    "MedianPruner.n_warmup_steps": pair(0, 2),
    "MedianPruner.interval_steps": pair(1, 2),
    "PercentilePruner.percentile": pair(25.0, 50.0),
    "PercentilePruner.n_startup_trials": pair(5, 3),
    "PercentilePruner.n_warmup_steps": pair(0, 2),
    "PercentilePruner.interval_steps": pair(1, 2),
    "SuccessiveHalvingPruner.min_resource": pair(1, 2),
    "SuccessiveHalvingPruner.reduction_factor": pair(4, 2),
    "SuccessiveHalvingPruner.min_early_stopping_rate": pair(0, 1),
    "SuccessiveHalvingPruner.bootstrap_count": pair(0, 1),
}


def search(component, name, folder):
    """What the object of Optuna holds: a search is not run yet."""
    return _held(construct_as_it_is(component, folder))


def _held(thing):
    if type(thing).__module__.startswith("optuna") and hasattr(thing, "__dict__"):
        return type(thing).__name__, {name: _held(value) for name, value in vars(thing).items()}
    return thing if isinstance(thing, int | float | str | tuple | None) else type(thing).__name__
