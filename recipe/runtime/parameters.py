"""The trained parameters of a network, sorted by how optimizers treat them."""

from collections.abc import Iterator
from typing import NamedTuple

import torch

_NORMS = tuple(kind for name, kind in vars(torch.nn).items() if "Norm" in name)


class NamedParameter(NamedTuple):
    """A parameter that is trained, and how the optimizer treats it."""

    name: str
    parameter: torch.nn.Parameter
    role: str
    """`weight`, `bn` or `bias`; only weights decay."""


def trained_parameters(network: torch.nn.Module) -> Iterator[NamedParameter]:
    """In the order of `named_parameters()`; what needs no gradient is not among them."""
    for module_name, module in network.named_modules():
        for own_name, parameter in module.named_parameters(recurse=False):
            if parameter.requires_grad:
                name = f"{module_name}.{own_name}" if module_name else own_name
                yield NamedParameter(name, parameter, _role(module, own_name))


def _role(module: torch.nn.Module, own_name: str) -> str:
    if "bias" in own_name:
        return "bias"
    return "bn" if isinstance(module, _NORMS) else "weight"
