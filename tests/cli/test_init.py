"""`recipe init` and `recipe schema`: what they write, and what they leave alone."""

import json

import pytest

MODELINE = "# yaml-language-server: $schema=.recipe/schema.json"


def test_init_writes_the_modeline_and_the_schema_it_names(cli, tmp_path):
    (tmp_path / "my recipes").mkdir()
    done = cli("init", "my recipes/a.yaml")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "my recipes" / "a.yaml").read_text().splitlines()[0] == MODELINE
    schema = (tmp_path / "my recipes" / ".recipe" / "schema.json").read_text()
    assert schema == cli("schema", "--flavour", "editor").stdout
    assert cli("validate", "my recipes/a.yaml").returncode == 0


def test_init_knows_shipped_recipes_by_the_name_that_extends_has_for_them(cli, tmp_path, recipe_file):
    assert cli("init", "--from", "classification/light").returncode == 0
    assert cli("validate", "light.yaml").returncode == 0
    recipe_file("recipe: 1\nname: own\nextends: [classification/light]\n", "own.yaml")
    assert cli("validate", "own.yaml").returncode == 0
    assert "did you mean `classification/light`" in cli("init", "--from", "classification/lihgt").stderr


def test_init_brings_a_schema_of_its_own_up_to_date(cli, tmp_path):
    file = tmp_path / ".recipe" / "schema.json"
    file.parent.mkdir()
    file.write_text('{"$comment": "Recipes of recipe-compiler 0.0.1."}')
    assert cli("init", "a.yaml").returncode == 0
    assert json.loads(file.read_text())["$defs"]


def test_init_leaves_a_file_that_is_not_its_own(cli, tmp_path):
    file = tmp_path / ".recipe" / "schema.json"
    file.parent.mkdir()
    file.write_text("{}")
    done = cli("init", "a.yaml")
    assert done.returncode == 2
    assert "error[R004]" in done.stderr
    assert file.read_text() == "{}"
    assert not (tmp_path / "a.yaml").exists()


def test_init_where_no_schema_can_be_written(cli, tmp_path):
    (tmp_path / ".recipe").write_text("a file")
    done = cli("init", "a.yaml")
    assert done.returncode == 2
    assert "error[R005]" in done.stderr
    assert not (tmp_path / "a.yaml").exists()


@pytest.mark.parametrize("flavour", ["strict", "editor"])
def test_schema_writes_what_it_prints(cli, tmp_path, flavour):
    printed = cli("schema", "--flavour", flavour).stdout
    assert json.loads(printed)["$schema"].endswith("2020-12/schema")
    assert cli("schema", "--flavour", flavour, "-o", "new/s.json").returncode == 0
    assert (tmp_path / "new" / "s.json").read_text() == printed


def test_schema_is_strict_unless_asked(cli):
    assert cli("schema").stdout == cli("schema", "--flavour", "strict").stdout


def test_a_schema_that_cannot_be_written(cli, tmp_path):
    done = cli("schema", "-o", tmp_path)
    assert done.returncode == 2
    assert "error[R005]" in done.stderr
