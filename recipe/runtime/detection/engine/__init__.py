"""Ultralytics under our control. Importing anything from here imports it, isolated first."""

from recipe.runtime.detection import isolation

isolation.prepare()
