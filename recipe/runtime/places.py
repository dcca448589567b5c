"""Where things are kept on this machine: the cache, and the root of the runs."""

import os
from pathlib import Path


def cache_dir() -> Path:
    """`$RECIPE_CACHE`, else `recipe` under the user's cache folder."""
    if named := os.environ.get("RECIPE_CACHE"):
        return Path(named).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "recipe"


def runs_root(option: str | None) -> Path:
    """`--runs-dir`, else `$RECIPE_RUNS`, else `runs` in the working directory."""
    return Path(option or os.environ.get("RECIPE_RUNS") or "runs").absolute()
