"""Curves as inline SVG. What is under the pointer is shown by style alone, without a script."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from recipe.runtime.report.curves import Chart, Series, thinned
from recipe.runtime.report.scales import Scale, figure, marks, scale_of

WIDTH, HEIGHT = 360, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 10, 18, 24
_MOST_POINTS = 240
_MOST_READINGS = 48
"""Places along the axis that tell their values under the pointer."""
_MOST_TOLD = 4
"""Values that have room beside each other; of more, the lowest and the highest are told."""
_PALETTE = 8
"""Colours that the page names `--s0` …; more curves than that get a rainbow in their order."""


class Drawing(NamedTuple):
    """A chart as the page shows it."""

    title: str
    svg: Markup
    legend: tuple[tuple[str, str], ...]
    """Name → colour."""
    note: str = ""


def drawing(chart: Chart, marked: int | None = None) -> Drawing:
    """The curves; a line stands at the marked epoch."""
    shown = [thinned(series, _MOST_POINTS) for series in chart.series]
    scale = scale_of((value for series in shown for value in series.values), chart.log_scale)
    epochs = [epoch for series in chart.series for epoch in series.epochs]
    across = Scale(min(epochs), max(epochs)) if min(epochs) < max(epochs) else Scale(min(epochs) - 1, max(epochs) + 1)
    frame = _Frame(across, scale)
    colours = [_colour(index, len(shown)) for index in range(len(shown))]
    body = [*frame.axes(), *frame.marker(marked)]
    for series, colour in zip(shown, colours, strict=True):
        body += frame.curve(series, colour)
    body += frame.readings(chart.series, colours)
    svg = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, chart.title, Markup("").join(body)
    )
    legend = tuple(zip((series.name for series in chart.series), colours, strict=True))
    return Drawing(chart.title, svg, legend, _gaps(chart.series))


class _Frame:
    """Places in the picture."""

    def __init__(self, across: Scale, up: Scale) -> None:
        self._across, self._up = across, up

    def x(self, epoch: float) -> float:
        return round(_LEFT + self._across.share(epoch) * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - _BOTTOM - self._up.share(value) * (HEIGHT - _TOP - _BOTTOM), 1)

    def axes(self) -> Iterator[Markup]:
        for value in marks(self._up):
            y = self.y(value)
            yield Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(_LEFT, WIDTH - _RIGHT, y, y)
            yield Markup('<text x="{}" y="{}" class="up">{}</text>').format(_LEFT - 5, y + 3.5, figure(value))
        for epoch in (mark for mark in marks(self._across) if mark == round(mark)):
            text = Markup('<text x="{}" y="{}" class="across">{}</text>')
            yield text.format(self.x(epoch), HEIGHT - 8, figure(epoch))

    def marker(self, epoch: int | None) -> Iterator[Markup]:
        if epoch is not None and self._across.low <= epoch <= self._across.high:
            yield self._upright(epoch, "best")

    def curve(self, series: Series, colour: str) -> Iterator[Markup]:
        for piece in self._pieces(series):
            places = [f"{x} {y}" for x, y in piece]
            if len(piece) == 1:
                yield Markup('<circle cx="{}" cy="{}" r="2.5" style="fill:{}"/>').format(*piece[0], colour)
            else:
                yield Markup('<path class="curve" d="M{}" style="stroke:{}"/>').format("L".join(places), colour)

    def _pieces(self, series: Series) -> list[list[tuple[float, float]]]:
        """What lies between gaps."""
        pieces: list[list[tuple[float, float]]] = [[]]
        for epoch, value in zip(series.epochs, series.values, strict=True):
            if self._up.shows(value):
                pieces[-1].append((self.x(epoch), self.y(value)))
            else:
                pieces.append([])
        return [piece for piece in pieces if piece]

    def readings(self, found: Sequence[Series], colours: Sequence[str]) -> Iterator[Markup]:
        """Strips of the picture, each with the values of one epoch, which appear under the pointer."""
        epochs = sorted({epoch for series in found for epoch in series.epochs})
        some = [epochs[i * len(epochs) // _MOST_READINGS] for i in range(_MOST_READINGS)]
        some = epochs if len(epochs) <= _MOST_READINGS else [*some[:-1], epochs[-1]]
        values = [dict(zip(series.epochs, series.values, strict=True)) for series in found]
        edges = [_LEFT, *(round((self.x(a) + self.x(b)) / 2, 1) for a, b in pairwise(some)), WIDTH - _RIGHT]
        for epoch, (left, right) in zip(some, pairwise(edges), strict=True):
            told = [each.get(epoch, math.nan) for each in values]
            yield self._reading(epoch, told, colours, left, right)

    def _reading(
        self, epoch: int, values: Sequence[float], colours: Sequence[str], left: float, right: float
    ) -> Markup:
        dots = [
            Markup('<circle cx="{}" cy="{}" r="3" style="fill:{}"/>').format(self.x(epoch), self.y(value), colour)
            for value, colour in zip(values, colours, strict=True)
            if self._up.shows(value)
        ]
        few = values if len(values) <= _MOST_TOLD else [min(values), max(values)]
        said = f"epoch {epoch}: " + (" … " if len(few) < len(values) else "  ").join(map(figure, few))
        strip = Markup('<rect x="{}" y="0" width="{}" height="{}"/>').format(left, round(right - left, 1), HEIGHT)
        text = Markup('<text x="{}" y="11" class="said">{}</text>').format(WIDTH - _RIGHT, said)
        inside = Markup("").join([strip, self._upright(epoch, "here"), *dots, text])
        return Markup('<g class="reading">{}</g>').format(inside)

    def _upright(self, epoch: int, kind: str) -> Markup:
        x = self.x(epoch)
        line = Markup('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>')
        return line.format(kind, x, x, _TOP, HEIGHT - _BOTTOM)


def _colour(index: int, count: int) -> str:
    if count <= _PALETTE:
        return f"var(--s{index})"
    return f"hsl({round(250 * index / (count - 1))} 65% 50%)"


def _gaps(found: Sequence[Series]) -> str:
    """What a gap in a curve means, where there are numbers that are not finite."""
    pairs = (pair for each in found for pair in zip(each.epochs, each.values, strict=True))
    gaps = sorted({epoch for epoch, value in pairs if not math.isfinite(value)})
    return f"not finite in epoch {', '.join(map(str, gaps[:8]))}{' …' if len(gaps) > 8 else ''}" if gaps else ""
