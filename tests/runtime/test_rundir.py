import json
import os
import subprocess
import sys

import pytest

from recipe.runtime.effective import differences, planned_values
from recipe.runtime.files import write_atomically
from recipe.runtime.metrics_table import MetricsTable
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.diagnostics import RecipeError
from tests.runtime.detection.harness import make_recipe

HOLD = "import sys, time; from pathlib import Path; from recipe.runtime.rundir import RunDirectory\nrun = RunDirectory(Path(sys.argv[1])); run.lock(); print('held', flush=True); time.sleep(60)"


def test_only_one_process_works_in_a_directory(tmp_path):
    run = RunDirectory(tmp_path / "run")
    assert not run.is_locked()
    with subprocess.Popen([sys.executable, "-c", HOLD, str(run.path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        assert run.is_locked()
        with pytest.raises(RecipeError, match="R805"):
            run.lock()
        with pytest.raises(RecipeError, match="R805"):
            run.set_aside()
        process.kill()
    run.lock()
    run.unlock()


def test_setting_aside_deletes_nothing(tmp_path):
    for number in (1, 2):
        run = RunDirectory(tmp_path / "run")
        run.path.mkdir()
        (run.path / "kept").write_text(str(number))
        assert run.set_aside().name == f"run~{number}"
    assert [(tmp_path / f"run~{n}" / "kept").read_text() for n in (1, 2)] == ["1", "2"]


def test_a_file_is_whole_or_as_it_was(tmp_path):
    file = tmp_path / "a.json"
    write_atomically(file, "old")
    with pytest.raises(TypeError):
        write_atomically(file, 3)
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.json"]  # noqa: PTH208


def test_metrics_of_epochs_that_are_trained_again_are_dropped(tmp_path):
    table = MetricsTable(RunDirectory(tmp_path))
    for epoch in (1, 2, 3):
        table.add(epoch, {"a": epoch / 2, **({"b": 1.0} if epoch > 1 else {})})
    again = MetricsTable(RunDirectory(tmp_path))
    again.restart_at(3)
    again.add(3, {"a": 9.0})
    assert (tmp_path / "metrics.csv").read_text() == "epoch,a,b\n1,0.5,\n2,1.0,1.0\n3,9.0,\n"
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3]


def test_what_arrives_changed_or_not_at_all_is_told():
    recipe = make_recipe()
    arrived = planned_values(recipe)
    assert not differences(recipe, arrived)
    assert "data.shapes.seed" not in arrived
    assert [d.code for d in differences(recipe, {**arrived, "seed": 1})] == ["R802"]
    assert [d.code for d in differences(recipe, {**arrived, "train.amp": 0})] == ["R802"], "0 is not false"
    del arrived["optimizer.type"]
    (missing,) = differences(recipe, arrived)
    assert "nothing in the run has it" in missing.message
