"""Pass 9: a resolved recipe becomes the plan that the runtime executes."""

import math
from typing import Any

from pydantic import JsonValue

from recipe.compiler.resolve import Resolved
from recipe.schemas.base import FrozenDict
from recipe.schemas.facts import Facts, Input, ParameterTensor
from recipe.schemas.layer_lr import group_name, groups_of
from recipe.schemas.plan import ParameterGroup, RunPlan


def lower(resolved: Resolved, facts: Facts, digest: str, secrets: dict[str, str]) -> RunPlan:
    """Everything decided, frozen."""
    return RunPlan(
        recipe=resolved.recipe,
        digest=digest,
        answers=resolved.answers,
        inputs=_inputs(facts),
        groups=_groups(resolved.recipe, facts.parameters or ()),
        details=_details(resolved.recipe, facts),
        secrets=FrozenDict({**secrets, **resolved.secrets}),
        versions=facts.versions,
        commit=facts.commit,
    )


def _inputs(facts: Facts) -> tuple[Input, ...]:
    found = []
    if facts.dataset is not None:
        found.append(Input(name="dataset", path=facts.dataset.source, fingerprint=facts.dataset.fingerprint))
    if facts.weights is not None and facts.weights.path is not None:
        found.append(Input(name="weights", path=facts.weights.path, fingerprint=facts.weights.sha256 or ""))
    return (*found, *facts.checkpoints)


def _groups(recipe: Any, parameters: tuple[ParameterTensor, ...]) -> tuple[ParameterGroup, ...]:
    """Parameters by layer, where layers have rates, and by role: weights decay, the others do not."""
    layer_lr = getattr(recipe, "layer_lr", None)
    found = groups_of([tensor.name for tensor in parameters], layer_lr, recipe.optimizer.lr, recipe.model.blocks)
    sizes: dict[tuple[str, float], list[int]] = {}
    for tensor, group in zip(parameters, found, strict=True):
        sizes.setdefault((group_name(layer_lr, group.label, tensor.role), group.lr), []).append(tensor.numel)
    return tuple(
        ParameterGroup(name=name, lr=lr, tensors=len(each), parameters=sum(each)) for (name, lr), each in sizes.items()
    )


def _details(recipe: Any, facts: Facts) -> FrozenDict[str, JsonValue]:
    """Consequences of the settings that a person wants to see."""
    details: dict[str, JsonValue] = {}
    if facts.dataset is not None:
        details["images"] = dict(facts.dataset.images)
        if facts.dataset.per_class:
            details["per_class"] = {split: list(counts) for split, counts in facts.dataset.per_class.items()}
        if facts.dataset.skipped:
            details["skipped"] = list(facts.dataset.skipped)
        if facts.dataset.labels is not None:
            details["labels"] = facts.dataset.labels
        details["classes"] = list(facts.dataset.classes)
        details["steps_per_epoch"] = _steps(recipe.train, facts.dataset.images["train"])
    if facts.weights is not None and facts.weights.path is not None:
        details["weights"] = facts.weights.reason
    return FrozenDict(details)


def _steps(train: Any, images: int) -> int:
    """Batches of an epoch; the last may be smaller than the others, or left out for that."""
    batch_size: int = train.batch_size
    is_last_used = not getattr(train, "drop_last", False)
    return math.ceil(images / batch_size) if is_last_used else images // batch_size
