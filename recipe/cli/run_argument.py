"""The run that a command line names: `recipe eval RUN`."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from recipe.compiler.load_plan import load_plan
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import RunPlan

if TYPE_CHECKING:
    from recipe.runtime.rundir import RunDirectory

HELP = "a run: its folder, `NAME/DIGEST` as `recipe runs` lists it, or `NAME` where there is one run of that name"


def add_run_argument(parser: argparse.ArgumentParser) -> None:
    """`RUN`."""
    parser.add_argument("run", metavar="RUN", help=HELP)


def find_run(text: str, root: Path) -> "RunDirectory":
    """The directory of a run. Raises `RecipeError` (R621) where none, or more than one, is meant."""
    from recipe.runtime.rundir import RunDirectory

    found = _directories(text, root)
    if len(found) == 1:
        return RunDirectory(found[0])
    names = tuple(f"`{path.parent.name}/{path.name}`" for path in found)
    message = f"there is no run `{text}`" if not found else f"there are {len(found)} runs `{text}`"
    help_ = (f"name one: {', '.join(names)}",) if found else (f"`recipe runs` lists those in {root}",)
    raise RecipeError(Diagnostic("R621", message, help=help_))


def plan_of(run: "RunDirectory") -> RunPlan:
    """The plan that a run goes by. Raises `RecipeError` (R613) where this version cannot read it."""
    plan = load_plan(run.plan.read_text(encoding="utf-8"), str(run.plan), os.environ)
    assert isinstance(plan, RunPlan)  # what stands for several runs has no directory of its own
    return plan


def _directories(text: str, root: Path) -> list[Path]:
    """A folder as it stands; else those under the root whose name is given and whose digest begins like it."""
    if (Path(text) / "plan.json").is_file():
        return [Path(text).absolute()]
    name, _, digest = text.strip("/").partition("/")
    folders = sorted((root / name).iterdir()) if name and (root / name).is_dir() else []
    runs = [folder for folder in folders if (folder / "plan.json").is_file()]
    asked = [folder for folder in runs if folder.name.startswith(digest)]
    return [folder for folder in asked if digest or "~" not in folder.name]  # those that were set aside: by digest only
