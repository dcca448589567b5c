"""Every shipped recipe runs, in its `demo` profile: the words of the recipe as they are, fewer images of each class."""

import csv
import json

import pytest

from tests.conftest import ROOT

FEWER = {
    "digits_resnet18": ["data.limit_per_class=20"],
    "pochi_train": ["data.limit_per_class=8", "train.epochs=2", "scheduler.T_max=2"],
}


def test_every_shipped_classification_recipe_has_a_row():
    shipped = {file.stem for file in (ROOT / "recipes").rglob("*.yaml") if "task: classification" in file.read_text()}
    assert shipped == set(FEWER)


@pytest.mark.parametrize("name", FEWER)
def test_the_demo_of_a_shipped_recipe_runs(name, cli, tmp_path):
    sets = [word for each in FEWER[name] for word in ("--set", each)]
    done = cli("run", ROOT / "recipes" / f"{name}.yaml", "--profile", "demo", *sets, "--format", "json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    result = document["result"]
    assert result["epochs_completed"] == 2
    with open(f"{document['directory']}/metrics.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert float(rows[1]["train/loss"]) < float(rows[0]["train/loss"])
    assert result["metrics"]["val/accuracy"] == float(rows[result["best_epoch"] - 1]["val/accuracy"])
