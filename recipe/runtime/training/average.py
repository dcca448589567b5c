"""The average of a network's weights over the steps (EMA)."""

import copy

import torch


class Average:
    """A copy of the network that follows it: each step keeps `decay` of it, and takes the rest from the network."""

    def __init__(self, network: torch.nn.Module, decay: float) -> None:
        self.decay = decay
        self.network = copy.deepcopy(network).requires_grad_(False)

    @torch.no_grad()
    def update(self, network: torch.nn.Module) -> None:
        """Take a step of the network into account: weights and running statistics alike; counts are copied."""
        for mine, theirs in zip(self.network.state_dict().values(), network.state_dict().values(), strict=True):
            if mine.is_floating_point():
                mine.lerp_(theirs, 1 - self.decay)
            else:
                mine.copy_(theirs)
