"""Norms of the gradients of a network, averaged over the steps of an epoch."""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

import torch
from pydantic import JsonValue
from torch import Tensor

from recipe.runtime.gradients_table import GradientRow, GradientTable, write_gradients
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.inspect import Gradients

REDUCTIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "median": lambda norms: norms.quantile(0.5),
    "mean": torch.mean,
    "max": torch.amax,
    "rms": lambda norms: norms.square().mean().sqrt(),
}
_MISSING = -1.0
"""Stands for the norm of a gradient that is not there."""


class GradientNorms:
    """Adds up the norm of each parameter's gradient on its device: nothing waits for it before the epoch ends."""

    def __init__(self, network: torch.nn.Module, settings: Gradients) -> None:
        self.every, self.group_by, self.reduce = settings.every, settings.group_by, settings.reduce
        self.exclude = tuple(map(re.compile, settings.exclude))
        self.rows: list[GradientRow] = []
        self._is_due, self._run = False, cast(RunDirectory | None, None)
        self._parameters = dict(network.named_parameters())
        self._missing = next(iter(self._parameters.values())).new_tensor(_MISSING, dtype=torch.float32)
        self._sums, self._counts = self._nothing(), self._nothing()

    def effective(self) -> dict[str, JsonValue]:
        """The settings as they are in force."""
        exclude: list[JsonValue] = [pattern.pattern for pattern in self.exclude]
        return {"every": self.every, "group_by": self.group_by, "reduce": self.reduce, "exclude": exclude}

    # -- a step ------------------------------------------------------------------------------------------------------

    def norms(self) -> Tensor | None:
        """Of all parameters as their gradients are now; None where the epoch is not recorded."""
        if not self._is_due:
            return None
        gradients = [each.grad for each in self._parameters.values()]
        found = iter(torch._foreach_norm([each for each in gradients if each is not None], dtype=torch.float32))
        return torch.stack([self._missing if each is None else next(found) for each in gradients])

    def add(self, norms: Tensor | None, is_scaled: bool) -> None:
        """Take a step into account. Where losses are scaled, as in fp16, one that is not finite moves no weight."""
        if norms is None:
            return
        counts = norms != _MISSING
        if is_scaled:
            counts &= norms.isfinite().all()
        self._sums += torch.where(counts, norms, 0.0)
        self._counts += counts

    # -- an epoch ----------------------------------------------------------------------------------------------------

    def begin_epoch(self, epoch: int) -> None:
        """An epoch begins, or goes on."""
        self._is_due = epoch % self.every == 0

    def end_epoch(self, epoch: int) -> None:
        """Add the row of an epoch that is recorded, and begin anew."""
        if not self._is_due:
            return
        means, counts = (self._sums / self._counts).cpu(), self._counts.tolist()
        places = ([place for place in group if counts[place]] for group in self._groups().values())
        reduce = REDUCTIONS[self.reduce]
        norms = tuple(float(reduce(means[group])) if group else None for group in places)
        self.rows.append(GradientRow(epoch, norms))
        self._sums, self._counts = self._nothing(), self._nothing()
        self._write()

    def write_to(self, run: RunDirectory) -> None:
        """Keep the table of a run from now on. Of the processes that train together, one does."""
        self._run = run
        self._write()

    def _write(self) -> None:
        if self._run is not None:
            write_gradients(self._run, GradientTable(tuple(self._groups()), tuple(self.rows)))

    def _groups(self) -> dict[str, list[int]]:
        """Name → the places of its parameters. One that is in no module is a group of its own."""
        groups: dict[str, list[int]] = {}
        for place, name in enumerate(self._parameters):
            if not any(pattern.search(name) for pattern in self.exclude):
                groups.setdefault(group_of(name, self.group_by), []).append(place)
        return groups

    def _nothing(self) -> Tensor:
        return self._missing.new_zeros(len(self._parameters), dtype=torch.float64)

    # -- state -------------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """What was recorded: plain types and tensors."""
        rows = [[row.epoch, list(row.norms)] for row in self.rows]
        return {"sums": self._sums, "counts": self._counts, "rows": rows}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self._sums.copy_(state["sums"])
        self._counts.copy_(state["counts"])
        self.rows = [GradientRow(epoch, tuple(norms)) for epoch, norms in state["rows"]]


def group_of(name: str, group_by: str) -> str:
    """The outermost module of a parameter, or the one that holds it."""
    return name.partition(".")[0] if group_by == "block" else name.rpartition(".")[0] or name
