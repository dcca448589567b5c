"""The other processes of a training on several devices: started, watched, and ended with the first one."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from recipe.runtime.family import Reporter
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.training.world import World, joined
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import RunPlan


@contextlib.contextmanager
def started(plan: RunPlan, run: RunDirectory) -> Iterator[World]:
    """The world of the first process; where there are to be others, they are running and have met it."""
    hardware: Any = plan.recipe.hardware
    if hardware.devices == 1:
        yield World(torch.device(hardware.device))
        return
    _share_cores(hardware.devices)
    with tempfile.TemporaryDirectory(prefix="recipe-") as folder, run.log.open("a", encoding="utf-8") as log:
        meeting_place = str(Path(folder) / "meeting")
        others = [_start(plan, run, rank, meeting_place, log) for rank in range(1, hardware.devices)]
        try:
            with joined(device_of(hardware.device, 0), 0, hardware.devices, meeting_place) as world:
                yield world
        except RuntimeError as error:
            raise _lost(others, error, run) from error
        finally:
            for other in others:
                _end(other)


def device_of(device: str, rank: int) -> torch.device:
    """The device of a process: the GPUs in order from the first one on, the same for all elsewhere."""
    kind, _, first = device.partition(":")
    return torch.device(f"cuda:{int(first or 0) + rank}" if kind == "cuda" else device)


def _share_cores(processes: int) -> None:
    torch.set_num_threads(max(1, torch.get_num_threads() // processes))


def _start(plan: RunPlan, run: RunDirectory, rank: int, meeting_place: str, log: Any) -> subprocess.Popen[bytes]:
    """The plan goes through a pipe, whose end tells the other process that this one is gone."""
    command = [sys.executable, "-m", "recipe.runtime.training.processes"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
    order = {
        "plan": plan.model_dump(mode="json"),
        "run": str(run.path),
        "rank": rank,
        "threads": torch.get_num_threads(),
        "meeting_place": meeting_place,
    }
    assert process.stdin is not None
    process.stdin.write(json.dumps(order).encode() + b"\n")
    process.stdin.flush()
    return process


def _lost(others: list[subprocess.Popen[bytes]], error: RuntimeError, run: RunDirectory) -> Exception:
    """What went wrong: another process, where one has ended, is the cause and not what this one noticed of it."""
    for rank, other in enumerate(others, 1):
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = other.wait(timeout=1)
            message = f"the training process of device {rank} ended with {_named(code)}"
            return RecipeError(Diagnostic("R801", message, help=(f"details: {run.log}",)))
    return error


def _named(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        process.stdin.close()  # type: ignore[union-attr]
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class _Silent(Reporter):
    """The first process tells what happens."""

    def started(self, *_: Any) -> None: ...
    def step(self, *_: Any) -> None: ...
    def epoch_done(self, *_: Any) -> None: ...
    def amended(self, *_: Any) -> None: ...


def _join_in(order: dict[str, Any]) -> None:
    from recipe.runtime.execute import family_of
    from recipe.runtime.training.session import train_here

    plan = RunPlan.model_validate_json(json.dumps(order["plan"]))
    hardware: Any = plan.recipe.hardware
    torch.set_num_threads(order["threads"])
    family: Any = family_of(plan.recipe)
    device = device_of(hardware.device, order["rank"])
    with joined(device, order["rank"], hardware.devices, order["meeting_place"]) as world:
        train_here(family, plan, RunDirectory(Path(order["run"])), world, _Silent())


def _end_with_the_first() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the first one decides
    _order = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_first, daemon=True).start()
    _join_in(_order)
