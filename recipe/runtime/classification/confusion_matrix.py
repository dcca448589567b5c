"""Which classes were taken for which: as a table, and as a picture."""

import csv
import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from recipe.runtime.files import write_atomically
from recipe.runtime.fonts import font_for, lack_of_font, printable
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.tasks.classification import ConfusionMatrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LONGEST = 24
"""Characters of a class name that are drawn."""
_NAME_SIZE = 10.0
_SMALLEST = 5.0
"""Points: nobody reads what is smaller, and it is left out."""
_MOST_ZEROS = 20
"""Classes up to which cells without images say so: among more, zeros hide the rest, and each takes time to draw."""
_DPI = 100
_POINTS = 72
_NUMBER_WIDTH = 0.62
"""Of a digit, in parts of its height."""


def confusion_matrix(labels: Tensor, predicted: Tensor, num_classes: int) -> Tensor:
    """Images of each class (rows) that were taken for each class (columns) [C, C]. Takes classes [N] on the CPU."""
    places = labels * num_classes + predicted
    return torch.bincount(places, minlength=num_classes**2).reshape(num_classes, num_classes)


def write_confusion_matrix(file: Path, matrix: Tensor, classes: Sequence[str]) -> None:
    """As CSV: a row for each class, a column for each class that its images were taken for."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["label", *classes])
    writer.writerows([name, *row] for name, row in zip(classes, matrix.tolist(), strict=True))
    write_atomically(file, table.getvalue().encode(errors="surrogateescape"))


def draw_confusion_matrix(
    file: Path, matrix: Tensor, classes: Sequence[str], said: ConfusionMatrix
) -> Diagnostic | None:
    """As PNG. The warning (R623) where no font has all characters of a text."""
    names = [_shortened(printable(name)) for name in classes]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # ours says what to do about it
        write_atomically(file, _picture(matrix, names, said))
    return lack_of_font(printable(text) for text in (said.title, said.xlabel, said.ylabel, *names))


def _picture(matrix: Tensor, names: Sequence[str], said: ConfusionMatrix) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=said.figsize, dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    image = axes.imshow(matrix.numpy(), cmap=said.cmap, vmin=0, aspect="auto")
    figure.colorbar(image, ax=axes)
    _write(axes.set_title, said.title, said.title_fontsize)
    _write(axes.set_xlabel, said.xlabel, said.label_fontsize)
    _write(axes.set_ylabel, said.ylabel, said.label_fontsize)
    _name_ticks(axes, names)
    figure.canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # the size of the cells is known, and numbers in them do not change it
    _write_numbers(axes, image, matrix, said.fontsize)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def _shortened(name: str) -> str:
    """Without its middle, where it is long: names differ at one end or the other."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST // 2 - 1]}…{name[-_LONGEST // 2 :]}"


def _write(place: Any, text: str, size: float) -> None:
    """A text as it is: a `$` in it begins no formula."""
    place(printable(text), fontproperties=font_for(printable(text)), fontsize=size, parse_math=False)


def _name_ticks(axes: "Axes", names: Sequence[str]) -> None:
    """As many of the names as there is room for, the columns' upright where they are many or long."""
    width, height = _cell(axes, len(names))
    longest = max(map(len, names))
    is_upright = longest * _NAME_SIZE * _NUMBER_WIDTH > width
    _name_axis(axes.xaxis, names, width, 90 if is_upright else 0)
    _name_axis(axes.yaxis, names, height, 0)


def _name_axis(axis: Any, names: Sequence[str], pitch: float, rotation: int) -> None:
    """`pitch`: points from one name to the next."""
    size = max(_SMALLEST, min(_NAME_SIZE, 0.9 * pitch)) if rotation or axis.axis_name == "y" else _NAME_SIZE
    step = max(1, -int(-1.1 * _SMALLEST // pitch))
    axis.set_ticks(range(0, len(names), step), names[::step])
    for label in axis.get_ticklabels():
        text = label.get_text()
        label.set(fontproperties=font_for(text), fontsize=size, rotation=rotation, parse_math=False)


def _cell(axes: "Axes", count: int) -> tuple[float, float]:
    """Width and height of one of so many cells, in points."""
    extent = axes.get_window_extent()
    return extent.width * _POINTS / _DPI / count, extent.height * _POINTS / _DPI / count


def _write_numbers(axes: "Axes", image: Any, matrix: Tensor, largest: float) -> None:
    """In each cell, in black or white, whichever is farther from its colour; none where cells are too small."""
    counts = matrix.tolist()
    width, height = _cell(axes, len(counts))
    digits = len(str(int(matrix.max())))
    size = min(largest, 0.8 * height, 0.9 * width / (digits * _NUMBER_WIDTH))
    if size < _SMALLEST:
        return
    for row, line in enumerate(counts):
        for column, count in enumerate(line):
            if not count and len(line) > _MOST_ZEROS:
                continue
            red, green, blue, _ = image.cmap(image.norm(count))
            colour = "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"
            axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=size)
