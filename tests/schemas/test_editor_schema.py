"""The editor schema's own rules, those that hold for every word there is. What they are for shows in tests/editor."""

import json

import jsonschema
import pytest

from recipe.schemas.definitions import definitions
from recipe.schemas.editor_schema import editor_schema
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def schema():
    document = json.loads(json.dumps(editor_schema()))
    jsonschema.Draft202012Validator.check_schema(document)
    return document


def nodes(value):
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def test_no_keyword_that_the_language_server_makes_a_mess_of(schema):
    for node in nodes(schema):
        assert not {"oneOf", "errorMessage", "default", "discriminator", "not"} & (node.keys() - {"title"}), node


def test_a_condition_asks_for_a_map_that_has_the_tag(schema):
    conditions = [node["if"] for node in nodes(schema) if "if" in node]
    assert conditions
    assert all(condition["type"] == "object" for condition in conditions)
    assert all("required" in condition for condition in conditions if "properties" in condition)


def test_every_setting_of_every_component_has_a_signature_and_its_text(schema):
    parts = definitions()
    for branches in parts.kinds.values():
        for branch in branches:
            defined = schema["$defs"].get(branch.name) or schema["$defs"][f"{branch.name}.partial"]
            for name, raw in parts.schemas[branch.name]["properties"].items():
                field = defined["properties"][name]
                assert field["title"].startswith(f"{name}: ")
                assert raw.get("description", "") in field.get("markdownDescription", field.get("description"))


def test_components_are_described_by_their_words_alone(schema):
    for branches in definitions().kinds.values():
        for branch in branches:
            assert "description" not in schema["$defs"].get(branch.name, {})
    tag = schema["$defs"]["optimizer.tag"]["anyOf"][0]
    assert dict(zip(tag["enum"], tag["markdownEnumDescriptions"], strict=True))["Adam"].startswith("Adam (Kingma")


def test_every_value_may_be_a_reference(schema):
    fields = [
        (f"{name}.{key}", field)
        for name, definition in schema["$defs"].items()
        for key, field in definition.get("properties", {}).items()
    ]
    assert fields
    for name, field in fields:
        value = jsonschema.Draft202012Validator({**field, "$defs": schema["$defs"]})
        assert not list(value.iter_errors("${vars.x}")), name


def test_it_has_no_keyword_that_only_the_compiler_reads(schema):
    assert '"x-' not in json.dumps(schema)


def test_an_installed_plugin_is_in_it(cli, tmp_path):
    entry = tmp_path / "site" / "recipe_lion-0.1.0.dist-info" / "entry_points.txt"
    entry.parent.mkdir(parents=True)
    entry.write_text("[recipe.components]\noptimizer.Lion = recipe_lion.schema:Lion\n")
    path = f"{entry.parent.parent}:{ROOT / 'examples' / 'plugin' / 'src'}"
    document = json.loads(cli("schema", "--flavour", "editor", env={"PYTHONPATH": path}).stdout)
    assert "Lion" in document["$defs"]["optimizer.tag"]["anyOf"][0]["enum"]
    assert "betas" in document["$defs"]["Lion"]["properties"]


def test_it_holds_for_this_version_only_and_says_so(schema):
    from recipe import __version__

    assert schema["$comment"].endswith(f" {__version__}.")
