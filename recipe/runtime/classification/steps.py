"""What classification gives to the training loop: its network and images, one forward pass, and how it is judged."""

from collections.abc import Mapping

import torch
from pydantic import JsonValue

from recipe.runtime.build import build
from recipe.runtime.classification.dataset import ClassificationDataset
from recipe.runtime.classification.effective import effective_values
from recipe.runtime.classification.evaluator import ClassificationEvaluator
from recipe.runtime.classification.images import open_images
from recipe.runtime.classification.losses import class_weights_tensor, weight_of
from recipe.runtime.classification.mixing import Mixing, accuracy
from recipe.runtime.classification.model import build_network, effective_model
from recipe.runtime.classification.normalization import normalization_of
from recipe.runtime.data.image_cache import cached
from recipe.runtime.data.images import Images
from recipe.runtime.data.loader import Loader
from recipe.runtime.data.pipeline import Pipeline
from recipe.runtime.steps import Batches, Forward, Tensors, Update
from recipe.runtime.training.descent import Descent, build_descent
from recipe.runtime.training.world import World
from recipe.schemas.plan import RunPlan
from recipe.schemas.tasks.classification import Classification


class ClassificationSteps:
    """Implements `recipe.runtime.steps.Steps`. A batch is images of 8 bits [N, 3, H, W] and labels [N]."""

    def __init__(self, plan: RunPlan, world: World) -> None:
        recipe = plan.recipe
        assert isinstance(recipe, Classification)
        self.plan, self.recipe, self.world = plan, recipe, world
        data = recipe.data
        self.images = {
            split: cached(images, data.cache, data.cache_limit) for split, images in open_images(data).items()
        }
        self.pipelines = {split: self._pipeline(split) for split in ("train", "val")}
        """Without validation images, `val` is what those go through that the network is applied to later."""
        self.samples = {split: self._samples(split) for split in self.images}
        self.train: Batches = self._loader("train")
        self.evaluated: Mapping[str, Batches] = {
            split: self._loader(split) for split in self.images if split != "train"
        }
        classes = self.images["train"].classes
        weights = next((each.path for each in plan.inputs if each.name == "weights"), None)
        self.network = build_network(recipe, len(classes), weights).to(world.device)
        self.effective_model = effective_model(self.network, recipe, plan)  # before other weights are loaded into it
        self.counts = _counts(self.images["train"])
        class_weights = class_weights_tensor(recipe.loss, self.counts)
        self.criterion = build(recipe.loss, weight=class_weights).to(world.device)
        self.mixing = Mixing(recipe.augment.mix, len(classes))
        self.descent: Descent = build_descent(recipe, self.network, len(self.train))
        self.updates: tuple[Update, ...] = (self.descent,)

    def _pipeline(self, split: str) -> Pipeline:
        return Pipeline(getattr(self.recipe.augment, split), *normalization_of(self.recipe.data))

    def _samples(self, split: str) -> ClassificationDataset:
        return ClassificationDataset(self.images[split], self.pipelines[split], self.recipe.seed)

    def _loader(self, split: str) -> Loader:
        train, hardware, is_train = self.recipe.train, self.recipe.hardware, split == "train"
        return Loader(
            self.samples[split],
            batch_size=train.batch_size,
            shuffle=is_train,
            seed=self.recipe.seed,
            workers=hardware.workers,
            pin_memory=hardware.pin_memory,
            drop_last=is_train and train.drop_last,
            rank=self.world.rank,
            world=self.world.size,
        )

    def weight(self, tensors: Tensors) -> float:
        """What the loss of a part of a training batch is divided by; labels of mixed images are probabilities."""
        _, labels = tensors
        return float(len(labels)) if self.mixing else weight_of(labels, self.criterion)

    def forward(self, network: torch.nn.Module, tensors: Tensors) -> Forward:
        images, labels = tensors
        images, labels = self.mixing(self.pipelines["train"].normalize(images), labels)
        logits = network(images)
        return Forward({"loss": self.criterion(logits, labels)}, {"accuracy": accuracy(logits.detach(), labels)})

    def evaluator(self, split: str) -> ClassificationEvaluator:
        classes = len(self.images["train"].classes)
        return ClassificationEvaluator(self.criterion, self.pipelines[split].normalize, classes, self.world)

    def effective(self) -> dict[str, JsonValue]:
        return effective_values(self)


def _counts(images: Images) -> tuple[int, ...]:
    labels = torch.tensor(images.labels)
    return tuple(torch.bincount(labels, minlength=len(images.classes)).tolist())
