"""safetensors: the weights alone, in a file that no code is in, with their description in its header."""

from collections.abc import Mapping
from pathlib import Path

import torch

from recipe.runtime.exports.formats import DESCRIPTION

FILE, PACKAGES = "model.safetensors", ("safetensors",)


def write_weights(network: torch.nn.Module, file: Path, description: str) -> None:
    """Everything in the network's `state_dict`, under torch's own names."""
    from safetensors.torch import save_file

    tensors = {name: tensor.contiguous().clone() for name, tensor in network.state_dict().items()}
    save_file(tensors, file, metadata={"format": "pt", DESCRIPTION: description})


def read_weights(file: Path) -> tuple[Mapping[str, torch.Tensor], str]:
    """The tensors by name, and the description."""
    from safetensors import safe_open

    with safe_open(file, framework="pt") as opened:
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
        return tensors, opened.metadata()[DESCRIPTION]
