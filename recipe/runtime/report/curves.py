"""Which curves a run has: its metrics, put together as people compare them. Drawn by `svg` and by `plots`."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from recipe.runtime.metrics_table import Row
from recipe.schemas.recipe import Metric, Recipe

_RATE, _BASE_RATE = "lr/", "lr"
"""The rate of a group, and the one that the optimizer was given: a group's, unless all have rates of their own."""


class Series(NamedTuple):
    """One curve. Values that are not finite are gaps."""

    name: str
    epochs: Sequence[int]
    values: Sequence[float]


class Chart(NamedTuple):
    """Curves that share their axes."""

    title: str
    series: tuple[Series, ...]
    log_scale: bool = False


class Curves(NamedTuple):
    """All charts of a run, by what they show."""

    losses: tuple[Chart, ...]
    """What training makes small, a chart for each loss."""
    fractions: tuple[Chart, ...]
    """What lies between 0 and 1: a chart for what several splits have, one for all that a single split has."""
    others: tuple[Chart, ...]
    rates: tuple[Chart, ...]
    """One chart, or none."""


def curves_of(recipe: Recipe, rows: Sequence[Row]) -> Curves:
    """From the table of metrics."""
    metrics = {metric.name: metric for metric in recipe.metrics}
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if name != "epoch"]
    rates = [name for name in names if name.startswith(_RATE)]
    kinds = {name: _kind(metrics.get(name)) for name in names if name not in (*rates, _BASE_RATE)}
    losses, fractions, others = (
        [series_of(name, rows) for name in kinds if kinds[name] == kind] for kind in ("loss", "fraction", "other")
    )
    log_scale = recipe.report.log_scale
    rates = rates or [name for name in names if name == _BASE_RATE]
    rates_chart = Chart("learning rates", tuple(_merged(series_of(name, rows) for name in rates)), log_scale)
    return Curves(
        tuple(_by_name(losses)),
        tuple(_by_name(fractions, is_split_shared=True)),
        tuple(_by_name(others)),
        (rates_chart,) if rates else (),
    )


def series_of(name: str, rows: Sequence[Row]) -> Series:
    """A column of the table; epochs that do not have it are left out."""
    having = [row for row in rows if name in row]
    return Series(name, [int(row["epoch"]) for row in having], [float(row[name]) for row in having])


def thinned(series: Series, most: int) -> Series:
    """A curve of at most so many points: of every stretch its lowest and its highest, so that no peak is lost."""
    if len(series.values) <= most:
        return series
    length = math.ceil(len(series.values) / (most // 2))
    kept: list[int] = []
    for start in range(0, len(series.values), length):
        stretch = range(start, min(start + length, len(series.values)))
        kept += _ends(series.values, [i for i in stretch if math.isfinite(series.values[i])]) or [start]
    return Series(series.name, [series.epochs[i] for i in kept], [series.values[i] for i in kept])


def _ends(values: Sequence[float], places: Sequence[int]) -> list[int]:
    """Where the lowest and the highest value stand, in their order."""
    if not places:
        return []
    return sorted({min(places, key=lambda place: values[place]), max(places, key=lambda place: values[place])})


def _kind(metric: Metric | None) -> str:
    if metric is None:
        return "other"
    return "fraction" if metric.is_fraction else "other" if metric.higher_is_better else "loss"


def _by_name(found: Sequence[Series], is_split_shared: bool = False) -> Iterator[Chart]:
    """`train/loss` and `val/loss` are one chart; where splits share one, so are all that only one split has."""
    names: dict[str, list[Series]] = {}
    for series in found:
        names.setdefault(series.name.partition("/")[2], []).append(series)
    alone: dict[str, list[Series]] = {}
    for name, group in names.items():
        if len(group) > 1 or not is_split_shared:
            yield Chart(name, tuple(each._replace(name=each.name.partition("/")[0]) for each in group))
        else:
            split, _, rest = group[0].name.partition("/")
            alone.setdefault(split, []).append(group[0]._replace(name=rest))
    for split, group in alone.items():
        yield Chart(group[0].name if len(group) == 1 else split, tuple(group))


def _merged(found: Iterable[Series]) -> Iterator[Series]:
    """Rates of one layer are mostly the same for its weights and biases: groups that never differ are one curve."""
    alike: dict[tuple[float, ...], list[Series]] = {}
    for series in found:
        alike.setdefault(tuple(series.values), []).append(series)
    layers = [{each.name.removeprefix(_RATE).rpartition("/")[0]: None for each in group} for group in alike.values()]
    split = Counter(layer for group in layers for layer in group)
    for group, its_layers in zip(alike.values(), layers, strict=True):
        is_whole = all(layer and split[layer] == 1 for layer in its_layers)
        names = its_layers if is_whole else [each.name.removeprefix(_RATE) for each in group]
        yield group[0]._replace(name=", ".join(names))
