"""Lion in PyTorch."""

from collections.abc import Callable
from typing import Any

import torch


class Lion(torch.optim.Optimizer):
    """Steps by the sign of an interpolation between momentum and gradient."""

    def __init__(
        self, params: Any, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99), weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Update every parameter that has a gradient."""
        loss = None if closure is None else torch.enable_grad()(closure)()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._update(parameter, group)
        return loss

    def _update(self, parameter: torch.Tensor, group: dict[str, Any]) -> None:
        state = self.state[parameter]
        momentum = state.setdefault("momentum", torch.zeros_like(parameter))
        beta1, beta2 = group["betas"]
        assert parameter.grad is not None
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.add_((beta1 * momentum + (1 - beta1) * parameter.grad).sign(), alpha=-group["lr"])
        momentum.mul_(beta2).add_(parameter.grad, alpha=1 - beta2)
