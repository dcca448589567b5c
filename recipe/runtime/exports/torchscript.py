"""TorchScript, as `torch.jit.trace` records it. torch calls it deprecated; C++ and mobile programs still read it."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from recipe.runtime.exports.formats import DESCRIPTION, Answers, GraphFormat, Written, in_parts

_FRESH = """\
import sys
import numpy, torch
model = torch.jit.load(sys.argv[1], map_location="cpu")
with torch.no_grad():
    for place in sys.argv[2:]:
        numpy.save(place, model(torch.from_numpy(numpy.load(place))).numpy())
"""
"""What a program without ours does with the file."""


def _write(module: torch.nn.Module, example: torch.Tensor, file: Path, description: str) -> Written:
    with torch.no_grad():
        traced = torch.jit.trace(module, example, check_trace=False)  # type: ignore[no-untyped-call]
    torch.jit.save(traced, file, _extra_files={DESCRIPTION: description})
    return Written(f"torch {torch.__version__}, a process of its own")


def _answer(file: Path, images: NDArray[np.uint8]) -> Answers:
    """Raises `RuntimeError` with the last line of what the process said."""
    with tempfile.TemporaryDirectory() as folder:
        places = [f"{folder}/{number}.npy" for number, part in enumerate(in_parts(images))]
        for place, part in zip(places, in_parts(images), strict=True):
            np.save(place, part)
        command = [sys.executable, "-W", "ignore", "-c", _FRESH, str(file.absolute()), *places]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.strip().rpartition("\n")[2])
        return np.concatenate([np.load(place) for place in places])


TORCHSCRIPT = GraphFormat("model.pt", ("torch",), _write, _answer)
