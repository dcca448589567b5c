"""PLAN→EFFECTS: the only room that knows torch, ultralytics and the trackers."""

import os

from recipe.runtime.places import cache_dir

os.environ.setdefault("MPLCONFIGDIR", str(cache_dir() / "matplotlib"))
"""Matplotlib, which several libraries import, would keep its list of fonts in the user's home."""
