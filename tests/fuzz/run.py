"""Fuzz for a while with fresh seeds on all cores; what fails is kept in `fuzz-failures/` with the way to see it again.

`python -m tests.fuzz.run --seconds 120`, and `python -m tests.fuzz.run --replay fuzz-failures/NAME.json`.
"""

import argparse
import hashlib
import itertools
import multiprocessing
import os
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.case import Case, load
from tests.fuzz.judge import judge
from tests.fuzz.mutations import RECIPES, cases

KEPT = Path("fuzz-failures")
ROUND = 50
SETTINGS = settings(
    database=None,
    deadline=None,
    max_examples=ROUND,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)
SHRINKING = 20
"""Seconds that may be spent on making a failing input smaller."""


class Fuzzer:
    """Judges cases until a time, counts them, and keeps the smallest of each kind of failure."""

    def __init__(self, end: float) -> None:
        self.end, self.shrink_end = end, end
        self.counts: Counter[str] = Counter()
        self.failures: dict[str, tuple[Case, str]] = {}

    def run(self, dice: random.Random) -> None:
        for name in itertools.cycle(RECIPES):
            if time.monotonic() > self.end:
                return
            self.round(name, dice.getrandbits(64))

    def round(self, name: str, number: int) -> None:
        self.shrink_end = float("inf")

        @seed(number)
        @SETTINGS
        @given(cases(name))
        def once(case: Case) -> None:
            if time.monotonic() < min(self.end + SHRINKING, self.shrink_end):
                self.counts[name] += 1
                self.look(case)

        try:
            once()
        except BaseException as error:  # Hang is none of the usual ones
            if isinstance(error, KeyboardInterrupt):
                raise
            if not self.failures:  # the harness itself is broken
                raise

    def look(self, case: Case) -> None:
        try:
            judge(case)
        except BaseException as error:
            self.shrink_end = min(self.shrink_end, time.monotonic() + SHRINKING)
            kind = kind_of(error)
            if kind not in self.failures or len(case.data) < len(self.failures[kind][0].data):
                self.failures[kind] = (case, "".join(traceback.format_exception(error)))
            raise


def kind_of(error: BaseException) -> str:
    """Failures of one exception at one line are one."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/recipe/" in frame.filename]
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames and "assert" not in str(error) else ""
    said = str(error).partition("\n")[0][:60] if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__} {place} {said}".strip()


def work(number: int, seconds: float) -> tuple[Counter[str], dict[str, tuple[Case, str]]]:
    """What one process finds."""
    fuzzer = Fuzzer(time.monotonic() + seconds)
    fuzzer.run(random.Random(number))
    return fuzzer.counts, fuzzer.failures


def replay(file: Path) -> int:
    """Judge a kept case once more, with the whole traceback."""
    judge(load(file))
    print(f"{file}: nothing is wrong any more")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--replay", type=Path)
    options = parser.parse_args()
    if options.replay:
        return replay(options.replay)
    numbers = [random.SystemRandom().getrandbits(64) for _ in range(options.processes)]
    with multiprocessing.Pool(options.processes) as pool:
        found = pool.starmap(work, [(number, options.seconds) for number in numbers])
    counts = sum((counts for counts, _ in found), Counter())
    failures = {kind: failure for _, some in found for kind, failure in some.items()}
    print(f"{counts.total():,} cases in {options.seconds:.0f} s: {', '.join(f'{n} {c}' for n, c in counts.items())}")
    for kind, (case, said) in failures.items():
        keep(kind, case, said)
    print(f"{len(failures)} failures")
    return 1 if failures else 0


def keep(kind: str, case: Case, said: str) -> None:
    """Write a failing case down and say how to see it again."""
    KEPT.mkdir(exist_ok=True)
    file = KEPT / hashlib.sha256(kind.encode()).hexdigest()[:8]
    case.save(file)
    file.with_suffix(".txt").write_text(said, encoding="utf-8", errors="backslashreplace")
    again = f"{sys.executable} -m tests.fuzz.run --replay {file.with_suffix('.json')}"
    print(
        f"\n{kind}\n  {file.with_suffix('.yaml')} ({len(case.data)} bytes), traceback in {file.with_suffix('.txt')}\n  {again}"
    )


if __name__ == "__main__":
    sys.exit(main())
