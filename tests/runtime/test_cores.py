"""How many cores a process may use, by control groups of both versions."""

import pytest

from recipe.runtime import cores
from recipe.runtime.cores import quotas, usable_cores


@pytest.fixture
def machine(tmp_path):
    """Files of control groups, and what a process says that it belongs to."""

    def make(membership, **files):
        (tmp_path / "membership").write_text(membership)
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return list(quotas(tmp_path, tmp_path / "membership"))

    return make


def test_version_2_bounds_a_group_and_all_below_it(machine):
    files = {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "150000 100000\n", "cpu.max": "400000 100000\n"}
    assert machine("0::/a/b\n", **files) == [1.5, 4.0]


def test_version_1_has_a_controller_of_its_own(machine):
    files = {"cpu/job/cpu.cfs_quota_us": "300000\n", "cpu/job/cpu.cfs_period_us": "100000\n"}
    unlimited = {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}
    assert machine("4:memory:/job\n2:cpu,cpuacct:/job\n", **files, **unlimited) == [3.0]


def test_a_path_that_only_the_host_sees_leads_to_the_container_itself(machine):
    assert machine("0::/docker/4f3a\n", **{"cpu.max": "200000 100000\n"}) == [2.0]


def test_without_control_groups_nothing_is_bounded(tmp_path):
    assert list(quotas(tmp_path, tmp_path / "none")) == []


@pytest.mark.parametrize(("bounds", "usable"), [([0.5], 1), ([2.9, 7.0], 2), ([], 8), ([64.0], 8)])
def test_the_smallest_bound_counts_and_one_core_is_left(bounds, usable, monkeypatch):
    monkeypatch.setattr(cores.os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(cores, "quotas", lambda *_: iter(bounds))
    assert usable_cores() == usable
