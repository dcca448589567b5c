"""Mixed precision: in which numbers the forward pass computes, and how gradients are kept from vanishing in fp16."""

from contextlib import nullcontext
from typing import Any

import torch

from recipe.schemas.training import Precision as Name

_MIXED = {torch.bfloat16: "bf16", torch.float16: "fp16"}


class Precision:
    """The autocast context and the loss scale that belong to a precision."""

    def __init__(self, name: Name, device: torch.device) -> None:
        self._device = device.type
        self.dtype = next((dtype for dtype, mixed in _MIXED.items() if mixed == name), None)
        self.scaler = torch.amp.GradScaler(self._device, enabled=name == "fp16")

    @property
    def name(self) -> str:
        """`fp32`, `bf16` or `fp16`, as it is in force."""
        return _MIXED[self.dtype] if self.dtype is not None else "fp32"

    def autocast(self) -> Any:
        """The context for a forward pass."""
        return nullcontext() if self.dtype is None else torch.autocast(self._device, self.dtype)
