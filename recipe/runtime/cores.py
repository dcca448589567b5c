"""How many cores this process may use: a container or a batch job is often allowed fewer than the machine has."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

_ROOT = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")


def usable_cores() -> int:
    """The smallest of what the scheduler and the control groups (version 1 and 2) allow, but at least 1."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(min([allowed, *quotas(_ROOT, _MEMBERSHIP)])))


def quotas(root: Path, membership: Path) -> Iterator[float]:
    """Cores of processor time that each control group above this process allows, where it sets a bound."""
    with suppress(OSError):
        for line in membership.read_text(encoding="utf-8").splitlines():
            _, controllers, own = line.split(":", 2)
            if not controllers:
                yield from _bounds(root, own, _read_version_2)
            elif "cpu" in controllers.split(","):
                yield from _bounds(root / "cpu", own, _read_version_1)
                yield from _bounds(root / controllers, own, _read_version_1)


def _bounds(root: Path, own: str, read: Callable[[Path], float]) -> Iterator[float]:
    """Of the group itself and of all above it; inside a container the path may name what only the host sees."""
    path = PurePosixPath(own.lstrip("/"))
    for group in (path, *path.parents):
        with suppress(OSError, ValueError, ZeroDivisionError):
            bound = read(root / group)
            if bound > 0:
                yield bound


def _read_version_2(group: Path) -> float:
    """`cpu.max` holds the quota and the period, or `max` for no quota."""
    quota, period = (group / "cpu.max").read_text(encoding="ascii").split()
    return int(quota) / int(period)


def _read_version_1(group: Path) -> float:
    """A quota of -1 is none."""
    quota, period = ((group / f"cpu.cfs_{name}_us").read_text(encoding="ascii") for name in ("quota", "period"))
    return int(quota) / int(period)
