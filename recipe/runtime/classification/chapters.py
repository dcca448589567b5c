"""What a classification adds to the page of a run: which classes were taken for which, and the worst mistakes."""

import base64
import csv
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from recipe.runtime.data.digits import read_digits
from recipe.runtime.data.image_files import decode_file
from recipe.runtime.data.images import Pixels
from recipe.runtime.report.chapters import Chapter, Counts, Picture, Pictures, Table
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.run import Evaluation
from recipe.schemas.tasks.classification import ClassificationData

_MOST_PICTURES = 24
_MOST_CLASSES = 40
"""Of a matrix that people can read; of more classes, those that were confused most are listed."""
_MOST_PAIRS = 30
_SIDE = 112
"""Pixels of the longer side of a small image."""


class Mistake(NamedTuple):
    """An image that was taken for another class."""

    file: str
    label: str
    predicted: str
    of_label: float
    """The probability that the network gave the right class."""
    of_predicted: float


def classification_chapters(data: ClassificationData, run: RunDirectory) -> Iterator[Chapter]:
    """From what the evaluation of the best weights has left in `artifacts/`; nothing before that."""
    evaluation = _evaluation(run)
    if evaluation is None:
        return
    note = f"Of the best weights, {evaluation.samples:,} images of {evaluation.data}."
    rows = [(each.name, each.precision, each.recall, each.f1, each.support) for each in evaluation.classes]
    yield Chapter("Classes", [Table(("class", "precision", "recall", "F1", "images"), rows)], note)
    yield Chapter("Confusion", [_confusion(run)])
    mistakes = sorted(_mistakes(run), key=lambda mistake: (mistake.of_label, mistake.file))
    if mistakes:
        shown = mistakes[:_MOST_PICTURES]
        look = _reader(data)
        pictures = [_picture(mistake, look) for mistake in shown]
        note = f"Of {len(mistakes):,} mistakes those with the least probability of the right class."
        yield Chapter("Worst mistakes", [Pictures(pictures)], note)


def _evaluation(run: RunDirectory) -> Evaluation | None:
    file = run.artifacts / "evaluation.json"
    return Evaluation.model_validate_json(file.read_bytes()) if file.is_file() else None


def _confusion(run: RunDirectory) -> Counts | Table:
    with _opened(run.artifacts / "confusion_matrix.csv") as file:
        (_, *classes), *rows = csv.reader(file)
    counts = [list(map(int, row)) for _, *row in rows]
    if len(classes) <= _MOST_CLASSES:
        return Counts(classes, counts)
    places = ((row, column) for row in range(len(classes)) for column in range(len(classes)) if row != column)
    pairs = sorted(((counts[row][column], classes[row], classes[column]) for row, column in places), reverse=True)
    confused = [(label, predicted, count) for count, label, predicted in pairs[:_MOST_PAIRS] if count]
    return Table(("class", "taken for", "images"), confused)


def _mistakes(run: RunDirectory) -> Iterator[Mistake]:
    with _opened(run.artifacts / "predictions.csv") as file:
        for row in csv.DictReader(file):
            if row["label"] != row["predicted"]:
                of_label, of_predicted = float(row["label_probability"]), float(row["probability"])
                yield Mistake(row["file"], row["label"], row["predicted"], of_label, of_predicted)


def _opened(file: Path) -> io.TextIOWrapper:
    """Names of files and folders may have bytes that are no text."""
    return file.open(encoding="utf-8", errors="surrogateescape", newline="")


def _reader(data: ClassificationData) -> Callable[[str], Pixels]:
    """File, as the images have it for a name → its pixels."""
    if not data.is_builtin:
        return decode_file
    digits = read_digits(data.limit_per_class)["val"]
    places = {digits.name(index): index for index in range(len(digits))}
    return lambda name: digits.decode(places[name])


def _picture(mistake: Mistake, look: Callable[[str], Pixels]) -> Picture:
    try:
        uri = _small(look(mistake.file))
    except (OSError, KeyError):  # moved or changed since the run
        uri = ""
    lines = (
        f"is {mistake.label} ({mistake.of_label:.1%})",
        f"taken for {mistake.predicted} ({mistake.of_predicted:.1%})",
    )
    return Picture(uri, os.path.basename(mistake.file), lines)  # noqa: PTH119


def _small(pixels: Pixels) -> str:
    """A few kilobytes, as a `data:` URI. What is smaller than the page shows it keeps its pixels."""
    image, file = Image.fromarray(pixels), io.BytesIO()
    image.thumbnail((_SIDE, _SIDE))
    image.save(file, "WEBP", quality=75)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
