"""Colour for what goes to stdout, where that is a terminal that wants it."""

import os
import sys

_TONES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def paint(text: str, tone: str) -> str:
    """The text in a tone; as it is where stdout goes to a file, or NO_COLOR is set."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{_TONES[tone]}m{text}\x1b[0m"
