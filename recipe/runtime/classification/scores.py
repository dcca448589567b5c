"""Precision, recall and F1 as torchmetrics defines them.

`macro_scores` is for every epoch, `scores_by_torchmetrics` for the judgement after training: importing torchmetrics
takes as long as importing torch, which a run that is trying to train should not wait for. Both say the same.
"""

from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor


class Counts(NamedTuple):
    """Of each class [C]: images that were told right, images that were taken for it, images that are of it."""

    hits: Tensor
    predicted: Tensor
    support: Tensor

    @classmethod
    def of(cls, labels: Tensor, predicted: Tensor, num_classes: int) -> "Counts":
        """Count classes [N] on the CPU."""
        of_each = (labels[labels == predicted], predicted, labels)
        return cls(*(torch.bincount(places, minlength=num_classes) for places in of_each))


def macro_scores(counts: Counts) -> dict[str, float]:
    """The means over the classes; those without an image that none is taken for are left out of them."""
    hits, predicted, support = (each.double() for each in counts)
    is_there = (predicted + support > 0).double()
    parts = {"precision": (hits, predicted), "recall": (hits, support), "f1": (2 * hits, predicted + support)}
    return {name: float((is_there * _ratio(*part) / is_there.sum()).sum()) for name, part in parts.items()}


def _ratio(part: Tensor, whole: Tensor) -> Tensor:
    """0 where it is 0 / 0."""
    return part / torch.where(whole == 0, 1, whole)


class Scores(NamedTuple):
    """What torchmetrics makes of the counts, each under `precision`, `recall` and `f1`."""

    macro: dict[str, float]
    per_class: dict[str, list[float]]


def scores_by_torchmetrics(counts: Counts) -> Scores:
    """The means over the classes, and the scores of each."""
    macro, per_class = _computed(counts, "macro"), _computed(counts, "none")
    return Scores(
        {name: float(score) for name, score in macro.items()},
        {name: score.tolist() for name, score in per_class.items()},
    )


def _computed(counts: Counts, average: Literal["macro", "none"]) -> dict[str, Tensor]:
    """Counted by ourselves: in deterministic mode, torchmetrics counts with a tensor of images × classes² numbers."""
    from torchmetrics.classification import MulticlassF1Score, MulticlassPrecision, MulticlassRecall

    hits, predicted, support = (each.double() for each in counts)
    rest = support.sum() - predicted - support + hits
    state: dict[str, Any] = {"tp": hits, "fp": predicted - hits, "fn": support - hits, "tn": rest}
    metrics = {"precision": MulticlassPrecision, "recall": MulticlassRecall, "f1": MulticlassF1Score}
    found, none = {}, torch.empty(1, 0, dtype=torch.int64)
    for name, metric in metrics.items():
        # Its checks would refuse a single class; and the counts of all processes have been added up before.
        live = metric(len(hits), average=average, validate_args=False, sync_on_compute=False)
        live.update(none, none)  # or it warns that it has seen nothing
        live.merge_state(state)
        found[name] = live.compute()
    return found
