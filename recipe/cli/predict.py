"""Let the network of a run say what it sees in images."""

import argparse
import gc
import json
from pathlib import Path
from typing import TYPE_CHECKING

from recipe.cli.able_family import able_family
from recipe.cli.image_arguments import image_files, labels_of
from recipe.cli.options import add_format_option, add_runs_option
from recipe.cli.render import print_diagnostics
from recipe.cli.run_argument import add_run_argument, find_run, plan_of
from recipe.schemas.codes import EXIT_OK
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import RunPlan

if TYPE_CHECKING:
    from recipe.cli.predictions import Predictions

ENDINGS = (".csv", ".json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_run_argument(parser)
    parser.add_argument("images", nargs="+", metavar="IMAGE|DIR", help="an image, or a folder of them at any depth")
    parser.add_argument("--weights", default="best", metavar="NAME", help="a file of `checkpoints/` (default: best)")
    parser.add_argument("-o", "--output", metavar="ROWS.csv", help="write all probabilities, as .csv or .json")
    parser.add_argument("--top", type=_count, metavar="K", help="only the K likeliest classes of each image")
    parser.add_argument("--skip-corrupt", action="store_true", help="leave out images that cannot be read, and say so")
    add_runs_option(parser)
    add_format_option(parser)


def main(arguments: argparse.Namespace) -> int:
    """Find the run and the images, predict, then print or write what came of it."""
    _check_output(arguments.output)
    files = image_files(arguments.images)

    from recipe.cli.predictions import Predictions
    from recipe.runtime.places import runs_root
    from recipe.runtime.probe import import_torch
    from recipe.runtime.trained import Predicts, trained_run

    gc.enable()
    import_torch()
    run = find_run(arguments.run, runs_root(arguments.runs_dir))
    plan = plan_of(run)
    family = able_family(plan, Predicts, "predict")  # type: ignore[type-abstract]
    rows = family.predict(trained_run(plan, run, arguments.weights), files, arguments.skip_corrupt)
    classes = tuple(map(str, plan.details["classes"]))  # type: ignore[arg-type]
    found = Predictions(rows, classes, labels_of(arguments.images, files, classes), arguments.top)
    if arguments.output:
        found.write(Path(arguments.output))
        if found.labels:
            _draw(found, Path(arguments.output), plan, arguments.format)
    if arguments.format == "json":
        print(json.dumps({"ok": True, **found.document(arguments.output)}, indent=2, ensure_ascii=False))
    else:
        found.show(arguments.output)
    return EXIT_OK


def _draw(found: "Predictions", file: Path, plan: RunPlan, format_: str) -> None:
    """The confusion matrix beside the file, drawn as the recipe says; where it says not to, none."""
    import torch

    from recipe.runtime.classification.confusion_matrix import draw_confusion_matrix

    said = plan.recipe.report.confusion_matrix  # type: ignore[attr-defined]
    if said is not None:
        picture = file.with_name(f"{file.stem}-confusion_matrix.png")
        warning = draw_confusion_matrix(picture, torch.tensor(found.matrix()), found.classes, said)
        print_diagnostics([warning] if warning else [], (), format_)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _check_output(output: str | None) -> None:
    """Before any work. Raises `RecipeError`: R001 for another kind of file, R005 where there is no folder for it."""
    if output and Path(output).suffix.lower() not in ENDINGS:
        raise RecipeError(Diagnostic("R001", f"`{output}` does not end in {' or '.join(ENDINGS)}"))
    if output and not Path(output).absolute().parent.is_dir():
        raise RecipeError(Diagnostic("R005", f"there is no folder for `{output}`"))
