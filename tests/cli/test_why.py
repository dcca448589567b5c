"""`recipe why`: every layer that had a say, with its place, the winner first."""

import json

import pytest

from recipe.cli.main import run
from tests.conftest import MINIMAL


@pytest.fixture
def why(tmp_path, capsys, monkeypatch):
    """Call the verb in `tmp_path`; the JSON document."""
    monkeypatch.chdir(tmp_path)

    def call(*words, code=0):
        assert run(["why", *words, "--format", "json"]) == code
        return json.loads(capsys.readouterr().out)

    return call


def told(document):
    """Each say as `layer text file:line`, the winner first."""
    return [
        " ".join(filter(None, [say["via"] and f"{say['via']}:", say["layer"], say["text"], say["file"] and f"{say['file']}:{say['line']}"]))
        for say in document["says"]
    ]  # fmt: skip


def test_every_layer_of_a_single_value(why, recipe_file):
    recipe_file("optimizer: {type: AdamW, lr: 0.1}\n", "deep.yaml")
    recipe_file("extends: [deep.yaml]\n\noptimizer: {lr: 0.2}\n", "middle.yaml")
    recipe_file("optimizer: {lr: 0.25}\n", "other.yaml")
    recipe_file(
        "extends: [middle.yaml, other.yaml]\n" + MINIMAL + "optimizer:\n  lr: 0.3\n"
        "profiles:\n  a: {optimizer: {lr: 0.4}}\n  b: {optimizer: {lr: 0.5}}\n"
    )
    words = ("recipe.yaml", "optimizer.lr", "--profile", "a", "--profile", "b", "--set", "optimizer.lr=0.6")
    document = why(*words)
    assert document["value"] == 0.6
    assert told(document) == [
        "set 0.6 --set optimizer.lr:1",
        "profile 0.5 recipe.yaml:11",
        "profile 0.4 recipe.yaml:10",
        "file 0.3 recipe.yaml:8",
        "extends 0.25 other.yaml:1",
        "extends 0.2 middle.yaml:3",
        "extends 0.1 deep.yaml:1",
        "default 0.001",
    ]
    assert [say["profile"] for say in document["says"][:4]] == ["", "b", "a", ""]
    assert (document["says"][3]["column"], document["impact"]) == (7, "identity")
    assert document["doc"].startswith("Learning rate")


def test_a_setting_that_nobody_says_has_its_default(why, recipe_file):
    recipe_file(MINIMAL)
    document = why("recipe.yaml", "optimizer.weight_decay")
    assert told(document) == ["default 0.01"]
    assert document["says"][0]["note"] == "of AdamW"
    assert told(why("recipe.yaml", "optimizer.type")) == ["default AdamW"]


def test_another_type_says_what_it_took_out(why, recipe_file):
    recipe_file("optimizer: {type: SGD, lr: 0.1, momentum: 0.9}\n", "base.yaml")
    recipe_file("extends: [base.yaml]\n" + MINIMAL + "optimizer: {type: AdamW}\n")
    document = why("recipe.yaml", "optimizer.lr")
    assert document["value"] == 0.001
    assert told(document) == ["default 0.001", "extends 0.1 base.yaml:1"]
    assert document["says"][1]["lost_with"] == "optimizer"
    assert told(why("recipe.yaml", "optimizer.type")) == [
        "file AdamW recipe.yaml:7", "extends SGD base.yaml:1", "default AdamW",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("base", "over", "path", "expected"),
    [
        ("AdamW", "{lr: 0.5}", "optimizer.type", ["extends AdamW base.yaml:1", "default AdamW"]),
        ("{type: Adam, lr: 0.5}", "Adam", "optimizer.type", ["file Adam recipe.yaml:7", "extends Adam base.yaml:1", "default AdamW"]),
        ("{type: Adam, lr: 0.5}", "Adam", "optimizer.lr", ["extends 0.5 base.yaml:1", "default 0.001"]),
        ("SGD", "Adam", "optimizer.type", ["file Adam recipe.yaml:7", "extends SGD base.yaml:1", "default AdamW"]),
        ("{type: SGD, lr: 0.5}", "Adam", "optimizer.lr", ["default 0.001", "extends 0.5 base.yaml:1"]),
    ],
)  # fmt: skip
def test_bare_words_keep_their_history(why, recipe_file, base, over, path, expected):
    recipe_file(f"optimizer: {base}\n", "base.yaml")
    recipe_file("extends: [base.yaml]\n" + MINIMAL + f"optimizer: {over}\n")
    assert told(why("recipe.yaml", path)) == expected


def test_a_word_between_two_maps(why, recipe_file):
    recipe_file("optimizer: {type: SGD, lr: 0.5}\n", "base.yaml")
    recipe_file("extends: [base.yaml]\n" + MINIMAL + "optimizer: Adam\nprofiles: {p: {optimizer: {lr: 0.25}}}\n")
    words = ("recipe.yaml", "optimizer.lr", "--profile", "p")
    assert told(why(*words)) == ["profile 0.25 recipe.yaml:8", "extends 0.5 base.yaml:1", "default 0.001"]
    words = ("recipe.yaml", "optimizer.type", "--profile", "p")
    assert told(why(*words)) == ["file Adam recipe.yaml:7", "extends SGD base.yaml:1", "default AdamW"]


def test_lists_are_replaced_and_set_goes_into_them(why, recipe_file):
    recipe_file("trackers: [{type: MLflow, experiment: base}]\n", "base.yaml")
    recipe_file("extends: [base.yaml]\n" + MINIMAL + "trackers: [{type: MLflow, experiment: mine}]\n")
    words = ("recipe.yaml", "trackers.0.experiment", "--set", "trackers.0.experiment=asked")
    document = why(*words)
    assert told(document) == [
        "set asked --set trackers.0.experiment:1",
        "file mine recipe.yaml:7",
        "extends base base.yaml:1",
        "default auto",
    ]
    assert [say["lost_with"] for say in document["says"]] == ["", "", "trackers", ""]


def test_references_show_where_the_value_came_through(why, recipe_file):
    recipe_file("vars: {rate: 0.5}\n", "base.yaml")
    recipe_file(
        "extends: [base.yaml]\n" + MINIMAL + "vars: {again: '${vars.rate}', opt: {type: Adam, lr: '${vars.again}'}}\n"
        "optimizer: ${vars.opt}\n"
    )
    document = why("recipe.yaml", "optimizer.lr", "--set", "vars.rate=0.25")
    assert document["value"] == 0.25
    assert told(document) == [
        "vars.opt.lr: file '${vars.again}' recipe.yaml:7",
        "vars.again: file '${vars.rate}' recipe.yaml:7",
        "vars.rate: set 0.25 --set vars.rate:1",
        "vars.rate: extends 0.5 base.yaml:1",
        "file ${vars.opt} recipe.yaml:8",
        "default 0.001",
    ]
    assert told(why("recipe.yaml", "vars.rate"))[0] == "extends 0.5 base.yaml:1"


def test_the_environment_is_named_and_its_value_is_not_shown(cli, recipe_file):
    recipe_file(
        MINIMAL
        + "trackers: [{type: MLflow, experiment: '${env:EXPERIMENT}', tracking_uri: 'http://u:${env:TOKEN,none}@h'}]\n"
    )
    environment = {"EXPERIMENT": "s3cret", "TOKEN": "t0ken"}
    for path in ("trackers.0.experiment", "trackers.0.tracking_uri", "trackers"):
        for format_ in ("full", "json"):
            done = cli("why", "recipe.yaml", path, "--format", format_, env=environment)
            assert done.returncode == 0, done.stderr
            assert "s3cret" not in done.stdout + done.stderr
            assert "t0ken" not in done.stdout + done.stderr
    document = json.loads(
        cli("why", "recipe.yaml", "trackers.0.experiment", "--format", "json", env=environment).stdout
    )
    assert document["value"] == "${env:EXPERIMENT}"
    assert told(document)[1] == "env:EXPERIMENT: environment $EXPERIMENT recipe.yaml:6"


def test_auto_has_its_reason(why, recipe_file):
    recipe_file(MINIMAL + "hardware: {device: cpu}\ntrain: {amp: auto}\n")
    document = why("recipe.yaml", "train.amp")
    assert (document["value"], document["answer"]) == ("auto", False)
    assert told(document) == ["auto false", "file auto recipe.yaml:7", "default auto"]
    assert document["says"][0]["note"] == "mixed precision needs a CUDA device"


def test_auto_that_cannot_be_answered_here_says_what_is_missing(why, recipe_file):
    recipe_file(MINIMAL.replace("builtin:shapes", "nowhere/data.yaml"))
    document = why("recipe.yaml", "train.batch_size")
    assert told(document) == ["auto not answered here", "default auto"]
    assert "nowhere" in document["says"][0]["note"]


def test_a_section_is_a_table_of_its_settings(why, recipe_file, capsys):
    file = recipe_file(MINIMAL + "optimizer: {type: SGD, lr: 0.5}\n")
    settings = why("recipe.yaml", "optimizer")["settings"]
    assert [(each["path"], each["value"], each["says"][0]["layer"]) for each in settings] == [
        ("optimizer.type", "SGD", "file"),
        ("optimizer.lr", 0.5, "file"),
        ("optimizer.momentum", 0.0, "default"),
        ("optimizer.dampening", 0.0, "default"),
        ("optimizer.weight_decay", 0.0, "default"),
        ("optimizer.nesterov", False, "default"),
    ]
    assert run(["why", str(file), "optimizer"]) == 0
    out = capsys.readouterr().out
    assert "optimizer.lr            0.5    file     recipe.yaml:6:28\n" in out
    assert out.endswith("default\n")


def test_matrix_and_search_are_layers_of_their_own(why, recipe_file):
    recipe_file(MINIMAL + "optimizer: {type: SGD, lr: 0.5}\nmatrix: {optimizer.lr: [0.1, 0.2, 0.3]}\n")
    document = why("recipe.yaml", "optimizer.lr")
    assert told(document)[:2] == ["matrix [0.1, 0.2, 0.3] recipe.yaml:7", "file 0.5 recipe.yaml:6"]
    assert document["says"][0]["note"] == "3 values, a run for each"
    recipe_file(
        MINIMAL + "optimizer: {type: SGD, lr: 0.5}\nsearch:\n  objective: {metric: val/mAP50}\n"
        "  space:\n    optimizer: {type: categorical, choices: [Adam, AdamW]}\n",
        "search.yaml",
    )
    document = why("search.yaml", "optimizer.lr")
    assert told(document)[0] == "search {type: categorical, choices: [Adam, AdamW]} search.yaml:10"
    assert document["says"][0]["note"] == "a value from it for each trial"


def test_a_matrix_over_a_variable_varies_what_refers_to_it(why, recipe_file):
    recipe_file(MINIMAL + "vars: {rate: 1}\nseed: '${vars.rate}'\nmatrix: {vars.rate: [1, 2]}\n")
    assert told(why("recipe.yaml", "seed")) == [
        "matrix [1, 2] recipe.yaml:8",
        "file '${vars.rate}' recipe.yaml:7",
        "vars.rate: file 1 recipe.yaml:6",
        "default 0",
    ]


def test_references_that_multiply_or_go_round_are_told_once(why, recipe_file):
    doubled = "".join(f"  a{n}: '${{vars.a{n - 1}}}${{vars.a{n - 1}}}'\n" for n in range(1, 30))
    recipe_file(MINIMAL + f"vars:\n  a0: ''\n{doubled}description: '${{vars.a29}}'\n")
    assert len(why("recipe.yaml", "description")["says"]) == 32
    recipe_file("optimizer: {type: SGD, lr: '${optimizer.momentum}', momentum: '${optimizer.lr}'}\n", "base.yaml")
    recipe_file("extends: [base.yaml]\n" + MINIMAL + "optimizer: Adam\n")
    assert told(why("recipe.yaml", "optimizer.lr")) == [
        "default 0.001",
        "extends '${optimizer.momentum}' base.yaml:1",
        "optimizer.momentum: extends '${optimizer.lr}' base.yaml:1",
    ]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("optimizer.lrr", "did you mean `lr`?"),
        ("optimiser", "did you mean `optimizer`?"),
        ("optimizer.lr.x", "nothing stands below `optimizer.lr`"),
        ("trackers.3", "`trackers`"),
        ("train.early_stopping.patience", "`train.early_stopping`"),
        ("optimizer.", "dots between"),
        ("vars.x", "vars"),
        ("", "dots between"),
    ],
)
def test_a_path_that_names_nothing(recipe_file, capsys, path, says):
    file = recipe_file(MINIMAL)
    assert run(["why", str(file), path]) == 2
    err = capsys.readouterr().err
    assert "error[R001] usage" in err
    assert says in err


def test_a_path_that_is_no_text(cli, recipe_file):
    recipe_file(MINIMAL)
    assert cli("why", "recipe.yaml", "\udcff").returncode == 2


def test_what_people_see(cli, recipe_file):
    recipe_file(MINIMAL + "vars: {rate: 0.5}\noptimizer: {type: AdamW, lr: '${vars.rate}'}\n")
    assert cli("why", "recipe.yaml", "optimizer.lr").stdout.splitlines()[-3:] == [
        "▸ file                 '${vars.rate}'  recipe.yaml:7:30",
        "    ↳ vars.rate: file  0.5             recipe.yaml:6:14",
        "  default              0.001           of AdamW",
    ]
