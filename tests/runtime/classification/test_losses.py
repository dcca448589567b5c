"""Class weights as torch has them, and what a live loss tells."""

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from recipe.runtime.build import build
from recipe.runtime.classification.losses import class_weights_tensor, effective_loss
from recipe.schemas.losses import Loss

COUNTS = (30, 10, 2)


def loss(**fields):
    return Loss.parse({"type": "CrossEntropyLoss", **fields})


def live(said, built):
    return effective_loss(built, said, COUNTS)


def built(said):
    return build(said, weight=class_weights_tensor(said, COUNTS))


def test_none_is_no_tensor_and_a_list_is_as_it_says():
    assert class_weights_tensor(loss(), COUNTS) is None
    assert class_weights_tensor(loss(class_weights=(1, 2.5, 0.1)), COUNTS).tolist() == pytest.approx([1, 2.5, 0.1])


def test_balanced_is_what_scikit_learn_calls_so():
    labels = [label for label, count in enumerate(COUNTS) for _ in range(count)]
    theirs = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert class_weights_tensor(loss(class_weights="balanced"), COUNTS).tolist() == pytest.approx(list(theirs))


@pytest.mark.parametrize("weights", ["none", "balanced", (1.0, 0.1, 1e-3)])
def test_a_live_loss_tells_what_was_asked_for(weights):
    said = loss(label_smoothing=0.1, class_weights=weights)
    asked = list(weights) if isinstance(weights, tuple) else weights
    assert live(said, built(said)) == {
        "loss.type": "CrossEntropyLoss",
        "loss.label_smoothing": 0.1,
        "loss.class_weights": asked,
    }


@pytest.mark.parametrize("weights", ["none", "balanced", (1.0, 0.1, 1e-3)])
def test_a_live_loss_is_not_believed(weights):
    said = loss(class_weights=weights)
    other = torch.nn.CrossEntropyLoss(weight=torch.tensor([1.0, 0.5, 0.25]))
    assert live(said, other)["loss.class_weights"] == [1.0, 0.5, 0.25]
    if weights != "none":
        assert live(said, torch.nn.CrossEntropyLoss())["loss.class_weights"] == "none"
    assert live(said, torch.nn.CrossEntropyLoss(label_smoothing=0.2))["loss.label_smoothing"] == 0.2
