"""AdamW that is cautious."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor

_SMALLEST_SHARE = 1e-3
_SPARE = 2**12
"""Elements of room behind the largest tensor."""


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
        self._rooms: dict[tuple[torch.device, torch.dtype], Tensor] = {}

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

    def _room(self) -> dict[tuple[torch.device, torch.dtype], Tensor]:
        """Place for the update of any tensor, kept from step to step: new memory costs more than some operations."""
        largest: dict[tuple[torch.device, torch.dtype], int] = {}
        for parameter in (each for group in self.param_groups for each in group["params"]):
            place = (parameter.device, parameter.dtype)
            largest[place] = max(largest.get(place, 0), parameter.numel() + _SPARE)
        for (device, dtype), size in largest.items():
            if len(self._rooms.get((device, dtype), ())) < size:
                self._rooms[device, dtype] = torch.empty(size, device=device, dtype=dtype)
        return self._rooms

    def _move(self, parameter: Tensor, group: dict[str, Any], room: Tensor) -> None:
        state = self.state[parameter]
        if not state:
            state["step"] = torch.zeros((), device=parameter.device)
            state["exp_avg"] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
            state["exp_avg_sq"] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
        state["step"] += 1
        weights, *rows = _rows(parameter, parameter.grad, state["exp_avg"], state["exp_avg_sq"])
        kept = sum(
            _cautious(room[start:stop], [row[start:stop] for row in rows], state["step"], group, room[stop:])
            for start, stop in _slices(len(weights), len(room))
        )
        scale = 1 / max(kept / len(weights), _SMALLEST_SHARE)
        if group["max_scale"] is not None:
            scale = min(scale, group["max_scale"])
        weights.mul_(1 - group["lr"] * group["weight_decay"]).add_(room[: len(weights)], alpha=scale)


def _rows(parameter: Tensor, gradient: Tensor | None, *state: Tensor) -> tuple[Tensor, ...]:
    """All as rows, in the order of the parameter's memory."""
    assert gradient is not None
    if parameter.is_contiguous():
        return parameter.view(-1), gradient.reshape(-1), *(average.view(-1) for average in state)
    order = sorted(range(parameter.dim()), key=parameter.stride, reverse=True)
    weights, *averages = (tensor.permute(order).view(-1) for tensor in (parameter, *state))
    return (weights, gradient.permute(order).reshape(-1), *averages)


def _slices(count: int, room: int) -> Iterator[tuple[int, int]]:
    """Slices of a tensor, each so short that what is behind it in the room could hold it once more."""
    start = 0
    while start < count:
        stop = start + min(count - start, (room - start) // 2)
        yield start, stop
        start = stop


def _cautious(update: Tensor, rows: list[Tensor], step: Tensor, group: dict[str, Any], behind: Tensor) -> float:
    """Make a slice of the update, zero where it goes against the gradient; how many elements are left.

    `rows` are the gradient and its averages; the averages move. `behind` is overwritten.
    """
    gradient, mean, square = rows
    torch._fused_adamw_(
        [update.zero_()],  # weights that are zero and do not decay become the update, all in one pass
        [gradient],
        [mean],
        [square],
        [],
        [step],
        lr=group["lr"],
        beta1=group["betas"][0],
        beta2=group["betas"][1],
        weight_decay=0.0,
        eps=group["eps"],
        amsgrad=False,
        maximize=False,
    )
    agreement = torch.mul(mean, gradient, out=behind[: len(update)])
    torch.ops.aten.threshold_backward.grad_input(update, agreement, 0, grad_input=update)  # zero where it is not above
    return agreement.gt_(0).sum().item()
