"""AdamW that is cautious."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim.adamw import adamw

_SMALLEST_SHARE = 1e-3
_SLICE = 2**16
"""Elements that are worked on at a time, but for Adam's own pass: so few that they stay in the processor's cache."""


class CautiousAdamW(torch.optim.Optimizer):
    """AdamW that leaves out those elements of an update whose sign is not that of the present gradient.

    The rest of a tensor's update is scaled by one over the share of elements that it is (at least 0.001), at most by
    `max_scale`. Weights decay all the same. Source: Liang et al., Cautious Optimizers, arXiv 2411.16085.

    A step goes tensor by tensor, and needs room for the update of the largest one beside the state.
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
        # `fused` tells torch to load `step` onto the parameter's device.
        super().__init__(params, {**defaults, "fused": True})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        room = self._room()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, group, room[parameter.device, parameter.dtype])
        return loss

    def _room(self) -> dict[tuple[torch.device, torch.dtype], tuple[Tensor, Tensor]]:
        """Place for the update of any tensor, and for a slice of it."""
        largest: dict[tuple[torch.device, torch.dtype], int] = {}
        for parameter in (each for group in self.param_groups for each in group["params"]):
            place = (parameter.device, parameter.dtype)
            largest[place] = max(largest.get(place, 0), parameter.numel())
        return {
            (device, dtype): (
                torch.empty(size, device=device, dtype=dtype),
                torch.empty(min(size, _SLICE), device=device, dtype=dtype),
            )
            for (device, dtype), size in largest.items()
        }

    def _move(self, parameter: Tensor, group: dict[str, Any], room: tuple[Tensor, Tensor]) -> None:
        state = self.state[parameter]
        if not state:
            state["step"] = torch.zeros((), device=parameter.device)
            state["exp_avg"] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
            state["exp_avg_sq"] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
        weights, gradient, mean, square = _rows(parameter, parameter.grad, state["exp_avg"], state["exp_avg_sq"])
        update = room[0][: parameter.numel()].zero_()
        _adam(update, gradient, mean, square, state["step"], group)
        kept = _leave_out(update, mean, gradient, room[1])
        scale = 1 / max(kept / parameter.numel(), _SMALLEST_SHARE)
        if group["max_scale"] is not None:
            scale = min(scale, group["max_scale"])
        for part, move in zip(torch.split(weights, _SLICE), torch.split(update, _SLICE), strict=True):
            part.mul_(1 - group["lr"] * group["weight_decay"]).add_(move, alpha=scale)


def _rows(parameter: Tensor, gradient: Tensor | None, *state: Tensor) -> tuple[Tensor, ...]:
    """All as rows, in the order of the parameter's memory."""
    assert gradient is not None
    order = sorted(range(parameter.dim()), key=parameter.stride, reverse=True)
    weights, *averages = (tensor.permute(order).view(-1) for tensor in (parameter, *state))
    return (weights, gradient.permute(order).reshape(-1), *averages)


def _adam(update: Tensor, gradient: Tensor, mean: Tensor, square: Tensor, step: Tensor, group: dict[str, Any]) -> None:
    """Adam's step of weights that are zero and do not decay: the update alone, in one pass."""
    adamw(
        [update],
        [gradient],
        [mean],
        [square],
        [],
        [step],
        fused=True,
        amsgrad=False,
        beta1=group["betas"][0],
        beta2=group["betas"][1],
        lr=group["lr"],
        weight_decay=0.0,
        eps=group["eps"],
        maximize=False,
    )


def _leave_out(update: Tensor, mean: Tensor, gradient: Tensor, room: Tensor) -> float:
    """Set to zero what goes against the gradient; how many elements are left."""
    kept = torch.zeros((), device=update.device, dtype=torch.float64)
    for part, average, against in zip(*(torch.split(each, _SLICE) for each in (update, mean, gradient)), strict=True):
        product = torch.mul(average, against, out=room[: part.numel()])
        torch.ops.aten.threshold_backward.grad_input(part, product, 0, grad_input=part)  # zero where it is not above 0
        kept += torch.gt(product, 0, out=product).sum()
    return kept.item()
