"""Judge the weights of a run again, by its validation data or by images of the same classes elsewhere."""

import argparse
import gc
import json
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from recipe.cli.able_family import able_family
from recipe.cli.options import add_format_option, add_runs_option
from recipe.cli.render import print_diagnostics
from recipe.cli.run_argument import add_run_argument, find_run, plan_of
from recipe.cli.show_result import figure
from recipe.schemas.codes import EXIT_OK
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.run import ClassScores, Evaluation

if TYPE_CHECKING:
    from rich.table import Table

    from recipe.runtime.trained import TrainedRun

_MOST_SHOWN = 40
"""Classes that a table shows; of more, those with the lowest F1."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_run_argument(parser)
    parser.add_argument("--weights", default="best", metavar="NAME", help="a file of `checkpoints/` (default: best)")
    parser.add_argument("--data", metavar="DIR", help="folder of classes to judge by (default: the validation data)")
    parser.add_argument("-o", "--output", metavar="DIR", help="where files go (default: `evaluations/` of the run)")
    add_runs_option(parser)
    add_format_option(parser)


def main(arguments: argparse.Namespace) -> int:
    """Find the run, judge it, write down and print what came of it."""
    from recipe.runtime.places import runs_root
    from recipe.runtime.probe import import_torch
    from recipe.runtime.trained import Evaluates, trained_run

    gc.enable()
    run = find_run(arguments.run, runs_root(arguments.runs_dir))
    plan = plan_of(run)
    import_torch()
    family = able_family(plan, Evaluates, "eval")  # type: ignore[type-abstract]
    trained = trained_run(plan, run, arguments.weights)
    folder = Path(arguments.output) if arguments.output else _usual_folder(trained, arguments.data)
    if arguments.output:
        _refuse_to_overwrite(folder, trained, arguments.data)
    evaluation = family.evaluate(trained, arguments.data, folder, _Watcher(arguments.format))
    if evaluation is None:
        help_ = ("name a folder with one folder of images for each class: `--data DIR`",)
        raise RecipeError(Diagnostic("R601", "the run has no validation data to judge by", help=help_))
    if arguments.format == "json":
        said = {"ok": True, "directory": str(folder), "evaluation": evaluation.model_dump(mode="json")}
        print(json.dumps(said, indent=2, ensure_ascii=False))
    else:
        _show(evaluation, folder)
    return EXIT_OK


class _Watcher:
    """Implements `recipe.runtime.trained.Watcher`; Ctrl-C ends the command as it does others."""

    def __init__(self, format_: str) -> None:
        self._format = "concise" if format_ == "json" else format_

    def batch_done(self) -> None:
        """Nothing to save."""

    def warn(self, diagnostic: Diagnostic) -> None:
        print_diagnostics([diagnostic], (), self._format)


def _usual_folder(trained: "TrainedRun", source: str | None) -> Path:
    """One for each pair of weights and data, so that the same judgement takes the place of its older self."""
    name = trained.weights.stem
    if source is not None:
        place = Path(source).absolute()
        name += f"-{place.name}-{sha256(os.fsencode(place)).hexdigest()[:8]}"
    return trained.run.path / "evaluations" / name


def _refuse_to_overwrite(folder: Path, trained: "TrainedRun", source: str | None) -> None:
    """Raises `RecipeError` (R004) where the folder has files of another judgement, or of somebody else."""
    from recipe.runtime.classification.evaluation import FILES, same_judgement

    found = [name for name in FILES if (folder / name).exists()]
    if found and not same_judgement(folder, trained, source):
        help_ = ("name another folder: `-o DIR`",)
        raise RecipeError(Diagnostic("R004", f"{folder / found[0]} is of something else", help=help_))


def _show(evaluation: Evaluation, folder: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    out, names = Console(highlight=False, markup=False), Table(box=None, show_header=False, padding=(0, 2))
    print(f"{evaluation.weights} (epoch {evaluation.epoch}) on {evaluation.samples:,} images of {evaluation.data}")
    for name, value in evaluation.metrics.items():
        names.add_row(name, figure(value, ".4f"))
    names.add_row("files", os.path.relpath(folder))
    out.print(names)
    if evaluation.classes:
        print()
        out.print(_table_of(evaluation.classes))


def _table_of(classes: Iterable[ClassScores]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2), header_style="bold")
    for heading in ("class", "precision", "recall", "F1", "images"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    shown = list(classes)
    if len(shown) > _MOST_SHOWN:
        shown = sorted(shown, key=lambda scores: scores.f1)[:_MOST_SHOWN]
        table.caption = f"the {_MOST_SHOWN} classes with the lowest F1; all are in per_class.csv"
    for each in shown:
        numbers = (f"{number:.4f}" for number in (each.precision, each.recall, each.f1))
        table.add_row(Text(each.name), *numbers, f"{each.support:,}")
    return table
