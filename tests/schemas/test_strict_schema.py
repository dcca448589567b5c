"""The strict JSON Schema against the compiler and its corpora, judged by a validator that is not ours."""

import json
import re

import jsonschema
import pytest
from ruamel.yaml import YAML

from recipe.schemas.json_schema import language_schema
from tests.conftest import MINIMAL, ROOT

EXPLANATIONS = sorted((ROOT / "recipe" / "schemas" / "explain").glob("*.md"))
GOOD = [
    text
    for page in EXPLANATIONS
    for text in re.findall(
        r"```yaml\n(recipe: .*?)```", page.read_text(encoding="utf-8").partition("## Good")[2], re.DOTALL
    )
]


@pytest.fixture(scope="module")
def schema():
    document = json.loads(json.dumps(language_schema()))
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


def problems(schema, text):
    return [error.message for error in schema.iter_errors(YAML(typ="safe", pure=True).load(text))]


def test_it_accepts_the_recipes_that_ship(schema):
    for file in sorted((ROOT / "recipes").rglob("*.yaml")):
        assert problems(schema, file.read_text(encoding="utf-8")) == [], file


def test_it_accepts_the_recipes_that_the_explanations_call_good(schema):
    plain = [text for text in GOOD if "${" not in text]
    assert len(plain) > 50
    assert {text: found for text in plain if (found := problems(schema, text))} == {}


@pytest.mark.parametrize(
    "text",
    [
        MINIMAL + "optimizer: {lr: 0.1}\n",
        "extends: [base.yaml]\n",
        "extends: yolo_competition\noptimizer: {lr: 0.1}\ntrain: {epochs: 3}\n",
        "extends: [base.yaml]\ntask: detection\ndata: {cache: ram}\n",
        MINIMAL + "profiles: {a: {optimizer: {lr: 0.1}, train: {early_stopping: null}, vars: {x: 1}}, b: {}}\n",
        MINIMAL + "profiles: {a: {optimizer: SGD, scheduler: {final_factor: 0.5}, search: {trials: 3}}}\n",
    ],
)
def test_a_layer_need_not_be_complete(schema, text):
    assert problems(schema, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "recipe: 1\nname: x\ntask: detection\n",
        MINIMAL.replace("type: YOLOv8, ", ""),
        MINIMAL + "optimizer: {momentum: 0.9}\n",
        MINIMAL + "profiles: {a: {optimizer: {lrr: 0.1}}}\n",
        MINIMAL + "profiles: {a: {optimiser: AdamW}}\n",
        MINIMAL + "profiles: {a: {train: {epochs: many}}}\n",
        MINIMAL + "profiles: {a: {profiles: {}}}\n",
        MINIMAL + "profiles: {a: {trackers: [{experiment: x}]}}\n",
        "extends: [base.yaml]\ntrain: {epochz: 3}\n",
        "extends: [base.yaml]\noptimizer: {lrr: 3}\n",
    ],
)
def test_a_layer_is_checked_all_the_same(schema, text):
    assert problems(schema, text)


def test_it_keeps_what_only_the_compiler_reads_to_itself():
    assert '"x-' not in json.dumps(language_schema())
