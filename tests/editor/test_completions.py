"""What the real yaml-language-server offers and shows."""

import time

import pytest

from recipe.schemas.catalogue import CATALOGUE
from tests.conftest import MINIMAL

OPTIMIZERS = CATALOGUE.words("optimizer")
FIRST = OPTIMIZERS[:5]
"""As many as a hover has room for."""
ADAMW = ["amsgrad", "betas", "eps", "lr", "weight_decay"]
SGD = ["dampening", "lr", "momentum", "nesterov", "weight_decay"]
LAYER = "extends: [base.yaml]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("optimizer:\n  type: AdamW\n  |", ADAMW),
        ("optimizer:\n  type: Adam\n  |", ADAMW),  # the beginning of another word
        ("optimizer:\n  type: SGD\n  |", SGD),
        ("optimizer:\n  type: SGD\n  lr: 0.1\n  mo|", [key for key in SGD if key != "lr"]),
        ("optimizer: {type: SGD, m|}\n", SGD),
        ("profiles:\n  fast:\n    optimizer:\n      type: SGD\n      |", SGD),
        ("trackers:\n  - TensorBoard\n  - type: MLflow\n    |", ["experiment", "tracking_uri"]),
        ("search:\n  sampler:\n    type: TPESampler\n    |", ["n_ei_candidates", "n_startup_trials"]),
        ("search:\n  space:\n    optimizer.lr:\n      type: float\n      |", ["high", "log", "low", "step"]),
        ("train:\n  early_stopping:\n    |", ["patience"]),
    ],
)
def test_keys_are_those_of_the_chosen_type(editor, text, expected):
    assert sorted(editor.labels(MINIMAL + text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("optimizer:\n  type: |", set(OPTIMIZERS)),
        ("optimizer: |", set(OPTIMIZERS)),
        ("trackers:\n  - type: |", {"MLflow", "TensorBoard"}),
        ("search:\n  space:\n    optimizer.lr:\n      type: |", {"categorical", "float", "int"}),
        ("search:\n  objective:\n    direction: |", {"maximize", "minimize"}),
        ("profiles:\n  fast:\n    optimizer:\n      type: |", set(OPTIMIZERS)),
    ],
)
def test_words(editor, text, expected):
    found = editor.labels(MINIMAL + text)
    assert set(found) >= expected
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data:\n  source: a\n  cache: |", ["auto", "none", "ram"]),
        ("train:\n  batch_size: |", ["auto"]),
        ("train:\n  amp: |", ["auto", "false", "true"]),
        ("train:\n  epochs: |", ["100"]),
    ],
)
def test_values(editor, text, expected):
    assert sorted(editor.labels("recipe: 1\nname: x\ntask: detection\n" + text)) == expected


def test_where_the_type_is_a_reference_the_keys_are_those_of_any(editor):
    assert set(editor.labels(MINIMAL + "optimizer:\n  type: ${vars.which}\n  |")) >= {*ADAMW, *SGD}


def test_words_are_documented(editor):
    found = {item["label"]: item for item in editor.completions(MINIMAL + "optimizer:\n  type: |")}
    assert "Loshchilov" in found["AdamW"]["documentation"]["value"]


def test_skeletons_vanish_once_the_tag_is_there(editor):
    before = editor.completions(MINIMAL + "optimizer:\n  |")
    of_the_default = {"lr", "betas", "eps", "weight_decay", "amsgrad"}
    assert {item["label"] for item in before} == {*OPTIMIZERS, "type", *of_the_default}
    assert {item["insertText"] for item in before} >= {"type: AdamW", "type: SGD"}
    assert not set(OPTIMIZERS) & set(editor.labels(MINIMAL + "optimizer:\n  type: SGD\n  |"))


def test_an_item_of_trackers(editor):
    assert {"MLflow", "TensorBoard", "type"} <= set(editor.labels(MINIMAL + "trackers:\n  - |"))


def test_an_empty_file_offers_a_whole_recipe(editor):
    found = {item["label"]: item["insertText"] for item in editor.completions("|")}
    assert {"recipe", "name", "task", "extends"} <= set(found)
    assert "task: detection" in found["detection"]
    assert "source:" in found["detection"]


def test_sections_are_those_of_the_task(editor):
    begun = "recipe: 1\nname: x\ntask: detection\n"
    found = editor.labels(begun + "|")
    assert {"augment", "optimizer", "profiles", "matrix", "search"} <= set(found)
    assert not {"recipe", "name", "task"} & set(found)
    assert {"source", "shapes"} <= set(editor.labels(begun + "data:\n  |"))
    images = editor.labels(begun.replace("detection", "classification") + "data:\n  |")
    assert "train" in images
    assert "source" not in images


def test_a_profile_is_completed_like_the_recipe(editor):
    sections = set(editor.labels("recipe: 1\nname: x\ntask: detection\n|")) - {"extends", "profiles"}
    assert sections <= set(editor.labels(MINIMAL + "profiles:\n  fast:\n    |"))
    train = editor.labels(MINIMAL + "train:\n  |")
    assert editor.labels(MINIMAL + "profiles:\n  fast:\n    train:\n      |") == train


def test_a_layer_that_does_not_say_its_task_is_completed(editor):
    assert {"augment", "layer_lr", "train"} <= set(editor.labels(LAYER + "|"))
    assert {"lr", "momentum", "betas", "type"} <= set(editor.labels(LAYER + "optimizer:\n  |"))


def test_beginning_a_section_writes_what_it_needs_and_no_defaults(editor):
    found = {item["label"]: item["insertText"] for item in editor.completions("recipe: 1\nname: x\ntask: detection\n|")}
    assert found["data"].split() == ["data:", "source:"]
    assert found["train"].split() == ["train:"]


@pytest.mark.parametrize(
    ("text", "heading", "documentation"),
    [
        ("optimizer: {type: AdamW, l|r: 0.1}", "lr: number = 0.001", "Learning rate of the parameters"),
        ("optimizer: {type: SGD, weight_de|cay: 0.1}", "weight_decay: number = 0.0", "L2 penalty"),
        (
            "optimi|zer: {type: AdamW, lr: 0.1}",
            f"optimizer: {' | '.join(FIRST)} | … = AdamW",
            "What updates the weights.",
        ),
        ("optimi|zer: AdamW", f"optimizer: {' | '.join(FIRST)} | … = AdamW", "What updates the weights."),
        ("optimizer: {ty|pe: AdamW}", f"type: {' | '.join(FIRST)} | … (required)", "Which optimizer this is."),
        ("hardware: {ti|er: low}", "tier: auto | cpu | low | medium | high | workstation = auto", "Row of the tier"),
        ("train: {batch_s|ize: 4}", "batch_size: auto | integer = auto", "Images per step."),
        ("train: {early_stop|ping: null}", "early_stopping: map | null", "Stop when"),
        ("optimizer: {type: AdamW, be|tas: [0.9, 0.99]}", "betas: [number, number] = [0.9, 0.999]", "Decay of"),
        ("trackers: [{type: MLflow, exper|iment: x}]", "experiment: auto | text = auto", "Experiment name"),
        ("profiles: {a: {optimizer: {type: SGD, mo|mentum: 0.1}}}", "momentum: number = 0.0", "Momentum factor."),
    ],
)
def test_a_hover_shows_the_settings_own_signature_and_text(editor, text, heading, documentation):
    lines = editor.hover(MINIMAL + text).splitlines()
    assert lines[0] == f"#### {heading}"
    assert lines[2].startswith(documentation)


def test_a_hover_tells_the_range(editor):
    assert "Above 0. Usually 0.0 to 1.0 (outside: " in editor.hover(MINIMAL + "optimizer: {type: AdamW, l|r: 0.1}")


def test_a_hover_over_the_task(editor):
    assert editor.hover(MINIMAL.replace("task", "ta|sk")).startswith("#### task: classification | ")


def test_completions_come_at_once(editor):
    """A few milliseconds here; a mixed `oneOf` of all branches takes hundreds."""
    text, times = MINIMAL + "optimizer:\n  type: AdamW\n  |", []
    for _ in range(20):
        place = editor.server.open_at(editor.file, text)
        begin = time.perf_counter()
        editor.server.complete(place)
        times.append(time.perf_counter() - begin)
    assert sorted(times)[10] < 0.1
