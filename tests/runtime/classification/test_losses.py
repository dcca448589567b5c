"""Class weights as torch has them, and what a live loss tells."""

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from recipe.runtime.build import build
from recipe.runtime.classification.focal_loss import FocalLoss
from recipe.runtime.classification.losses import class_weights_tensor, effective_loss, weight_of
from recipe.schemas.losses import Loss

COUNTS = (30, 10, 2)
BUILT = {"CrossEntropyLoss": torch.nn.CrossEntropyLoss, "FocalLoss": FocalLoss}


@pytest.fixture(params=BUILT)
def word(request):
    return request.param


def loss(type="CrossEntropyLoss", **fields):
    return Loss.parse({"type": type, **fields})


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
def test_a_live_loss_tells_what_was_asked_for(word, weights):
    said = loss(word, label_smoothing=0.1, class_weights=weights)
    asked = list(weights) if isinstance(weights, tuple) else weights
    assert live(said, built(said)) == {
        "loss.type": word,
        "loss.label_smoothing": 0.1,
        "loss.class_weights": asked,
        **({"loss.gamma": 2.0} if word == "FocalLoss" else {}),
    }


@pytest.mark.parametrize("weights", ["none", "balanced", (1.0, 0.1, 1e-3)])
def test_a_live_loss_is_not_believed(word, weights):
    said, target = loss(word, class_weights=weights), BUILT[word]
    assert live(said, target(weight=torch.tensor([1.0, 0.5, 0.25])))["loss.class_weights"] == [1.0, 0.5, 0.25]
    if weights != "none":
        assert live(said, target())["loss.class_weights"] == "none"
    assert live(said, target(label_smoothing=0.2))["loss.label_smoothing"] == 0.2


def test_the_gamma_of_a_live_loss_is_not_believed():
    assert live(loss("FocalLoss"), FocalLoss(gamma=0.5))["loss.gamma"] == 0.5


@pytest.mark.parametrize("weights", ["none", "balanced"])
def test_parts_by_what_they_count_for_are_the_whole(word, weights):
    """Unequal parts of unequal weights."""
    criterion = built(loss(word, label_smoothing=0.1, class_weights=weights))
    logits, labels = torch.randn(7, 3, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 0, 0, 2, 1, 0, 2])
    parts = [slice(0, 3), slice(3, 5), slice(5, 7)]
    whole = weight_of(labels, criterion)
    sums = sum(criterion(logits[part], labels[part]) * weight_of(labels[part], criterion) for part in parts)
    torch.testing.assert_close(sums / whole, criterion(logits, labels))
