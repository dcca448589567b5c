"""Focal loss: cross entropy where gamma is 0, the paper's formula elsewhere, and gradients that are numbers."""

import math

import pytest
import torch
from torch.nn.functional import one_hot

from recipe.runtime.classification.focal_loss import FocalLoss

WEIGHTS = torch.tensor([1.0, 2.5, 0.1, 3.0])
HARD = torch.tensor([0, 1, 2, 3, 3, 0])
SOFT = 0.7 * one_hot(HARD, 4) + 0.3 * one_hot(HARD.roll(1), 4)


def logits(scale=3.0):
    return (torch.randn(6, 4, generator=torch.Generator().manual_seed(0)) * scale).requires_grad_()


def value_and_gradient(criterion, numbers, labels):
    value = criterion(numbers, labels)
    return value.detach(), torch.autograd.grad(value, numbers)[0]


@pytest.mark.parametrize("labels", [HARD, SOFT], ids=["classes", "probabilities"])
@pytest.mark.parametrize("weight", [None, WEIGHTS], ids=["alike", "weighted"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_without_gamma_it_is_cross_entropy(labels, weight, label_smoothing):
    options = {"weight": weight, "label_smoothing": label_smoothing}
    mine = value_and_gradient(FocalLoss(gamma=0.0, **options), logits(), labels)
    theirs = value_and_gradient(torch.nn.CrossEntropyLoss(**options), logits(), labels)
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0, 5.0])
def test_a_sample_of_a_class_is_the_papers_formula(gamma):
    numbers = torch.tensor([[1.0, -0.5, 0.25, 0.0]])
    p = math.exp(-0.5) / sum(map(math.exp, numbers[0].tolist()))
    expected = (1 - p) ** gamma * -math.log(p)
    assert FocalLoss(gamma=gamma)(numbers, torch.tensor([1])).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("labels", "divisor"), [(HARD, 1 + 2.5 + 0.1 + 3 + 3 + 1), (SOFT, 6)])
def test_samples_count_by_the_weights_of_their_labels_and_shares_of_a_label_by_their_size(labels, divisor):
    shares = one_hot(HARD, 4).tolist() if labels is HARD else SOFT.tolist()
    probabilities = logits().softmax(1).tolist()
    expected = sum(
        weight * (share * 0.8 + 0.2 / 4) * (1 - p) ** 2 * -math.log(p)
        for row, spread in zip(probabilities, shares, strict=True)
        for p, share, weight in zip(row, spread, WEIGHTS.tolist(), strict=True)
    )
    built = FocalLoss(WEIGHTS, gamma=2.0, label_smoothing=0.2)
    assert built(logits(), labels).item() == pytest.approx(expected / divisor, rel=1e-5)


def test_what_is_known_well_counts_little():
    sure, unsure = torch.tensor([[4.0, 0.0]]), torch.tensor([[0.2, 0.0]])
    label = torch.tensor([0])
    plain, focal = FocalLoss(gamma=0.0), FocalLoss(gamma=2.0)
    assert focal(sure, label) / plain(sure, label) < 1e-3
    assert focal(unsure, label) / plain(unsure, label) > 0.2


@pytest.mark.parametrize("gamma", [0.0, 0.01, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("labels", [HARD, SOFT], ids=["classes", "probabilities"])
def test_the_gradient_is_finite_where_a_network_is_as_sure_as_can_be(gamma, labels):
    """There 1 − p is zero, and the slope of its root would be infinite."""
    sure = (one_hot(HARD, 4) * 200.0).requires_grad_()
    wrong = (one_hot(HARD.flip(0), 4) * 200.0).requires_grad_()
    for numbers in (sure, wrong):
        value, gradient = value_and_gradient(FocalLoss(gamma=gamma), numbers, labels)
        assert value.isfinite()
        assert gradient.isfinite().all()


def test_it_is_computed_in_32_bits_where_the_network_is_not():
    exact = FocalLoss()(logits().bfloat16().float(), HARD)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(FocalLoss()(logits().bfloat16(), HARD), exact)
