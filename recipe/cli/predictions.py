"""What a network says of many images: as a table, as CSV, as JSON."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from recipe.cli.formats.text import escape
from recipe.runtime.files import written_atomically
from recipe.schemas.diagnostics import Diagnostic, RecipeError

Row = Mapping[str, Any]
_SHOWN = 3
"""Classes of an image that people are shown, where they do not ask for another number."""
_LARGEST_MATRIX = 12
"""Classes of the largest confusion matrix that fits a terminal."""


class Predictions:
    """Rows of a family's `predict`, looked at once, in their order."""

    def __init__(self, rows: Iterator[Row], classes: Sequence[str], labels: Mapping[str, str], top: int | None) -> None:
        self.classes, self.labels, self.top = classes, labels, top
        self.skipped: dict[str, str] = {}
        self.count = 0
        self.confusion = {label: dict.fromkeys(classes, 0) for label in classes}
        """Class → predicted class → images, where classes are known."""
        self._rows = self._watched(rows)

    def write(self, file: Path) -> None:
        """All rows into a file, whole or not at all; those of CSV are never in memory together."""
        try:
            with written_atomically(file) as output:
                if file.suffix.lower() == ".csv":
                    text = io.TextIOWrapper(output, "utf-8", errors="surrogateescape", newline="", write_through=True)
                    self._write_csv(csv.writer(text))
                    text.detach()
                else:
                    output.write(json.dumps(self.document(None), indent=2).encode() + b"\n")
        except OSError as error:
            raise RecipeError(Diagnostic("R005", f"`{file}` cannot be written: {error.strerror}")) from error

    def document(self, written: str | None) -> dict[str, Any]:
        """As plain data; without the predictions where they have been written into a file."""
        told = {"output": written} if written else {"predictions": list(self._rows)}
        known = {"accuracy": self.accuracy, "confusion_matrix": self.matrix()} if self.labels else {}
        return {"classes": list(self.classes), **told, "images": self.count, **known, "skipped": self.skipped}

    @property
    def accuracy(self) -> float | None:
        """Share of the images whose class was predicted; None without images."""
        right = sum(self.confusion[name][name] for name in self.classes)
        return right / self.count if self.count else None

    def _watched(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows of images that could be read, each counted, with its class where that is known."""
        for row in rows:
            if "skipped" in row:
                self.skipped[row["file"]] = row["skipped"]
                continue
            self.count += 1
            label = self.labels.get(row["file"])
            if label is not None:
                self.confusion[label][row["predicted"]] += 1
            known = {} if label is None else {"label": label}
            yield {"file": row["file"], **known, **row, "probabilities": likeliest(row["probabilities"], self.top)}

    def _write_csv(self, table: Any) -> None:
        known = ["label"] if self.labels else []
        head = ["file", *known, "predicted", "probability"]
        table.writerow([*head, *(f"probability/{name}" for name in self.classes)])
        for row in self._rows:
            table.writerow([*(row[name] for name in head), *(row["probabilities"].get(name) for name in self.classes)])

    def matrix(self) -> list[list[int]]:
        """Rows are the classes, columns what was predicted."""
        return [[self.confusion[label][name] for name in self.classes] for label in self.classes]

    def show(self, written: str | None) -> None:
        """Print the predictions, or where they are; then what was right, and what was left out."""
        if written is None:
            self._show_rows()
        else:
            print(f"wrote {written}: {self.count} images")
        if self.labels and self.count:
            self._show_judgement()
        for file, reason in self.skipped.items():
            print(escape(f"left out: {file} {reason}"))

    def _show_rows(self) -> None:
        rows = list(self._rows)
        head = ["file", *(["label"] if self.labels else []), "predicted", "probability", "next"]
        print_columns([head, *(self._cells(row) for row in rows)])

    def _cells(self, row: Row) -> list[str]:
        best, *others = likeliest(row["probabilities"], self.top or _SHOWN).items()
        known = [row["label"]] if self.labels else []
        after = "  ".join(f"{name} {number:.4f}" for name, number in others)
        return [row["file"], *known, best[0], f"{best[1]:.4f}", after]

    def _show_judgement(self) -> None:
        right = sum(self.confusion[name][name] for name in self.classes)
        print(f"\naccuracy {self.accuracy:.4f}: {right} of {self.count} images")
        if len(self.classes) <= _LARGEST_MATRIX:
            counts = ([name, *map(str, row)] for name, row in zip(self.classes, self.matrix(), strict=True))
            print("\nclass (rows) and what was predicted (columns)")
            print_columns([["", *self.classes], *counts])


def likeliest(probabilities: Mapping[str, float], top: int | None) -> dict[str, float]:
    """The `top` classes in falling order; all of them, in their own order, where it is None."""
    if top is None:
        return dict(probabilities)
    return dict(sorted(probabilities.items(), key=lambda item: -item[1])[:top])


def print_columns(rows: Sequence[Sequence[str]]) -> None:
    """Lines whose cells stand below each other, wide characters counted as two; nothing in them harms a terminal."""
    from rich.cells import cell_len

    harmless = [[escape(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*harmless, strict=True)]
    for row in harmless:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        print("  ".join(padded).rstrip())
