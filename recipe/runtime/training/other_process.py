"""The program of every training process but the first one: it does its part in silence, and ends with the first one."""

import json
import multiprocessing
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any


def main() -> None:
    """Take the order from the pipe, and train. Torch is imported only when signals cannot end this process any more."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # whether to stop, the first process decides
    order = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_first, daemon=True).start()
    _train(order)


def _end_with_the_first() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing more is ever sent: it returns when the pipe is closed
    for child in multiprocessing.active_children():
        child.kill()
    os._exit(1)


def _train(order: dict[str, Any]) -> None:
    import torch

    from recipe.runtime.execute import family_of
    from recipe.runtime.rundir import RunDirectory
    from recipe.runtime.training.processes import device_of
    from recipe.runtime.training.session import train_here
    from recipe.runtime.training.world import joined
    from recipe.schemas.plan import RunPlan

    plan = RunPlan.model_validate_json(json.dumps(order["plan"]))
    hardware: Any = plan.recipe.hardware
    rank, folder = order["rank"], Path(order["folder"])
    torch.set_num_threads(order["threads"])
    family: Any = family_of(plan.recipe)
    (folder / f"ready-{rank}").touch()
    run = RunDirectory(Path(order["run"]))
    with joined(device_of(hardware.device, rank), rank, hardware.devices, str(folder / "meeting")) as world:
        try:
            train_here(family, plan, run, world, _Silent())
        except Exception as error:
            if not _is_told(error, run.log, folder / f"failure-{rank}"):
                raise
            sys.exit(1)


def _is_told(error: Exception, log: Path, file: Path) -> bool:
    """Whether the first process is to say it, in this one's place: all but a connection lost for another reason."""
    from recipe.runtime.failures import is_out_of_memory, translated
    from recipe.schemas.diagnostics import RecipeError

    if not isinstance(error, RecipeError | OSError) and not is_out_of_memory(error):
        return False
    try:
        with translated(log):
            raise error
    except RecipeError as told:
        named = ("code", "message", "help", "path", "file")
        plain = [{name: getattr(each, name) for name in named} for each in told.diagnostics]
        file.write_text(json.dumps(plain), encoding="utf-8")
    return True


class _Silent:
    """A `Reporter` for nobody."""

    def started(self, *_: Any) -> None: ...
    def step(self, *_: Any) -> None: ...
    def epoch_done(self, *_: Any) -> None: ...
    def amended(self, *_: Any) -> None: ...


if __name__ == "__main__":
    main()
