"""PLAN→EFFECTS: the only room that knows torch, ultralytics and the trackers."""
