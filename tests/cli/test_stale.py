"""Plans whose inputs, versions or machine are not what they were."""

import json
import os
import shutil

import pytest

from recipe.cli.main import run
from recipe.compiler.load_plan import load_plan
from recipe.runtime.data.shapes import make_shapes
from recipe.schemas.run import Result
from recipe.schemas.tasks.detection import Shapes

RECIPE = """\
recipe: 1
name: small
task: detection
data: {source: data/data.yaml}
model: {type: YOLOv8, size: n, weights: none}
train: {epochs: 3, batch_size: 4, image_size: 64, close_mosaic: 1, warmup_epochs: 1.0}
hardware: {device: cpu}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A dataset, and a cache that knows the model."""
    place = tmp_path_factory.mktemp("made")
    found = make_shapes(Shapes(train_images=6, val_images=3, image_size=64), place / "shapes")
    shutil.copytree(found.parent, place / "data")
    return place


class Workplace:
    """A folder with a recipe, its data and its plan, and the command line in it."""

    def __init__(self, folder, capsys):
        self.folder, self.capsys = folder, capsys

    def cli(self, *words):
        code = run([*words])
        self.out, self.err = self.capsys.readouterr()
        return code

    def problems(self, *words):
        """The diagnostics of a command that fails: `(exit code, [(code, message)])`."""
        code = self.cli(*words, "--format", "json")
        return code, [(each["code"], each["message"]) for each in json.loads(self.out)["diagnostics"]]

    def edit_plan(self, file, **changes):
        path = self.folder / file
        data = json.loads(path.read_text())
        for dotted, value in changes.items():
            inner = data
            *parents, last = dotted.split("__")
            for step in parents:
                inner = inner[step]
            inner[last] = value
        path.write_text(json.dumps(data))

    def pretend_finished(self):
        """What a run leaves when it has finished, for the plan in `plan.json`."""
        plan = json.loads((self.folder / "plan.json").read_text())
        place = self.folder / "runs" / "small" / plan["digest"][:12]
        place.mkdir(parents=True)
        shutil.copy(self.folder / "plan.json", place / "plan.json")
        known = {key: {} for key in ("versions", "metrics", "tracking")}
        result = Result(
            name="small", digest=plan["digest"], best_weights="checkpoints/best.pt", last_weights="checkpoints/last.pt",
            best_epoch=1, epochs_completed=3, stopped_early=False, primary_metric="val/mAP50", minutes=1.0,
            device="cpu", commit=None, **known,
        )  # fmt: skip
        (place / "result.json").write_text(result.model_dump_json())
        return f"runs/small/{place.name}/plan.json"


@pytest.fixture
def workplace(tmp_path, made, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECIPE_CACHE", str(made / "cache"))
    monkeypatch.setenv("RECIPE_OFFLINE", "1")
    for name in ("RECIPE_RUNS", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(made / "data", tmp_path / "data")
    (tmp_path / "small.yaml").write_text(RECIPE)
    place = Workplace(tmp_path, capsys)
    assert place.cli("plan", "small.yaml", "-o", "plan.json") == 0
    return place


def test_each_input_and_version_that_drifted_is_named(workplace):
    label = min((workplace.folder / "data").rglob("labels/train/*.txt"))
    label.write_text("0 0.5 0.5 0.2 0.2\n")
    workplace.edit_plan(
        "plan.json", versions__torch="1.0.0", versions__python="3.9.1", versions__pydantic="1.0", versions__recipe="0.0"
    )
    code, problems = workplace.problems("run", "plan.json")
    assert code == 5
    assert {found for found, _ in problems} == {"R610"}
    said = "\n".join(message for _, message in problems)
    assert len(problems) == 4
    assert "the dataset" in said
    assert f"the newest file is {label}" in said
    assert "the plan was made with torch 1.0.0, but here it is" in said
    assert "the plan was made with python 3.9.1" in said
    assert "the plan was made with recipe 0.0" in said
    assert "pydantic" not in said
    assert not (workplace.folder / "runs").exists()


def test_a_patch_of_python_is_no_drift(workplace):
    import platform

    minor = ".".join(platform.python_version().split(".")[:2])
    file = workplace.pretend_finished()
    workplace.edit_plan(file, versions__python=f"{minor}.999")
    assert workplace.cli("run", "small.yaml") == 0


def test_counts_of_what_came_and_went(workplace):
    image = min((workplace.folder / "data").rglob("images/train/*"))
    image.unlink()
    next((workplace.folder / "data").rglob(f"labels/train/{image.stem}.txt")).unlink()
    _, ((_, message),) = workplace.problems("run", "plan.json")
    assert "6 → 5 train images" in message
    assert "9 → 8 label files" in message
    assert "val images" not in message


def test_a_finished_run_is_refused_until_the_changes_are_accepted_and_remembers_it(workplace):
    file = workplace.pretend_finished()
    assert workplace.cli("run", "small.yaml") == 0
    assert "this run is finished" in workplace.out
    workplace.edit_plan(file, versions__torch="1.0.0")
    os.utime(workplace.folder / "data" / "data.yaml", (1, 1))
    assert workplace.cli("run", "small.yaml") == 5
    assert "error[R610] stale" in workplace.err
    assert "`--fresh` begins anew" in workplace.err
    assert "as many files as before" in workplace.err
    assert workplace.cli("run", "small.yaml", "--accept-changes") == 0
    written = json.loads((workplace.folder / file).read_text())
    accepted = {each["what"]: (each["before"], each["after"]) for each in written["amendments"]}
    assert accepted["torch"] == ("1.0.0", written["versions"]["torch"])
    assert accepted["dataset"][1] == written["inputs"][0]["fingerprint"]
    assert all(each["when"][:2] == "20" for each in written["amendments"])
    assert workplace.cli("run", "small.yaml") == 0
    assert workplace.cli("run", "plan.json") == 0  # the plan as it was first written is still that of the run


def test_another_plan_for_the_same_run_is_refused(workplace):
    workplace.pretend_finished()
    workplace.edit_plan("plan.json", recipe__hardware__workers=1)
    code, problems = workplace.problems("run", "plan.json")
    assert (code, problems) == (5, [("R610", "this run has begun with another plan")])


def test_a_plan_for_a_device_that_is_not_here(workplace):
    workplace.edit_plan("plan.json", recipe__hardware__device="cuda:7")
    code, ((found, message),) = workplace.problems("run", "plan.json")
    assert (code, found) == (1, "R611")
    assert "cuda:7" in message
    assert not (workplace.folder / "runs").exists()


def test_plans_of_several_runs_are_read_but_not_run(workplace):
    (workplace.folder / "many.yaml").write_text(RECIPE + "matrix: {seed: [1, 2]}\n")
    assert workplace.cli("plan", "many.yaml", "-o", "many.json", "--format", "json") == 0
    assert [code for code, _ in workplace.problems("run", "many.json")[1]] == ["R616"]


def test_a_password_in_the_tracking_uri_is_in_no_plan(workplace, monkeypatch):
    uri = "http://user:s3cret@tracking.example"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    (workplace.folder / "tracked.yaml").write_text(RECIPE + "trackers: [MLflow]\n")
    for words in (
        ("plan", "tracked.yaml", "-o", "t.json"),
        ("plan", "tracked.yaml", "--format", "json"),
        ("why", "tracked.yaml", "trackers"),
    ):
        assert workplace.cli(*words) == 0
        assert "s3cret" not in workplace.out + workplace.err
    written = (workplace.folder / "t.json").read_text()
    assert "s3cret" not in written
    assert json.loads(written)["recipe"]["trackers"][0]["tracking_uri"] == "${env:MLFLOW_TRACKING_URI}"
    assert load_plan(written, "t.json", {"MLFLOW_TRACKING_URI": uri}).recipe.trackers[0].tracking_uri == uri
