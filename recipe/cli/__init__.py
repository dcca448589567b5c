"""The `recipe` command: one file per verb; parses, calls, prints, chooses the exit code."""
