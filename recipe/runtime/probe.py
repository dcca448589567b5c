"""Look at this machine: its device, its cores, its installed versions, the commit it stands at."""

import importlib.metadata
import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

from recipe import __version__
from recipe.runtime.cores import usable_cores
from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.facts import Hardware, Places

_TRAINS_BADLY_WITH_AMP = re.compile(
    r"(nvidia|geforce|quadro|tesla).*?(1660|1650|1630|t400|t550|t600|t1000|t1200|t2000|k40m)", re.IGNORECASE
)
"""GPUs on which mixed precision gives NaN losses; the list is the one Ultralytics keeps."""

_FIRST_WITH_BF16 = 8
"""Major compute capability from which NVIDIA GPUs have arithmetic for bfloat16; others emulate it, slowly."""

_PACKAGES = (
    "torch", "torchvision", "ultralytics", "opencv-python", "opencv-python-headless", "pillow", "numpy", "optuna",
    "pydantic", "mlflow", "tensorboard",
)  # fmt: skip


def look_at_hardware(wanted: str) -> Hardware:
    """The device that is wanted, or the one that `auto` takes. Raises `RecipeError` (R609) where torch is missing."""
    torch = import_torch()
    if wanted != "cpu" and torch.cuda.is_available():
        number = int(wanted.partition(":")[2]) if wanted.startswith("cuda:") else 0
        return _cuda_device(torch, min(number, torch.cuda.device_count() - 1))
    if wanted != "cpu" and torch.backends.mps.is_available():
        return _device("mps", "an Apple GPU")
    return _device("cpu", f"{usable_cores()} CPU cores" + ("" if wanted == "cpu" else " and no GPU"))


def _cuda_device(torch: Any, number: int) -> Hardware:
    properties = torch.cuda.get_device_properties(number)
    return _device(
        f"cuda:{number}",
        properties.name,
        memory_gib=properties.total_memory / 2**30,
        cores=usable_cores() // torch.cuda.device_count() or 1,
        computes_bf16=properties.major >= _FIRST_WITH_BF16,
        count=torch.cuda.device_count(),
        amp_safe=not _TRAINS_BADLY_WITH_AMP.search(properties.name),
    )


def _device(device: str, name: str, **known: Any) -> Hardware:
    usual = {"memory_gib": None, "cores": usable_cores(), "free_memory_gib": _free_memory_gib(), "amp_safe": False}
    return Hardware(device=device, name=name, **{**usual, **known})


def _free_memory_gib() -> float | None:
    try:
        lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
        return int(lines["MemAvailable"].split()[0]) / 2**20
    except (OSError, KeyError, ValueError):
        return None


def import_torch() -> Any:
    """torch, or a diagnostic that says how to install it."""
    try:
        import torch
    except ImportError:
        help_ = ("pip install 'recipe-compiler[all]'",)
        raise RecipeError(Diagnostic("R609", "training needs torch, which is not installed", help=help_)) from None
    return torch


def look_at_versions() -> FrozenDict[str, str]:
    """Package → version of everything that a run uses; `Recipe.packages` says which of them can change a result."""
    found = {"recipe": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return FrozenDict(found)


def look_at_commit(directory: Path) -> str | None:
    """The git commit of a folder, `-dirty` where tracked files differ from it; None outside a repository."""
    command = ["git", "-C", str(directory), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def look_at_places(runs_root: Path) -> Places:
    """Where tracking data goes when the recipe does not say it."""
    if named := os.environ.get("MLFLOW_TRACKING_URI"):
        template = "${env:MLFLOW_TRACKING_URI}"
        return Places(tracking_uri=named, tracking_reason="MLFLOW_TRACKING_URI", tracking_template=template)
    return Places(tracking_uri=f"sqlite:///{runs_root / 'mlflow.db'}", tracking_reason="beside the runs")
