import pytest

from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.report import Report
from recipe.schemas.diagnostics import RecipeError
from tests.conftest import MINIMAL


def check(file, sets=(), profiles=()):
    report = Report()
    return check_recipe(Request(str(file), tuple(profiles), tuple(sets), {}), report), report


def problems(file, sets=()):
    report = Report()
    try:
        checked = check_recipe(Request(str(file), (), tuple(sets), {}), report)
    except RecipeError as error:
        found = error.diagnostics
    else:
        found = checked.warnings
    by_index = {source.index: source for source in report.sources}
    return [
        (
            d.code,
            d.labels[0].span and by_index[d.labels[0].span.source].text[d.labels[0].span.start : d.labels[0].span.end],
        )
        for d in found
        if d.labels
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("optimiser: {type: AdamW}", [("R402", "optimiser")]),
        ("optimizer: {type: AdamW, lr: fast}", [("R404", "fast")]),
        ('optimizer: {type: AdamW, lr: "0.1"}', [("R404", '"0.1"')]),
        ("optimizer: {type: AdamW, lr: -1}", [("R405", "-1")]),
        ("optimizer: {type: AdamV}", [("R401", "AdamV")]),
        ("optimizer: AdamV", [("R401", "AdamV")]),
        ("trackers: [{experiment: x}]", [("R403", "")]),
        ("optimizer: [1]", [("R404", "[1]")]),
        ("optimizer: {type: SGD, betas: [0.9, 0.999]}", [("R402", "betas")]),
        ("optimizer: {type: AdamW, betas: [0.9]}", [("R403", "betas")]),
        ("optimizer: {type: AdamW, betas: [0.9, 1.0]}", [("R405", "1.0")]),
        ("train: {epochs: 0}", [("R405", "0")]),
        ("train: {epochs: 5.0}", [("R404", "5.0")]),
        ("train: {epochs: auto}", [("R404", "auto")]),
        ("train: {image_size: 100}", [("R405", "100")]),
        ("train: {amp: yes}", [("R404", "yes")]),
        ("train: {batch_size: many}", [("R404", "many")]),
        ("train: {early_stopping: {patiens: 3}}", [("R402", "patiens")]),
        ("train: 3", [("R404", "3")]),
        ("hardware: {tier: huge}", [("R406", "huge")]),
        ("hardware: {device: tpu}", [("R405", "tpu")]),
        ("trackers: [TensorBoard, {type: MLflow, experimnt: x}]", [("R402", "experimnt")]),
        ("trackers: TensorBoard", [("R404", "TensorBoard")]),
        ("seed: -1", [("R405", "-1")]),
        ("seed: true", [("R404", "true")]),
    ],
)
def test_each_mistake_has_its_code_and_its_place(recipe_file, line, expected):
    assert problems(recipe_file(MINIMAL + line + "\n")) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("recipe: 1", "recipe: 2", [("R406", "2")]),
        ("task: detection", "task: detektion", [("R401", "detektion")]),
        ("task: detection", "task: [detection]", [("R401", "[detection]")]),
        ("task: detection\n", "", [("R403", "")]),
        ("name: minimal", "name: 1.10", [("R404", "1.10")]),
        ("name: minimal", "name: ../escape", [("R405", "../escape")]),
        ("name: minimal\n", "", [("R403", "")]),
        ("size: n", "size: q", [("R406", "q")]),
    ],
)
def test_mistakes_in_the_required_keys(recipe_file, old, new, expected):
    assert problems(recipe_file(MINIMAL.replace(old, new))) == expected


def test_all_independent_errors_come_at_once_and_in_the_order_of_the_text(recipe_file):
    text = (
        MINIMAL + "optimiser: 1\ntrain: {epochs: x, close_mosaic: -1}\nseed: ${vars.gone}\nseed: 3\ntrackers: [Nope]\n"
    )
    assert [code for code, _ in problems(recipe_file(text))] == ["R402", "R404", "R405", "R305", "R201", "R401"]


def test_a_cascade_is_suppressed(recipe_file):
    """A bad number is one mistake: the rules that would read it are silent, the others speak."""
    text = MINIMAL + "train: {epochs: x, close_mosaic: 500, early_stopping: {patience: 500}}\ndata: {source: d.yaml}\n"
    text = text.replace('data: {source: "builtin:shapes"}\n', "").replace(
        "source: d.yaml", "source: d.yaml, shapes: {seed: 3}"
    )
    assert [code for code, _ in problems(recipe_file(text))] == ["R404", "R504"]


def test_a_bad_number_is_told_once(recipe_file):
    assert problems(recipe_file(MINIMAL + "train: {epochs: 017, close_mosaic: 30}\n")) == [("R209", "017")]


def test_suggestions_name_what_was_meant(recipe_file):
    report = Report()
    with pytest.raises(RecipeError) as caught:
        check_recipe(Request(str(recipe_file(MINIMAL + "optimizer: {type: adamw}\nmodle: 1\n")), (), (), {}), report)
    assert {d.candidates for d in caught.value.diagnostics} == {("AdamW",), ("model",)}


def test_a_value_by_reference_shows_both_places(recipe_file):
    text = "vars: {epochs: many}\n" + MINIMAL + "train: {epochs: '${vars.epochs}'}\n"
    report = Report()
    with pytest.raises(RecipeError) as caught:
        check_recipe(Request(str(recipe_file(text)), (), (), {}), report)
    (found,) = caught.value.diagnostics
    assert [report.sources[0].position(label.span.start)[0] for label in found.labels] == [7, 1]


def test_a_secret_is_not_shown(recipe_file):
    text = MINIMAL + "train: {epochs: '${env:EPOCHS}'}\n"
    with pytest.raises(RecipeError) as caught:
        check_recipe(Request(str(recipe_file(text)), (), (), {"EPOCHS": "hunter2"}), Report())
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("train: {epochs: 5, close_mosaic: 5}", "R501"),
        ("train: {epochs: 5, close_mosaic: 1, early_stopping: {patience: 5}}", "R502"),
        ("trackers: [TensorBoard, TensorBoard]", "R503"),
        ("train: {epochs: 3, close_mosaic: 1, warmup_epochs: 3.0}", "R505"),
        ("train: {warmup_momentum: 0.5}", "R504"),
    ],
)
def test_rules_between_fields(recipe_file, line, code):
    assert [found for found, _ in problems(recipe_file(MINIMAL + line + "\n"))] == [code]


def test_settings_that_nothing_reads_are_errors(recipe_file):
    other = MINIMAL.replace('"builtin:shapes"', "data.yaml, shapes: {seed: 1}")
    assert [code for code, _ in problems(recipe_file(other))] == ["R504"]
    assert [code for code, _ in problems(recipe_file(MINIMAL.replace("builtin:shapes", "builtin:cats")))] == ["R504"]


def test_paths_are_relative_to_the_file_or_the_working_directory(tmp_path, recipe_file, monkeypatch):
    (tmp_path / "recipes").mkdir()
    monkeypatch.chdir(tmp_path)
    file = recipe_file(MINIMAL.replace('"builtin:shapes"', "data/d.yaml"), "recipes/r.yaml")
    assert check(file)[0].recipe.data.source == str(tmp_path / "recipes/data/d.yaml")
    assert check(file, ["data.source=data/d.yaml"])[0].recipe.data.source == str(tmp_path / "data/d.yaml")
    assert check(file, ["data.source=builtin:shapes"])[0].recipe.data.source == "builtin:shapes"


@pytest.mark.parametrize("line", ["optimizer: {lr: 0.1}", "optimizer: {type: AdamW, lr: 0.1}"])
def test_a_component_without_its_word_is_the_default_one(recipe_file, line):
    recipe = check_recipe(Request(str(recipe_file(MINIMAL + line + "\n"))), Report()).recipe
    assert (recipe.optimizer.word(), recipe.optimizer.lr) == ("AdamW", 0.1)


def test_the_default_component_judges_the_keys(recipe_file):
    assert problems(recipe_file(MINIMAL + "optimizer: {momentum: 0.9}\n")) == [("R402", "momentum")]
    assert problems(recipe_file(MINIMAL + "optimizer: {typ: SGD, momentum: 0.9}\n")) == [("R402", "typ")]
    assert problems(recipe_file(MINIMAL + "optimizer: {type: , momentum: 0.9}\n")) == [("R403", "optimizer")]
