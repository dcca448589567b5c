"""The verbs that neither compile nor train."""

import json
import subprocess
import sys

import jsonschema
import pytest
from ruamel.yaml import YAML

from recipe import __version__
from recipe.schemas.codes import CODES, exit_code
from tests.conftest import MINIMAL, ROOT


def test_version(cli):
    assert cli("--version").stdout == f"recipe {__version__}\n"


def test_the_overview_names_every_verb(cli):
    from recipe.cli.main import VERBS

    done = cli("--help")
    assert done.returncode == 0
    for verb in VERBS:
        assert f"  {verb} " in done.stdout
        assert cli(verb, "--help").returncode == 0


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    for words in ("schema", "validate nope.yaml --format json"):
        command = f"{sys.executable} -m recipe {words} | head -c 1; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
        assert done.stderr == ""
        assert done.returncode in (0, 2)


def test_arguments_that_are_no_text(cli, recipe_file):
    file = recipe_file(MINIMAL)
    assert "error[R304]" in cli("validate", file, "--set", "train.epochs=\udcff").stderr
    assert cli("validate", "\udcff.yaml").returncode == 2


def test_a_terminal_that_knows_only_ascii(cli, recipe_file):
    bad = cli("validate", recipe_file("a: [\n"), env={"PYTHONIOENCODING": "ascii"})
    assert bad.returncode == 1
    assert "R104" in bad.stderr
    assert cli("--help", env={"PYTHONIOENCODING": "ascii"}).returncode == 0


def test_without_words_the_overview_is_a_usage_error(cli):
    assert cli().returncode == 2


def test_init_writes_a_recipe_that_validates_and_never_overwrites(cli, tmp_path):
    done = cli("init", "mine.yaml")
    assert done.returncode == 0, done.stderr
    assert cli("validate", "mine.yaml").returncode == 0
    (tmp_path / "mine.yaml").write_text("kept")
    again = cli("init", "mine.yaml")
    assert again.returncode == 2
    assert "error[R004]" in again.stderr
    assert (tmp_path / "mine.yaml").read_text() == "kept"
    assert "error[R005]" in cli("init", "no/such/folder.yaml").stderr


def test_list_shows_every_component_with_its_settings(cli):
    done = cli("list")
    for word in ("detection", "YOLOv8", "AdamW", "LinearDecay", "TensorBoard", "MLflow"):
        assert word in done.stdout
    document = json.loads(cli("list", "tracker", "--format", "json").stdout)
    assert [component["word"] for component in document["components"]] == ["MLflow", "TensorBoard", "WandB"]


def test_runs_of_an_empty_folder(cli, tmp_path):
    assert "no runs in" in cli("runs").stdout
    assert json.loads(cli("runs", "--format", "json", env={"RECIPE_RUNS": str(tmp_path)}).stdout) == {
        "ok": True,
        "runs": [],
    }


@pytest.fixture(scope="module")
def language():
    from recipe.schemas.json_schema import language_schema

    schema = json.loads(json.dumps(language_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_accepts_what_the_compiler_accepts(language):
    for file in (ROOT / "recipes").rglob("*.yaml"):
        assert not list(language.iter_errors(YAML(typ="safe", pure=True).load(file.read_text())))
    assert not list(language.iter_errors(YAML(typ="safe", pure=True).load(MINIMAL)))


@pytest.mark.parametrize(
    "line",
    [
        "optimiser: AdamW",
        "optimizer: {type: AdamW, lr: fast}",
        "optimizer: AdamV",
        "train: {epochs: 0}",
        "trackers: [x]",
        "seed: -1",
    ],
)
def test_the_schema_refuses_what_the_compiler_refuses(language, line):
    assert list(language.iter_errors(YAML(typ="safe", pure=True).load(MINIMAL + line)))


def test_schema_verb_prints_json(cli, tmp_path):
    printed = cli("schema").stdout
    assert json.loads(printed)["$schema"].endswith("2020-12/schema")
    assert cli("schema", "-o", "s.json").returncode == 0
    assert (tmp_path / "s.json").read_text() == printed


def test_codes_are_well_formed():
    for code, meaning in CODES.items():
        assert code[0] == "R"
        assert code[1:].isdigit()
        assert len(code) == 4
        assert meaning.summary.endswith(".")
    assert len({meaning.name for meaning in CODES.values()}) == len(CODES)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["R402"], 1),
        (["R001"], 2),
        (["R901", "R402"], 3),
        (["R801"], 4),
        (["R610"], 5),
        (["R806"], 130),
        (["R610", "R402"], 1),
    ],
)
def test_exit_codes(codes, expected):
    assert exit_code(codes) == expected
