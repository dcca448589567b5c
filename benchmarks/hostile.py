"""Hostile files of 1 MB: each ends, as a whole process, within half a second.

The figure is the median of three. Exit code 1 where a shape takes longer, or ends in anything but a diagnostic.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SIZE = 1 << 20
BOUND = 0.5
HEAD = """\
recipe: 1
name: hostile
task: detection
data: {source: "builtin:shapes"}
model: {type: YOLOv8, size: n, weights: none}
"""


def filled(line: str, head: str = HEAD, width: int = 512) -> str:
    """As many lines as fit, each padded by a comment, and numbered where it says `{}`.

    2,048 lines stay below the number of values at which the parser stops, so that the passes behind it have work.
    """
    lines = (line.replace("{}", str(number)).rstrip("\n") for number in range(SIZE // width - len(head) // width - 1))
    return head + "".join(f"{line} #".ljust(width - 1, "x") + "\n" for line in lines)


def shapes() -> Iterator[tuple[str, str]]:
    """Name and text of each."""
    yield "one long text", HEAD + "description: " + "x" * (SIZE - 200) + "\n"
    yield "one long key", HEAD + "x" * (SIZE - 200) + ": 1\n"
    yield "a comment", HEAD + "# " + "x" * (SIZE - 200) + "\n"
    yield "empty lines", HEAD + "\n" * (SIZE - 200) + "oops"
    yield "deep flow lists", HEAD + "trackers: " + "[" * (SIZE - 200)
    yield "deep flow maps", HEAD + "train: " + "{a: " * (SIZE // 4 - 100)
    yield "deep block maps", HEAD + "".join(" " * depth + "a:\n" for depth in range(1400))
    yield "deep question marks", HEAD + "? " * (SIZE // 2 - 100)
    yield "unclosed quote", HEAD + 'description: "' + "x y\n" * (SIZE // 4 - 60)
    yield "too many values", filled("a{}: 1\n", width=16)
    yield "too many aliases", filled("  - *a\n", HEAD + "vars: {x: &a [1, 2, 3]}\ntrackers:\n", width=16)
    yield "many unknown keys", filled("optimisers{}: 1\n")
    yield "unknown keys of a section", filled("  epocks{}: 1\n", HEAD + "train:\n")
    yield "many long unknown keys", filled("optimi" * 20 + "{}: 1\n")
    yield "one key again and again", filled("seed: 1\n")
    yield "keys that are no text", filled("{}: 1\n")
    yield "numbers of other readers", filled("a{}: 017\n")
    yield "wrong types", filled("  - 3\n", HEAD + "trackers:\n")
    yield "wrong words", filled("  - TensorBord{}\n", HEAD + "trackers:\n")
    yield "wrong items in flow", HEAD + "trackers: [" + "1," * (SIZE // 2 - 100) + "]\n"
    yield "aliases of a list", filled("  - *a\n", HEAD + "vars: {x: &a [1, 2, 3]}\ntrackers:\n")
    yield "aliases of a text", filled("  - *a\n", HEAD + "vars: {x: &a b}\ntrackers:\n")
    yield "many anchors", filled("  a{}: &a{} 1\n", HEAD + "vars:\n")
    yield "undefined alias", HEAD + "seed: *" + "a" * (SIZE - 200)
    yield "references to one value", filled('  a{}: "${seed}"\n', HEAD + "vars:\n")
    yield "references to nothing", filled('  a{}: "${vars.b{}}"\n', HEAD + "vars:\n")
    yield "references in one text", HEAD + 'description: "' + "${seed}" * (SIZE // 7 - 100) + '"\n'
    yield "open references in one text", HEAD + 'description: "' + "${" * (SIZE // 2 - 100) + '"\n'
    yield "dollars in one text", HEAD + 'description: "' + "$" * (SIZE - 200) + '"\n'
    yield "a chain of references", chain()
    yield "a circle of references", chain('"${vars.a0}"')
    yield "every reference to all", HEAD + "vars:\n" + "".join(f'  a{n}: "${{vars}}"\n' for n in range(2000))
    yield "references that multiply", HEAD + "vars:\n  a0: xxxxxxxxxx\n" + "".join(doubling(n) for n in range(1, 40))
    yield "references to maps that multiply", HEAD + "vars:\n  a0: {k: 1}\n" + "".join(maps(n) for n in range(1, 40))
    yield "extends again and again", filled("  - nowhere{}.yaml\n", HEAD + "extends:\n")
    yield "extends itself again and again", filled("  - hostile.yaml\n", HEAD + "extends:\n")
    yield "many profiles", filled("  p{}: {seed: 1}\n", HEAD + "profiles:\n")
    yield "many wrong profiles", filled("  p{}: {sed: 1}\n", HEAD + "profiles:\n")
    yield "a matrix of a long axis", filled("  - {}\n", HEAD + "matrix:\n  seed:\n")
    yield "a matrix of many runs", HEAD + "matrix:\n" + "".join(axis(name) for name in AXES)
    yield "a matrix of unknown paths", filled("  seed.a{}: [1, 2]\n", HEAD + "matrix:\n")
    yield "gates on unknown metrics", filled("  - {metric: val/mAP{}, min: 0.5}\n", HEAD + "gates:\n")
    yield "patterns that match nothing", filled("    conv{}.*: 0.1\n", HEAD + "layer_lr:\n  rates:\n")
    yield "a pattern that takes its time", HEAD + f'layer_lr: {{rates: {{"{"(a+)+" * 40}$": 0.1}}}}\n'
    yield "a large space", filled("    seed.a{}: {type: int, low: 0, high: 9}\n", HEAD + SEARCH + "  space:\n")
    yield (
        "many choices",
        HEAD + SEARCH + "  space: {seed: {type: categorical, choices: [" + "1," * (SIZE // 3) + "]}}\n",
    )
    yield "wide characters", HEAD + "description: " + "説" * (SIZE // 3 - 100) + "\n"
    yield "escapes", HEAD + 'description: "' + "\\x1b" * (SIZE // 4 - 100) + '"\n'
    yield "a tag", HEAD + "seed: !" + "x" * (SIZE - 200) + " 1\n"
    yield "directives", "%TAG !a! b\n" * (SIZE // 12)
    yield "documents", HEAD + "---\n" * (SIZE // 4 - 100)


AXES = ("seed", "train.epochs", "train.close_mosaic", "train.accumulate_to", "optimizer.lr", "loss.box", "loss.cls")
SEARCH = "search:\n  trials: 10\n  objective: {metric: val/mAP50, direction: maximize}\n"


def axis(path: str) -> str:
    """A hundred values of one path: seven of them make 10¹⁴ runs."""
    return f"  {path}: [{', '.join(map(str, range(1, 101)))}]\n"


def chain(last: str = "1") -> str:
    """Each variable is the next one."""
    lines = [f'  a{number}: "${{vars.a{number + 1}}}"\n' for number in range(2000)]
    return HEAD + "vars:\n" + "".join(lines) + f"  a2000: {last}\n"


def doubling(number: int) -> str:
    """A text twice as long as the one before it."""
    return f'  a{number}: "${{vars.a{number - 1}}}${{vars.a{number - 1}}}"\n'


def maps(number: int) -> str:
    """A map with twice the content of the one before it."""
    return f'  a{number}: {{x: "${{vars.a{number - 1}}}", y: "${{vars.a{number - 1}}}"}}\n'


class Run(NamedTuple):
    """Seconds of one validation by the clock and of processor time, and what is wrong with how it ended."""

    wall: float
    cpu: float
    wrong: str


def validate(file: Path) -> Run:
    """Validate a file in a process of its own."""
    command = [str(Path(sys.executable).parent / "recipe"), "validate", file.name]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    before, began = _cpu_of_children(), time.perf_counter()
    try:
        done = subprocess.run(
            command, cwd=file.parent, env=environment, capture_output=True, text=True, check=False, timeout=30
        )
    except subprocess.TimeoutExpired:
        return Run(30, 30, "no end in 30 seconds")
    wall, cpu = time.perf_counter() - began, _cpu_of_children() - before
    is_fine = done.returncode in (0, 1, 2) and "Traceback" not in done.stderr
    return Run(wall, cpu, "" if is_fine else f"exit code {done.returncode}: {done.stderr[-200:]}")


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    """Measure each shape, print the times, judge the slowest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="shapes whose name holds this text")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "hostile.yaml"
        for name, text in shapes():
            if options.only in name:
                file.write_text(text, encoding="utf-8")
                failed += judge(name, len(text.encode()), measured(file, options.runs))
    print(f"{failed} of the shapes fail (bound {BOUND} s)")
    return 1 if failed else 0


def measured(file: Path, number: int) -> list[Run]:
    """Some runs of one shape; three times as many where they are too slow, for the machine may have been."""
    runs = [validate(file) for _ in range(number)]
    if statistics.median(run.wall for run in runs) > BOUND:
        runs += [validate(file) for _ in range(2 * number)]
    return runs


def judge(name: str, size: int, runs: list[Run]) -> bool:
    """Print the medians of one shape; whether it fails."""
    wall, cpu = statistics.median(run.wall for run in runs), statistics.median(run.cpu for run in runs)
    wrong = runs[0].wrong or ("too slow" if wall > BOUND else "")
    times = f"{wall:6.2f} s, processor {cpu:.2f} s, median of {len(runs)}"
    print(f"{name:34} {size / 2**20:4.2f} MiB {times}  {wrong}", flush=True)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
