"""What the live objects of a classification run hold, under the paths of the recipe."""

import os
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from recipe.runtime.classification.losses import effective_loss
from recipe.runtime.classification.normalization import effective_normalization
from recipe.runtime.data.images import Images
from recipe.runtime.training.effective import effective_component, effective_descent
from recipe.schemas.tasks.classification import BUILTIN_DIGITS

if TYPE_CHECKING:
    from recipe.runtime.classification.steps import ClassificationSteps


def effective_values(steps: "ClassificationSteps") -> dict[str, JsonValue]:
    """Dotted path → value, for every leaf of data, augment, model, loss, optimizer and scheduler."""
    recipe = steps.recipe
    return {
        "seed": _one_of({samples.seed for samples in steps.samples.values()}),
        **_data(steps),
        **effective_normalization(list(steps.pipelines.values()), recipe.data.normalize),
        **_augment(steps),
        **steps.effective_model,
        **effective_loss(steps.criterion, recipe.loss, steps.counts),
        **effective_descent(steps.descent, recipe, steps.network),
    }


def _data(steps: "ClassificationSteps") -> dict[str, JsonValue]:
    images, asked = steps.images, steps.recipe.data
    return {
        "data.train": _source(images["train"], asked.train),
        "data.val": None if asked.val is None else _source(images["val"], asked.val),
        "data.limit_per_class": _limit(steps),
        "data.cache": _one_of({each.mode for each in images.values()}),
    }


def _one_of(found: set[Any]) -> JsonValue:
    return found.pop() if len(found) == 1 else sorted(found)


def _source(images: Images, asked: str) -> str:
    """The folder that was asked for if all images are of it; else the one that all have in common."""
    names = [images.name(index) for index in range(len(images))]
    if all(name.startswith(f"{asked}{'/' if asked == BUILTIN_DIGITS else os.sep}") for name in names):
        return asked
    return os.path.commonpath(names)


def _limit(steps: "ClassificationSteps") -> JsonValue:
    """The limit that was asked for, if every class has the images that were counted; else what the largest has."""
    live = {
        split: [images.labels.count(label) for label in range(len(images.classes))]
        for split, images in steps.images.items()
    }
    most, asked = max(map(max, live.values())), steps.recipe.data.limit_per_class
    return asked if live == steps.plan.details["per_class"] and most <= (asked or most) else most


def _augment(steps: "ClassificationSteps") -> dict[str, JsonValue]:
    values: dict[str, JsonValue] = {}
    live = {split: pipeline.transforms for split, pipeline in steps.pipelines.items()} | {"mix": steps.mixing.mixers}
    for part in ("train", "val", "mix"):
        components, built = getattr(steps.recipe.augment, part), live[part]
        if len(components) != len(built) or not components:
            values[f"augment.{part}"] = [type(transform).__name__ for transform in built]
            continue
        for index, (component, transform) in enumerate(zip(components, built, strict=True)):
            values |= effective_component(f"augment.{part}.{index}", component, transform)
    return values
