"""The other processes of a training on several devices: started, watched, and ended with the first one."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import torch

from recipe.runtime.cores import usable_cores
from recipe.runtime.failures import is_out_of_memory
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.training.world import World, joined
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import RunPlan

_SECONDS_TO_SHOW = 5.0
"""What a lost connection may be ahead of the end of the process that it led to."""


@contextlib.contextmanager
def started(plan: RunPlan, run: RunDirectory) -> Iterator[World]:
    """The world of the first process; where there are to be others, they are running and have met it."""
    hardware: Any = plan.recipe.hardware
    if hardware.devices == 1:
        yield World(torch.device(hardware.device))
        return
    torch.set_num_threads(max(1, min(torch.get_num_threads(), usable_cores()) // hardware.devices))
    _stay_on_this_machine()
    with tempfile.TemporaryDirectory(prefix="recipe-") as folder, run.log.open("a", encoding="utf-8") as log:
        others = _Others(plan, run, Path(folder), log)
        try:
            others.wait_until_ready()
            place = device_of(hardware.device, 0)
            meeting = joined(place, 0, hardware.devices, others.meeting_place)
            # They end before this process leaves them, which would be an error to each.
            with others.blamed(), meeting as world, contextlib.closing(others), others.blamed():
                yield world
        finally:
            others.close()


def device_of(device: str, rank: int) -> torch.device:
    """The device of a process: the GPUs in order from the first one on, the same for all elsewhere."""
    kind, _, first = device.partition(":")
    return torch.device(f"cuda:{int(first or 0) + rank}" if kind == "cuda" else device)


def _stay_on_this_machine() -> None:
    """By default, gloo looks up the name of the machine, and speaks over the interface that it stands for."""
    loopback = next((name for _, name in socket.if_nameindex() if name.startswith("lo")), None)
    if loopback is not None:
        os.environ.setdefault("GLOO_SOCKET_IFNAME", loopback)


class _Others:
    """The processes with the ranks from 1 on. The end of a pipe tells each of them that the first one is gone."""

    def __init__(self, plan: RunPlan, run: RunDirectory, folder: Path, log: IO[str]) -> None:
        self._run, self._folder = run, folder
        self.meeting_place = str(folder / "meeting")
        self._ended, self._has_looked = dict[int, int](), False
        order = {
            "plan": plan.model_dump(mode="json"),
            "run": str(run.path),
            "threads": torch.get_num_threads(),
            "folder": str(folder),
        }
        hardware: Any = plan.recipe.hardware
        self._processes = {rank: _start({**order, "rank": rank}, log) for rank in range(1, hardware.devices)}

    def wait_until_ready(self) -> None:
        """For those that have everything imported. Raises `RecipeError` where one has ended instead."""
        while not all((self._folder / f"ready-{rank}").exists() for rank in self._processes):
            if self._note_ends():
                raise self._failure()
            time.sleep(0.02)

    @contextlib.contextmanager
    def blamed(self) -> Iterator[None]:
        """Raise as `RecipeError` what has ended another process: this one notices it as a lost connection only.

        Who has ended is looked at once, inside: when this process leaves the others, all of them end.
        """
        try:
            yield
        except RuntimeError as error:
            if not self._has_looked:
                self._has_looked = True
                until = time.monotonic() + (0 if is_out_of_memory(error) else _SECONDS_TO_SHOW)
                while not self._note_ends() and time.monotonic() < until:
                    time.sleep(0.02)
            if self._ended:
                raise self._failure() from error
            raise

    def _note_ends(self) -> bool:
        """Whether any has ended."""
        ended = {rank: process.poll() for rank, process in self._processes.items()}
        self._ended = {rank: code for rank, code in ended.items() if code is not None}
        return bool(self._ended)

    def _failure(self) -> RecipeError:
        """What one of those that have ended has to say; a signal, which is a cause; or else an exit code."""
        for rank in self._ended:
            if (file := self._folder / f"failure-{rank}").exists():
                return RecipeError(*(Diagnostic(**each) for each in json.loads(file.read_text(encoding="utf-8"))))
        code, rank = min((code, rank) for rank, code in self._ended.items())
        message = f"the training process of device {rank} ended with {_named(code)}"
        return RecipeError(Diagnostic("R801", message, help=(f"details: {self._run.log}",)))

    def close(self) -> None:
        """End all of them, now."""
        for process in self._processes.values():
            with contextlib.suppress(OSError):
                process.stdin.close()  # type: ignore[union-attr]
        for process in self._processes.values():
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(order: dict[str, Any], log: IO[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "recipe.runtime.training.other_process"]
    # In a session of its own: Ctrl-C reaches all processes of a terminal, and the first one decides.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True)
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it has ended already, which is told where all are waited for
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
    return process


def _named(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
