"""`recipe diff`: each change with its class, and what must train again."""

import json

import pytest

from recipe.cli.main import run
from tests.conftest import MINIMAL

BASE = MINIMAL + "optimizer: {type: AdamW, lr: 0.5}\n"


@pytest.fixture
def diff(tmp_path, capsys, monkeypatch):
    """Call the verb in `tmp_path`; the JSON document."""
    monkeypatch.chdir(tmp_path)

    def call(*words, code=0):
        assert run(["diff", *words, "--format", "json"]) == code
        return json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def compare(diff, recipe_file):
    """The document for two texts."""

    def call(old, new, *words):
        recipe_file(old, "a.yaml")
        recipe_file(new, "b.yaml")
        return diff("a.yaml", "b.yaml", *words)

    return call


def told(document):
    return [(change["path"], change["impact"], change["old"], change["new"]) for change in document["changes"]]


def test_a_changed_leaf_has_its_class_and_both_places(compare):
    document = compare(BASE, BASE.replace("0.5", "0.25") + "description: other\nhardware: {workers: 2}\n")
    assert told(document) == [
        ("description", "cosmetic", "", "other"),
        ("hardware.workers", "performance", "auto", 2),
        ("optimizer.lr", "identity", 0.5, 0.25),
    ]
    places = [(change["old_place"], change["new_place"]) for change in document["changes"]]
    assert places == [("default", "b.yaml:7:14"), ("default", "b.yaml:8:21"), ("a.yaml:6:30", "b.yaml:6:30")]
    assert (document["text"], document["must_train"], document["runs"]) == ("another run: it must retrain", 1, 1)


@pytest.mark.parametrize(
    "same", ["description: x\n", "trackers: [TensorBoard]\n", "hardware: {workers: 3}\n", "seed: 0\n", ""]
)
def test_what_leaves_the_result_alone_retrains_nothing(compare, same):
    document = compare(BASE, BASE + same)
    assert (document["text"], document["must_train"]) == ("the same run: nothing must retrain", 0)
    assert len(document["changes"]) == (0 if same in ("", "seed: 0\n") else 1)


def test_another_spelling_is_no_difference(compare):
    assert (
        compare(BASE, BASE.replace("0.5", "5e-1").replace("{type: YOLOv8, size: n,", "{size: n, type: YOLOv8,"))[
            "changes"
        ]
        == []
    )


def test_an_exchanged_component_is_one_change_with_its_settings(compare):
    document = compare(BASE, MINIMAL + "optimizer: {type: SGD, lr: 0.1, momentum: 0.9, nesterov: true}\n")
    new = {"type": "SGD", "lr": 0.1, "momentum": 0.9, "nesterov": True}
    assert told(document) == [("optimizer", "identity", {"type": "AdamW", "lr": 0.5}, new)]


def test_a_section_that_comes_or_goes_is_one_change(compare):
    stopping = "train: {early_stopping: {patience: 3}}\n"
    assert told(compare(BASE, BASE + stopping)) == [("train.early_stopping", "identity", None, {"patience": 3})]
    trackers = "trackers: [TensorBoard, {type: MLflow, experiment: e}]\n"
    assert told(compare(BASE + trackers, BASE + trackers.replace("e}", "f}"))) == [
        ("trackers.1.experiment", "cosmetic", "e", "f")
    ]
    (change,) = told(compare(BASE + trackers, BASE))
    assert change == ("trackers", "cosmetic", [{"type": "TensorBoard"}, {"type": "MLflow", "experiment": "e"}], [])


def test_the_order_of_patterns_counts(compare):
    text = "recipe: 1\nname: c\ntask: classification\ndata: {train: t}\nmodel: ResNet18\nlayer_lr: {rates: {%s}}\n"
    one, other = text % "'layer[34]': 0.1, 'layer4|fc': 0.2", text % "'layer4|fc': 0.2, 'layer[34]': 0.1"
    assert told(compare(one, one.replace("0.1", "0.3"))) == [("layer_lr.rates.layer[34]", "identity", 0.1, 0.3)]
    (change,) = told(compare(one, other))
    assert (change[:2], list(change[3])) == (("layer_lr.rates", "identity"), ["layer4|fc", "layer[34]"])


def test_a_file_with_itself_under_a_profile(diff, recipe_file):
    recipe_file(BASE + "profiles: {fast: {optimizer: {lr: 0.25}}}\n")
    document = diff("recipe.yaml", "--profile-b", "fast", "--set-b", "seed=3")
    assert told(document) == [("seed", "identity", 0, 3), ("optimizer.lr", "identity", 0.5, 0.25)]
    assert [change["new_place"] for change in document["changes"]] == ["--set seed", "recipe.yaml:7:35"]
    assert diff("recipe.yaml", "--profile", "fast")["changes"] == []


def test_paths_count_as_relative_to_the_recipe(diff, recipe_file, tmp_path):
    (tmp_path / "there").mkdir()
    text = MINIMAL.replace('"builtin:shapes"', "data/d.yaml")
    recipe_file(text)
    recipe_file(text, "there/recipe.yaml")
    assert diff("recipe.yaml", "there/recipe.yaml")["changes"] == []
    recipe_file(text.replace("data/d", "data/e"), "there/recipe.yaml")
    assert told(diff("recipe.yaml", "there/recipe.yaml")) == [("data.source", "identity", "data/d.yaml", "data/e.yaml")]


def test_members_of_a_matrix_that_must_train(compare):
    six = BASE + "matrix: {seed: [1, 2, 3, 4, 5, 6]}\n"
    document = compare(six, BASE + "matrix: {seed: [4, 5, 6, 7, 8, 9]}\n")
    assert told(document) == [("matrix.seed", "runs", [1, 2, 3, 4, 5, 6], [4, 5, 6, 7, 8, 9])]
    assert document["text"] == "3 of 6 matrix members must retrain; 3 of the old 6 are not asked for any more"
    assert (document["must_train"], document["runs"]) == (3, 6)
    assert compare(six, six.replace("lr: 0.5", "lr: 0.25"))["text"].startswith("6 of 6 matrix members must retrain")
    assert compare(six, six + "description: x\n")["text"] == "nothing must retrain"
    assert compare(BASE + "seed: 2\n", six)["text"] == "5 of 6 matrix members must retrain"


def test_what_a_search_keeps(compare):
    search = (
        "search:\n  objective: {metric: val/mAP50}\n  trials: 5\n"
        "  space: {optimizer.lr: {type: float, low: 0.001, high: 0.1}}\n"
    )
    document = compare(BASE + search, BASE + search.replace("trials: 5", "trials: 9"))
    assert told(document) == [("search.trials", "performance", 5, 9)]
    assert document["text"] == "the same search: its trials count"
    document = compare(BASE + search, BASE + search.replace("0.001", "0.01"))
    assert told(document) == [("search.space.optimizer.lr.low", "identity", 0.001, 0.01)]
    assert document["text"] == "another search: no trial of the old one counts"


def test_another_name_is_another_folder(compare):
    document = compare(BASE, BASE.replace("minimal", "maximal"))
    assert told(document) == [("name", "cosmetic", "minimal", "maximal")]
    assert "another folder" in document["text"]
    assert document["must_train"] == 1


def test_values_of_the_environment_are_not_shown(compare, monkeypatch, capsys):
    monkeypatch.setenv("SECRET_ONE", "s3cret")
    tracker = "trackers: [{type: MLflow, experiment: '%s'}]\n"
    document = compare(BASE + tracker % "plain", BASE + tracker % "x-${env:SECRET_ONE}")
    assert told(document) == [("trackers.0.experiment", "cosmetic", "plain", "x-${env:SECRET_ONE}")]


def test_plans_and_recipes(diff, recipe_file, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RECIPE_CACHE", str(tmp_path / "cache"))
    recipe_file(BASE + "hardware: {device: cpu}\n")
    assert run(["plan", "recipe.yaml", "-o", "plan.json"]) == 0
    assert run(["plan", "recipe.yaml", "--set", "train.batch_size=2", "-o", "other.json"]) == 0
    capsys.readouterr()
    document = diff("recipe.yaml", "plan.json")
    assert (document["changes"], document["text"]) == ([], "the same run: nothing must retrain")
    document = diff("plan.json", "other.json")
    assert told(document) == [("train.batch_size", "identity", 4, 2)]
    recipe_file(BASE + "hardware: {device: cpu}\nmatrix: {seed: [3, 4]}\n", "many.yaml")
    assert run(["plan", "many.yaml", "-o", "many.json", "--format", "json"]) == 0
    capsys.readouterr()
    assert diff("many.yaml", "many.json")["changes"] == []
    assert (
        diff("recipe.yaml", "many.json")["text"]
        == "2 of 2 matrix members must retrain; the old run is not asked for any more"
    )
    data = json.loads((tmp_path / "plan.json").read_text())
    data["versions"]["torch"], data["inputs"][0]["fingerprint"] = "1.0", "other"
    (tmp_path / "old.json").write_text(json.dumps(data))
    assert [change[:2] for change in told(diff("old.json", "plan.json"))] == [("dataset", "input"), ("torch", "input")]
    assert diff("plan.json", "recipe.yaml", "--set", "seed=1", code=2)["diagnostics"][0]["code"] == "R001"
    assert told(diff("plan.json", "recipe.yaml", "--set-b", "seed=1")) == [("seed", "identity", 0, 1)]


def test_bad_input_is_told(diff, recipe_file):
    recipe_file(BASE)
    recipe_file("recipe: 1\n", "bad.yaml")
    assert diff("recipe.yaml", "bad.yaml", code=1)["diagnostics"][0]["code"] == "R403"
    assert diff("recipe.yaml", "nope.yaml", code=2)["diagnostics"][0]["code"] == "R002"


def test_what_people_see(cli, recipe_file):
    recipe_file(BASE, "a.yaml")
    recipe_file(BASE.replace("0.5", "0.25"), "b.yaml")
    done = cli("diff", "a.yaml", "b.yaml")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "- a.yaml",
        "+ b.yaml",
        "",
        "identity: another result",
        "  optimizer.lr",
        "    - 0.5   a.yaml:6:30",
        "    + 0.25  b.yaml:6:30",
        "",
        "another run: it must retrain",
    ]
