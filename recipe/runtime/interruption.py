"""Ctrl-C and SIGTERM: finish the step, then stop."""

import signal
from types import FrameType, TracebackType
from typing import Any

from recipe.schemas.diagnostics import Diagnostic, Interrupted


class Interruption:
    """While entered, the first SIGINT or SIGTERM asks the run to stop; a second SIGINT stops it at once."""

    def __init__(self) -> None:
        self._asked: str | None = None
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> "Interruption":
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        if self._asked is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        self._asked = signal.Signals(number).name

    def check(self) -> None:
        """Raise `Interrupted` where a stop has been asked for."""
        if self._asked is not None:
            raise Interrupted(Diagnostic("R806", f"stopped by {self._asked}"))
