"""Focal loss of several classes (Lin et al. 2017, arXiv 1708.02002)."""

import torch
from torch import Tensor
from torch.nn.functional import log_softmax, one_hot


class FocalLoss(torch.nn.Module):
    """The mean of Σ w·q·(1 − p)^gamma·(−log p) over the classes, with the interface of `torch.nn.CrossEntropyLoss`.

    p: softmax of the logits [N, C]; q: the label, smoothed, where a label is a class [N] or the probability of each
    [N, C]; w: the weights of the classes, the paper's α. The mean is torch's: the sum divided by the weights of the
    labels, or by N where labels are probabilities. So gamma 0 is cross entropy.
    """

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, gamma: float = 2.0, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.gamma, self.label_smoothing = gamma, label_smoothing

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        log_p = log_softmax(logits.float(), dim=1)
        losses = self._spread(labels, log_p) * -log_p * _doubt(log_p) ** self.gamma
        if self.weight is not None:
            losses = losses * self.weight
        return losses.sum() / self._count(labels)

    def _spread(self, labels: Tensor, like: Tensor) -> Tensor:
        """The probability of each class that the labels stand for."""
        classes = like.shape[1]
        spread = one_hot(labels, classes).to(like) if labels.dim() == 1 else labels
        return spread * (1 - self.label_smoothing) + self.label_smoothing / classes

    def _count(self, labels: Tensor) -> Tensor | int:
        return len(labels) if self.weight is None or labels.dim() > 1 else self.weight[labels].sum()


def _doubt(log_p: Tensor) -> Tensor:
    """1 − p, exact for p near 1. Where p is 1 it is nearly zero: the root of zero has no gradient."""
    return (-log_p.expm1()).clamp_min(torch.finfo(log_p.dtype).tiny)
