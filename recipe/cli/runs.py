"""List the runs under the runs folder."""

import argparse
import json
from pathlib import Path

from recipe.cli.options import add_format_option, add_runs_option
from recipe.cli.show_result import figure
from recipe.schemas.codes import EXIT_OK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_runs_option(parser)
    add_format_option(parser)


def main(arguments: argparse.Namespace) -> int:
    """Print one line a run, the newest first."""
    from recipe.runtime.places import runs_root

    root = runs_root(arguments.runs_dir)
    found = sorted((_describe(path) for path in _directories(root)), key=lambda run: str(run["updated"]), reverse=True)
    if arguments.format == "json":
        print(json.dumps({"ok": True, "runs": found}, indent=2))
        return EXIT_OK
    if not found:
        print(f"no runs in {root}")
    for run in found:
        told = "".join(f"  {name} {figure(value, '.3f')}" for name, value in run["reached"].items())  # type: ignore[attr-defined]
        epochs = f"{run['epochs_done']}/{run['epochs_total']} epochs"
        print(f"{run['name']}/{run['directory']}  {run['state']:11}  {epochs:15}  {run['updated']}{told}")
    return EXIT_OK


def _directories(root: Path) -> list[Path]:
    return [file.parent for file in root.glob("*/*/status.json")]


def _describe(path: Path) -> dict[str, object]:
    from recipe.runtime.rundir import RunDirectory
    from recipe.schemas.run import reached

    run = RunDirectory(path)
    status, result = run.read_status(), run.read_result()
    if status is None:
        broken = {
            "state": "unreadable",
            "updated": "",
            "epochs_done": 0,
            "epochs_total": 0,
            "minutes": 0.0,
            "reached": {},
        }
        return {"name": path.parent.name, "directory": path.name, **broken}
    state = "interrupted" if status.state == "running" and not run.is_locked() else status.state
    return {
        "name": path.parent.name,
        "directory": path.name,
        "state": state,
        "updated": status.updated,
        "epochs_done": status.epochs_done,
        "epochs_total": status.epochs_total,
        "minutes": status.minutes,
        "reached": dict([reached(result)]) if result else {},
    }
