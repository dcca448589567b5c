"""Write the network of a run for other programs, and check on real images that it says the same there."""

import argparse
import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING

from recipe.cli.able_family import able_family
from recipe.cli.options import add_runs_option
from recipe.cli.run_argument import add_run_argument, find_run, plan_of
from recipe.schemas.codes import EXIT_OK

if TYPE_CHECKING:
    from recipe.schemas.export import Parity

FORMATS = ("onnx", "torchscript", "safetensors")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_run_argument(parser)
    parser.add_argument("--format", choices=FORMATS, required=True, help="what the other program reads")
    parser.add_argument("-o", "--output", metavar="DIR", required=True, help="a folder that is not there, or empty")
    parser.add_argument("--weights", default="best", metavar="NAME", help="a file of `checkpoints/` (default: best)")
    parser.add_argument(
        "--tolerance",
        type=_tolerance,
        default=1e-4,
        metavar="T",
        help="the largest difference between probabilities of the network and of what is written (default: 1e-4)",
    )
    parser.add_argument(
        "--samples", type=_samples, default=16, metavar="N", help="images that both are given (default: 16)"
    )
    add_runs_option(parser)


def main(arguments: argparse.Namespace) -> int:
    """Fill a folder of its own with the model and its certificate; it takes its name when all of it is there."""
    from recipe.runtime.exports.place import folder_kept
    from recipe.runtime.places import runs_root
    from recipe.runtime.probe import import_torch
    from recipe.runtime.trained import Export, Exports, trained_run

    gc.enable()
    import_torch()
    run = find_run(arguments.run, runs_root(arguments.runs_dir))
    plan = plan_of(run)
    family = able_family(plan, Exports, "export")  # type: ignore[type-abstract]
    trained = trained_run(plan, run, arguments.weights)
    asked = Export(arguments.format, arguments.tolerance, arguments.samples)
    with folder_kept(Path(arguments.output)) as folder:
        parity = family.export(trained, asked, folder)
    _show(parity, arguments.output)
    return EXIT_OK


def _show(parity: "Parity", folder: str) -> None:
    for name in sorted(os.listdir(folder)):  # noqa: PTH208
        print(f"  {os.path.join(folder, name)}")  # noqa: PTH118
    images = f"{len(parity.samples)} images of {parity.split}"
    print(f"says what the network says, in {parity.engine}: {images}, the largest difference between")
    print(f"probabilities {parity.largest_difference:.2g} (allowed: {parity.tolerance:.2g}), every top class the same")


def _tolerance(text: str) -> float:
    number = float(text)
    if not 0 <= number < 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return number


def _samples(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
