"""Ways in which a run could go against its recipe: one live object each, changed between its making and the first step.

A name begins with the leaf that the run must name as the one that differs.
"""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch

from recipe.runtime.classification import steps as classification_steps
from recipe.runtime.data import loader
from recipe.runtime.data.ordering import Order
from recipe.runtime.training import beginning, precision, session
from recipe.runtime.training.average import Average
from recipe.runtime.training.gradients import GradientNorms
from recipe.runtime.training.world import World
from recipe.schemas.inspect import Gradients
from recipe.schemas.tasks.classification import ClassificationData, ClassificationStopping
from tests.override.bench import Changes, Fault


class Sabotage(NamedTuple):
    """What is done, and what the recipe says beside `BASE`."""

    act: Fault
    recipe: Changes = {}


def on(change: Callable[[Any], Any]) -> Fault:
    """Change the loop, with everything in it, when all of it is built."""

    def act(patch: Any) -> None:
        begin = session.begin

        def begun(loop: Any, recipe: Any) -> Any:
            change(loop)
            return begin(loop, recipe)

        patch.setattr(session, "begin", begun)

    return act


def group(index: int, **values: Any) -> Fault:
    """Change a parameter group of the optimizer: 0 is weights, 1 normalization, 2 biases."""
    return on(lambda loop: loop.steps.descent.optimizer.param_groups[index].update(values))


def attribute(find: Callable[[Any], Any], **values: Any) -> Fault:
    return on(lambda loop: [setattr(find(loop), name, value) for name, value in values.items()])


def argument(cls: type, **values: Any) -> Fault:
    """Have a class built with other arguments than it is given."""

    def act(patch: Any) -> None:
        build = cls.__init__

        def built(self: Any, *args: Any, **kwargs: Any) -> None:
            build(self, *args, **{**kwargs, **values})

        patch.setattr(cls, "__init__", built)

    return act


def calls(module: Any, name: str, instead: Callable[..., Any]) -> Fault:
    """Have a function of a module called in another way: `instead` gets the function and its arguments."""

    def act(patch: Any) -> None:
        function = getattr(module, name)
        patch.setattr(module, name, lambda *args, **kwargs: instead(function, *args, **kwargs))

    return act


def _itself(loop: Any) -> Any:
    return loop


def _stepper(loop: Any) -> Any:
    return loop.stepper


def _gradients(loop: Any) -> Any:
    return loop.stepper.gradients


def _descent(loop: Any) -> Any:
    return loop.steps.descent


def _schedule(loop: Any) -> Any:
    return loop.steps.descent.schedule.built


def _criterion(loop: Any) -> Any:
    return loop.steps.criterion


def _transform(loop: Any) -> Any:
    return loop.steps.pipelines["train"].transforms[0]


def _mixer(loop: Any) -> Any:
    return loop.steps.mixing.mixers[0]


def _stopping(**values: Any) -> Fault:
    return on(lambda loop: setattr(loop, "early_stopping", loop.early_stopping.model_copy(update=values)))


def _another_optimizer(loop: Any) -> None:
    groups = loop.steps.descent.optimizer.param_groups
    loop.steps.descent.optimizer = torch.optim.Adam(groups, lr=0.001)


def _constant(loop: Any) -> None:
    descent = loop.steps.descent
    descent.schedule.built = torch.optim.lr_scheduler.ConstantLR(descent.optimizer)


def _open(**update: Callable[[Any], Any]) -> Fault:
    """Other images than the recipe's."""

    def instead(open_images: Any, data: ClassificationData) -> Any:
        return open_images(
            data.model_copy(update={name: change(getattr(data, name)) for name, change in update.items()})
        )

    return calls(classification_steps, "open_images", instead)


def _another_model(build: Any, recipe: Any, *args: Any) -> Any:
    model = recipe.model.model_copy(update={"name": "shufflenet_v2_x1_0"})
    return build(recipe.model_copy(update={"model": model}), *args)


def _wider(build: Any, recipe: Any, *args: Any) -> Any:
    model = recipe.model.model_copy(update={"width": 7})
    return build(recipe.model_copy(update={"model": model}), *args)


def _without_weights(build: Any, recipe: Any, classes: int, weights: Any) -> Any:
    return build(recipe, classes, None)


def _one_weight_less(build: Any, recipe: Any, classes: int, weights: Any) -> Any:
    network = build(recipe, classes, weights)
    with torch.no_grad():
        next(network.parameters()).view(-1)[0] += 1
    return network


def _forgotten(take: Any, loop: Any, *args: Any) -> Any:
    """A file is read, and what was in it is not used."""
    weights = {name: tensor.clone() for name, tensor in loop.steps.network.state_dict().items()}
    found = take(loop, *args)
    loop.steps.network.load_state_dict(weights)
    return found


def _set(something: Any, name: str, value: Any) -> None:
    setattr(something, name, value)


class _LikeCrossEntropy(torch.nn.CrossEntropyLoss):
    """A loss of somebody else's."""


_BF16 = {"hardware.precision": "bf16"}
_SGD = {"optimizer": {"type": "SGD", "momentum": 0.9, "nesterov": True}}
_STEPS = {"scheduler": {"type": "StepLR", "step_size": 2}}
_WARM = {"scheduler": {"type": "WarmUp", "epochs": 0.5, "schedule": {"type": "ExponentialLR", "gamma": 0.9}}}
_WATCHED = {"train.early_stopping": {"patience": 2, "min_delta": 0.0, "monitor": "val/loss"}}
_TURNED = {"augment.train": [{"type": "RandomRotation", "degrees": 30}]}
_FLIPPED = {"augment.train": ["RandomHorizontalFlip"]}
_MIXED = {"augment.mix": [{"type": "MixUp", "alpha": 0.2}]}
_CROPPED = {"augment.val": [{"type": "CenterCrop", "size": 28}]}
_FOLDERS = {"data.train": "$FILES/one", "data.val": "$FILES/other", "train.batch_size": 6}
_SHUFFLENET = {"model": {"type": "TorchvisionModel", "name": "shufflenet_v2_x0_5"}}
_SAVED = {"model": {**_SHUFFLENET["model"], "weights": "$FILES/shufflenet.pth"}}

SABOTAGE: Mapping[str, Sabotage] = {
    "seed": Sabotage(calls(session, "seed_all", lambda seed_all, seed: seed_all(seed + 1))),
    "seed of the order": Sabotage(argument(Order, seed=1)),
    "seed of the augmentation": Sabotage(on(lambda loop: _set(loop.steps.samples["train"], "seed", 1)), _TURNED),
    "data.train": Sabotage(_open(train=lambda path: path.replace("one", "other")), _FOLDERS),
    "data.val": Sabotage(_open(val=lambda path: path.replace("other", "one")), _FOLDERS),
    "data.limit_per_class exceeded": Sabotage(_open(limit_per_class=lambda limit: limit + 1)),
    "data.limit_per_class not reached": Sabotage(_open(limit_per_class=lambda limit: limit - 1)),
    "data.normalize": Sabotage(attribute(lambda loop: loop.steps.pipelines["val"], mean=(0.5, 0.5, 0.5))),
    "data.normalize.std": Sabotage(
        on(lambda loop: [_set(each, "std", (0.3, 0.3, 0.3)) for each in loop.steps.pipelines.values()]),
        {"data.normalize": {"mean": [0.5] * 3, "std": [0.2] * 3}},
    ),
    "data.cache": Sabotage(
        calls(classification_steps, "cached", lambda cached, images, mode, limit: cached(images, "none", limit)),
        {"data.cache": "ram"},
    ),
    "model.type": Sabotage(calls(classification_steps, "build_network", _another_model), _SHUFFLENET),
    "model.name": Sabotage(calls(classification_steps, "build_network", _another_model), _SHUFFLENET),
    "model.width": Sabotage(calls(classification_steps, "build_network", _wider)),
    "model.weights": Sabotage(calls(classification_steps, "build_network", _without_weights), _SAVED),
    "model.weights by one number": Sabotage(calls(classification_steps, "build_network", _one_weight_less), _SAVED),
    "augment.train.0.degrees": Sabotage(attribute(_transform, degrees=[-5.0, 5.0]), _TURNED),
    "augment.train.0.p": Sabotage(attribute(_transform, p=0.4), _FLIPPED),
    "augment.train.0.type": Sabotage(
        attribute(lambda loop: loop.steps.pipelines["train"], transforms=(torch.nn.Identity(),)), _FLIPPED
    ),
    "augment.train with one more": Sabotage(
        attribute(lambda loop: loop.steps.pipelines["train"], transforms=(torch.nn.Identity(),))
    ),
    "augment.train.0.type left out": Sabotage(
        attribute(lambda loop: loop.steps.pipelines["train"], transforms=()), _FLIPPED
    ),
    "augment.val.0.size": Sabotage(
        on(lambda loop: _set(loop.steps.pipelines["val"].transforms[0], "size", (20, 20))), _CROPPED
    ),
    "augment.mix": Sabotage(on(lambda loop: _set(loop.steps.mixing, "mixers", (torch.nn.Identity(),)))),
    "augment.mix.0.type": Sabotage(on(lambda loop: _set(loop.steps.mixing, "mixers", (torch.nn.Identity(),))), _MIXED),
    "augment.mix.0.type left out": Sabotage(on(lambda loop: _set(loop.steps.mixing, "mixers", ())), _MIXED),
    "augment.mix.0.alpha": Sabotage(attribute(_mixer, alpha=0.3), _MIXED),
    "augment.mix.0.alpha of what is drawn from": Sabotage(
        on(lambda loop: _set(_mixer(loop), "_dist", torch.distributions.Beta(torch.ones(1), torch.ones(1)))), _MIXED
    ),
    "loss.gamma": Sabotage(attribute(_criterion, gamma=0.0), {"loss": {"type": "FocalLoss"}}),
    "loss.class_weights of focal loss": Sabotage(
        attribute(_criterion, weight=None), {"loss": {"type": "FocalLoss", "class_weights": "balanced"}}
    ),
    "loss.label_smoothing": Sabotage(attribute(_criterion, label_smoothing=0.1)),
    "loss.class_weights": Sabotage(attribute(_criterion, weight=torch.ones(10) / 2)),
    "loss.class_weights not balanced": Sabotage(
        attribute(_criterion, weight=None), {"loss": {"type": "CrossEntropyLoss", "class_weights": "balanced"}}
    ),
    "loss.type": Sabotage(on(lambda loop: _set(loop.steps, "criterion", _LikeCrossEntropy()))),
    "optimizer.type": Sabotage(on(_another_optimizer)),
    "optimizer.lr": Sabotage(group(0, initial_lr=0.1)),
    "optimizer.lr now": Sabotage(group(2, lr=0.1)),
    "optimizer.betas": Sabotage(group(1, betas=(0.5, 0.9))),
    "optimizer.eps": Sabotage(group(2, eps=1e-3)),
    "optimizer.weight_decay": Sabotage(group(0, weight_decay=0.1)),
    "optimizer.weight_decay of biases": Sabotage(group(2, weight_decay=0.01)),
    "optimizer.amsgrad": Sabotage(group(0, amsgrad=True)),
    "optimizer.momentum": Sabotage(group(0, momentum=0.5), _SGD),
    "optimizer.nesterov": Sabotage(group(0, nesterov=False), _SGD),
    "scheduler.type": Sabotage(on(_constant), _STEPS),
    "scheduler.gamma": Sabotage(attribute(_schedule, gamma=0.5), _STEPS),
    "scheduler.step_size": Sabotage(attribute(_schedule, step_size=1), _STEPS),
    "scheduler.interval": Sabotage(attribute(_schedule, interval="step"), _STEPS),
    "scheduler.T_max": Sabotage(
        attribute(_schedule, T_max=5), {"scheduler": {"type": "CosineAnnealingLR", "T_max": 2}}
    ),
    "scheduler.epochs": Sabotage(attribute(_schedule, epochs=1.0), _WARM),
    "scheduler.schedule.gamma": Sabotage(attribute(lambda loop: _schedule(loop).schedule, gamma=0.5), _WARM),
    "layer_lr.rates": Sabotage(group(0, initial_lr=0.5, lr=0.5), {"layer_lr": {"rates": {"conv1": 0.01}}}),
    "layer_lr.decay": Sabotage(group(0, initial_lr=0.5, lr=0.5), {"layer_lr": {"decay": 0.5}}),
    "layer_lr": Sabotage(group(0, initial_lr=0.5, lr=0.5)),
    "train.epochs": Sabotage(attribute(_itself, epochs=3)),
    "train.batch_size": Sabotage(attribute(lambda loop: loop.steps.train._order, batch_size=8)),
    "train.batch_size of evaluation": Sabotage(
        attribute(lambda loop: loop.steps.evaluated["val"]._order, batch_size=8)
    ),
    "train.drop_last": Sabotage(attribute(lambda loop: loop.steps.train._order, drop_last=True)),
    "train.accumulate": Sabotage(attribute(_stepper, accumulate=2)),
    "train.clip_grad_norm": Sabotage(attribute(_descent, clip_grad_norm=None), {"train.clip_grad_norm": 0.1}),
    "train.ema": Sabotage(on(lambda loop: _set(loop.stepper, "average", Average(loop.steps.network, 0.9)))),
    "train.ema.decay": Sabotage(attribute(lambda loop: loop.stepper.average, decay=0.5), {"train.ema": {"decay": 0.9}}),
    "train.ema.decay without an average": Sabotage(attribute(_stepper, average=None), {"train.ema": {"decay": 0.9}}),
    "train.on_nan": Sabotage(attribute(_stepper, on_nan="skip")),
    "train.checkpoint_every": Sabotage(attribute(_itself, checkpoint_every=1)),
    "train.checkpoint_keep": Sabotage(attribute(lambda loop: loop.checkpoints, keep=1)),
    "train.checkpoint_minutes": Sabotage(attribute(_itself, checkpoint_minutes=1.0)),
    "train.init_from": Sabotage(calls(beginning, "_take_weights", _forgotten), {"train.init_from": "$DONOR"}),
    "train.resume_from": Sabotage(calls(beginning, "_restore", _forgotten), {"train.resume_from": "$DONOR"}),
    "train.early_stopping.patience": Sabotage(_stopping(patience=9), _WATCHED),
    "train.early_stopping.min_delta": Sabotage(_stopping(min_delta=0.5), _WATCHED),
    "train.early_stopping.monitor": Sabotage(_stopping(monitor="val/accuracy"), _WATCHED),
    "train.early_stopping": Sabotage(attribute(_itself, early_stopping=ClassificationStopping())),
    "hardware.device": Sabotage(
        calls(session, "started", lambda *_: contextlib.nullcontext(World(torch.device("meta"))))
    ),
    "hardware.workers": Sabotage(argument(loader.DataLoader, num_workers=1)),
    "hardware.precision": Sabotage(
        on(lambda loop: _set(loop.stepper, "precision", precision.Precision("fp32", loop.world.device))), _BF16
    ),
    "hardware.deterministic": Sabotage(
        calls(session, "choose_algorithms", lambda choose, deterministic, benchmark: choose(False, benchmark))
    ),
    "hardware.cudnn_benchmark": Sabotage(
        calls(session, "choose_algorithms", lambda choose, deterministic, benchmark: choose(deterministic, True))
    ),
    "inspect.gradients": Sabotage(
        on(lambda loop: _set(loop.stepper, "gradients", GradientNorms(loop.steps.network, Gradients())))
    ),
    "inspect.gradients.every without a recorder": Sabotage(
        attribute(_stepper, gradients=None), {"inspect.gradients": {}}
    ),
    "inspect.gradients.every": Sabotage(attribute(_gradients, every=2), {"inspect.gradients": {}}),
    "inspect.gradients.group_by": Sabotage(attribute(_gradients, group_by="layer"), {"inspect.gradients": {}}),
    "inspect.gradients.reduce": Sabotage(attribute(_gradients, reduce="max"), {"inspect.gradients": {}}),
    "inspect.gradients.exclude": Sabotage(attribute(_gradients, exclude=()), {"inspect.gradients": {}}),
    "hardware.oom_recovery": Sabotage(attribute(_stepper, memory_ladder=())),
}
