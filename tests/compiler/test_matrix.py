"""`matrix`: one run for each combination."""

import pytest

from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.report import Report
from recipe.schemas.diagnostics import RecipeError

BODY = """\
recipe: 1
name: grid
task: detection
data: {source: "builtin:shapes"}
model: {type: YOLOv8, size: n, weights: none}
optimizer: {type: AdamW, lr: 0.001}
train: {epochs: 30}
"""


@pytest.fixture
def problems(found):
    """Code, line and column of everything found."""
    return lambda text, *sets: [
        (each.code, *source.position(each.labels[0].span.start)) for each, source in found(text, *sets)
    ]


def test_each_combination_is_a_run_with_its_own_digest(check):
    checked, _ = check(BODY + "matrix: {optimizer.lr: [0.1, 0.01], seed: [0, 1, 2]}\n")
    assert [member.values for member in checked.members] == [
        {"optimizer.lr": lr, "seed": seed} for lr in (0.1, 0.01) for seed in (0, 1, 2)
    ]
    assert [(member.recipe.optimizer.lr, member.recipe.seed) for member in checked.members][3] == (0.01, 0)
    assert len({member.digest for member in checked.members}) == 6


def test_a_member_is_the_very_run_that_its_values_make(check):
    checked, _ = check(BODY + "matrix: {optimizer.lr: [0.1, 0.01]}\n")
    alone, _ = check(BODY, "optimizer.lr=0.01")
    assert checked.members[1].digest == alone.digest
    assert checked.members[1].recipe == alone.recipe


def test_the_group_is_the_same_in_any_order(check):
    one, _ = check(BODY + "matrix: {optimizer.lr: [0.1, 0.01], seed: [0, 1]}\n")
    other, _ = check(BODY + "matrix: {seed: [1, 0], optimizer.lr: [0.01, 0.1]}\n")
    assert one.digest == other.digest


def test_references_see_the_values_of_their_run(check):
    checked, _ = check(BODY + "vars: {e: 40}\nmatrix: {vars.e: [15, 25]}\n", "train.epochs=${vars.e}")
    assert [member.recipe.train.epochs for member in checked.members] == [15, 25]


def test_an_axis_may_be_a_list_from_elsewhere(check):
    checked, _ = check(BODY + 'vars: {rates: [0.1, 0.2]}\nmatrix: {optimizer.lr: "${vars.rates}"}\n')
    assert [member.recipe.optimizer.lr for member in checked.members] == [0.1, 0.2]


def test_a_value_may_be_a_whole_block(check):
    checked, _ = check(BODY + "matrix: {optimizer: [SGD, {type: Adam, lr: 0.1}, {lr: 0.5}]}\n")
    assert [(m.recipe.optimizer.word(), m.recipe.optimizer.lr) for m in checked.members] == [
        ("SGD", 0.001), ("Adam", 0.1), ("AdamW", 0.5),
    ]  # fmt: skip


def test_an_axis_may_lead_into_a_list(check):
    more = "trackers: [TensorBoard]\ngates: []\nmatrix: {optimizer.betas.0: [0.9, 0.95]}\n"
    checked, _ = check(BODY + more, "optimizer.betas=[0.8, 0.99]")
    assert [member.recipe.optimizer.betas for member in checked.members] == [(0.9, 0.99), (0.95, 0.99)]


def test_a_setting_that_only_the_matrix_says(recipe_file):
    text = (
        BODY.replace('data: {source: "builtin:shapes"}\n', "") + "matrix: {data.source: ['builtin:shapes', a.yaml]}\n"
    )
    checked = check_recipe(Request(str(recipe_file(text))), Report())
    assert [member.recipe.data.source.rpartition("/")[2] for member in checked.members] == ["builtin:shapes", "a.yaml"]


def test_the_command_line_can_lay_out_a_matrix(check):
    checked, _ = check(BODY, "matrix.optimizer.lr=[0.1, 0.2]")
    assert len(checked.members) == 2
    checked, _ = check(BODY + "matrix: {optimizer.lr: [0.1, 0.2]}\n", "matrix.optimizer.lr=[0.1, 0.2, 0.3]")
    assert len(checked.members) == 3


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("matrix: {train.epocs: [1, 2]}\n", [("R701", 8, 10)]),
        ("matrix: {name: [a, b]}\n", [("R701", 8, 10)]),
        ("matrix: {vars.x: [a, b]}\n", [("R701", 8, 10)]),
        ("matrix: {seed.x: [1, 2]}\n", [("R701", 8, 10)]),
        ("trackers: [TensorBoard]\nmatrix: {trackers.1: [MLflow, TensorBoard]}\n", [("R701", 9, 10)]),
        ("matrix: {hardware.workers: [0, 2]}\n", [("R702", 8, 32)]),
        ("matrix: {seed: [1, 2, 1]}\n", [("R702", 8, 23)]),
        ("matrix: {seed: [1]}\n", [("R703", 8, 16)]),
        ("matrix: {seed: [-1, 1]}\n", [("R705", 8, 17)]),
        ("matrix: {seed: [1, -1, x]}\n", [("R705", 8, 20), ("R705", 8, 24)]),
        ("matrix: {optimizer: [SGD, Lion]}\n", [("R705", 8, 27)]),
        ("matrix: {optimizer.momentun: [0.9, 0.8]}\n", [("R701", 8, 10)]),
        ("matrix: {seed: []}\n", [("R405", 8, 16)]),
        ("matrix: {seed: 3}\n", [("R404", 8, 16)]),
        ("matrix: [seed]\n", [("R404", 8, 9)]),
        ("matrix: {train.epochs: [30, 5]}\n", [("R501", 8, 29)]),
        ("matrix: {seed: [1, 2]}\nsearch: {objective: {metric: val/mAP50}, space: {seed: {type: int, low: 1, high: 3}}}\n", [("R709", 9, 1)]),
    ],
)  # fmt: skip
def test_what_cannot_be_varied(problems, more, expected):
    assert problems(BODY + more) == expected


def test_a_matrix_that_is_too_large_is_told_with_its_count(problems, check):
    digits = ", ".join(map(str, range(20, 1020)))
    more = f"matrix: {{seed: [{digits}], train.epochs: [{digits}], train.batch_size: [{digits}]}}\n"
    assert problems(BODY + more) == [("R704", 8, 10)]
    with pytest.raises(RecipeError, match="1,000,000,000 runs"):
        check(BODY + more)


def test_each_problem_of_many_runs_is_told_once(problems):
    seeds = ", ".join(map(str, range(20)))
    matrix = f"matrix: {{seed: [{seeds}], train.epochs: [30, 5, 6]}}\n"
    assert problems(BODY + matrix) == [("R501", 8, matrix.index("30, 5") + 5)]
