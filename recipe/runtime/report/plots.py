"""Curves as PNG files in `artifacts/`. Figures are drawn without pyplot: nothing of the process changes."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from recipe.runtime.files import written_atomically
from recipe.runtime.fonts import font_for, printable
from recipe.runtime.gradients_table import GradientTable, read_gradients
from recipe.runtime.metrics_table import Row
from recipe.runtime.report.curves import Chart, Series, curves_of
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.plan import RunPlan

_DPI = 120
_MOST_NAMED = 60
"""Groups of a map that have room for their names."""


def draw_plots(plan: RunPlan, run: RunDirectory, rows: Sequence[Row]) -> None:
    """Draw what the run has: losses, fractions (never beside rates), rates, gradients."""
    curves = curves_of(plan.recipe, rows)
    for name, charts in (("loss", curves.losses), ("accuracy", curves.fractions), ("learning_rates", curves.rates)):
        if charts:
            _save(_curves(charts), run.artifacts / f"{name}.png")
    gradients = read_gradients(run)
    if gradients is not None and gradients.rows:
        _save(_heat_map(gradients), run.artifacts / "gradients_heatmap.png")
        _save(_curves([_norms(gradients)]), run.artifacts / "gradients_curves.png")


def _save(figure: Figure, file: Path) -> None:
    with written_atomically(file) as out:
        figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": None})


def _curves(charts: Sequence[Chart]) -> Figure:
    """A panel a chart, at most three beside each other."""
    across = min(len(charts), 3)
    down = math.ceil(len(charts) / across)
    width, height = 6.4 * across if across > 1 else 8.0, 4.6 * down
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    # Inches at the edges, said outright: matplotlib's own layouts would draw everything twice to find them.
    figure.subplots_adjust(0.75 / width, 0.55 / height, 1 - 0.2 / width, 1 - 0.4 / height, 0.2, 0.3)
    for place, chart in enumerate(charts, 1):
        _draw(figure.add_subplot(down, across, place), chart)
    return figure


def _draw(axes: Any, chart: Chart) -> None:
    many = len(chart.series) > 10
    for index, series in enumerate(chart.series):
        colour = _rainbow(index / (len(chart.series) - 1)) if many else None
        style = "o-" if len(series.values) == 1 else "-"
        axes.plot(series.epochs, series.values, style, color=colour, label=f" {printable(series.name)}")
    if chart.log_scale:
        axes.set_yscale("log")
    axes.set_title(chart.title, parse_math=False)
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    legend = axes.legend(fontsize=7 if many else 9, ncols=1 + len(chart.series) // 16)
    for text in legend.get_texts():
        text.set_parse_math(False)
        text.set_fontproperties(_font(text.get_text(), text.get_size()))


def _rainbow(share: float) -> Any:
    from matplotlib import colormaps

    return colormaps["turbo"](0.08 + 0.84 * share)


def _font(text: str, size: float) -> Any:
    from matplotlib.font_manager import FontProperties

    font = font_for(text) or FontProperties()
    font.set_size(size)
    return font


def _norms(table: GradientTable) -> Chart:
    epochs = [row.epoch for row in table.rows]
    columns = zip(*(row.norms for row in table.rows), strict=True)
    series = (
        Series(name, epochs, [math.nan if norm is None else norm for norm in norms])
        for name, norms in zip(table.groups, columns, strict=True)
    )
    return Chart("norms of gradients", tuple(series), log_scale=True)


def _heat_map(table: GradientTable) -> Figure:
    """A row a group, a column an epoch; colours go by the logarithm."""
    norms = np.array([[norm or math.nan for norm in row.norms] for row in table.rows], dtype=float).T
    figure = Figure(figsize=(8, min(max(0.22 * len(table.groups), 2.0) + 1.2, 24)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    with np.errstate(divide="ignore"):
        image = axes.imshow(np.log10(norms), aspect="auto", interpolation="nearest", cmap="viridis")
    every = math.ceil(len(table.groups) / _MOST_NAMED)
    _label(axes, [printable(name) for name in table.groups], every)
    marks = np.unique(np.linspace(0, len(table.rows) - 1, 8).round().astype(int))
    axes.set_xticks(marks, [str(table.rows[mark].epoch) for mark in marks])
    axes.set_xlabel("epoch")
    axes.set_title("norms of gradients")
    figure.colorbar(image, ax=axes, label="log₁₀ of the norm")
    return figure


def _label(axes: Any, names: Sequence[str], every: int) -> None:
    shown = names[::every]
    axes.set_yticks(range(0, len(names), every), shown, parse_math=False)
    for label in axes.get_yticklabels():
        label.set_fontproperties(_font(label.get_text(), 8))
