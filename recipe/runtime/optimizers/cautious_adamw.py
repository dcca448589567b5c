"""AdamW that is cautious."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

_SMALLEST_SHARE = 1e-3
_SLICE = 2**17
"""Elements that are worked on at a time."""


class CautiousAdamW(torch.optim.Optimizer):
    """AdamW that leaves out those elements of an update whose sign is not that of the present gradient.

    The rest of a tensor's update is scaled by one over the share of elements that it is (at least 0.001), at most by
    `max_scale`. Weights decay all the same. Source: Liang et al., Cautious Optimizers, arXiv 2411.16085.

    A step works in place, tensor by tensor and slice by slice: what it needs beside the state is never larger than the
    largest tensor, and stays in the processor's cache.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        max_scale: float | None = None,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "max_scale": max_scale}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)
        return loss

    def _move(self, parameter: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        state = self.state[parameter]
        if not state:
            state["step"] = torch.tensor(0.0)
            state["exp_avg"] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
            state["exp_avg_sq"] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
        state["step"] += 1
        slices = _slices(parameter, gradient, state["exp_avg"], state["exp_avg_sq"])
        kept = sum(_average(*rest, *group["betas"]) for _, *rest in slices) / parameter.numel()
        scale = kept.clamp(min=_SMALLEST_SHARE).reciprocal().clamp(max=group["max_scale"] or math.inf)
        for each in slices:
            _descend(*each, scale, state["step"].item(), group)


def _slices(*tensors: Tensor) -> list[tuple[Tensor, ...]]:
    """Views of tensors of one shape, side by side: of half of each, or less of large ones."""
    count = max(2, math.ceil(tensors[0].numel() / _SLICE))
    shape = list(tensors[0].shape) or [1]
    dimension = next((index for index, length in enumerate(shape) if length >= count), shape.index(max(shape)))
    length = math.ceil(shape[dimension] / count)
    whole = [tensor.view(1) if tensor.dim() == 0 else tensor for tensor in tensors]
    return list(zip(*(tensor.split(length, dimension) for tensor in whole), strict=True))


def _average(gradient: Tensor, mean: Tensor, square: Tensor, beta1: float, beta2: float) -> Tensor:
    """Take a gradient into the averages; how many elements then agree with it in their sign."""
    mean.lerp_(gradient, 1 - beta1)
    square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
    return (mean * gradient).gt_(0).sum()


def _descend(
    parameter: Tensor, gradient: Tensor, mean: Tensor, square: Tensor, scale: Tensor, step: float, group: dict[str, Any]
) -> None:
    lr, (beta1, beta2) = group["lr"], group["betas"]
    bias = math.sqrt(1 - beta2**step)
    agreeing = (mean * gradient).gt_(0).mul_(mean).mul_(scale)
    size = square.sqrt().add_(group["eps"] * bias)
    parameter.mul_(1 - lr * group["weight_decay"]).addcdiv_(agreeing, size, value=-lr * bias / (1 - beta1**step))
