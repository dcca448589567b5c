"""Means over the samples of an epoch."""

from collections.abc import Mapping


class Means:
    """Weighted means of named numbers, in the order in which they first came."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._weight = 0.0

    def add(self, values: Mapping[str, float], weight: float) -> None:
        """Take some samples into account: the means over them, and what they count for."""
        for name, value in values.items():
            self._sums[name] = self._sums.get(name, 0.0) + value * weight
        self._weight += weight

    def values(self) -> dict[str, float]:
        """The means so far; none before the first sample."""
        return {name: total / self._weight for name, total in self._sums.items()} if self._weight else {}

    def sums(self) -> dict[str, float]:
        """What to add up over several processes: the sums, and under `""` the weight."""
        return {**self._sums, "": self._weight}

    @classmethod
    def of_sums(cls, sums: Mapping[str, float]) -> "Means":
        """The inverse of `sums`."""
        means = cls()
        means._weight = sums[""]
        means._sums = {name: total for name, total in sums.items() if name}
        return means
