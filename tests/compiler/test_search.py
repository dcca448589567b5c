"""`search`: the space is checked at its corners and at a sample of its points, before any trial."""

import random

import pytest

from recipe.compiler.find_variation import find_variation
from recipe.compiler.nodes import plain_data
from recipe.compiler.report import Report
from recipe.compiler.space import corners, draw, number_of_values

BODY = """\
recipe: 1
name: tuned
task: detection
data: {source: "builtin:shapes"}
model: {type: YOLOv8, size: n, weights: none}
optimizer: {type: AdamW, lr: 0.001}
train: {epochs: 30, close_mosaic: 2}
search:
  objective: {metric: val/mAP50}
"""


def recipe_with(space, more=""):
    return BODY + more + "  space:\n" + "".join(f"    {line}\n" for line in space.splitlines())


@pytest.fixture
def problems(found):
    """Code of everything found, and the text at its place."""

    def run(text, *sets):
        spans = [(each.code, each.labels[0].span, source.text) for each, source in found(text, *sets)]
        return [(code, written[span.start : span.end]) for code, span, written in spans]

    return run


def test_a_search_is_one_plan_with_a_typed_space(check):
    checked, _ = check(recipe_with("optimizer.lr: {type: float, low: 1e-5, high: 1e-1, log: true}"))
    search = checked.recipe.search
    assert (search.trials, search.n_jobs, search.epochs) == (20, 1, 10)
    assert (search.sampler.word(), search.pruner.word()) == ("TPESampler", "MedianPruner")
    assert search.space["optimizer.lr"].word() == "float"
    assert checked.members == (checked.base,)


def test_what_the_space_replaces_does_not_name_the_search(check):
    space = "optimizer.lr: {type: float, low: 1e-5, high: 1e-1}"
    one, _ = check(recipe_with(space))
    other, _ = check(recipe_with(space), "optimizer.lr=0.5")
    more_trials, _ = check(recipe_with(space, "  trials: 100\n  n_jobs: 4\n"))
    another_space, _ = check(recipe_with(space.replace("1e-5", "1e-4")))
    assert one.digest == other.digest == more_trials.digest != another_space.digest


@pytest.mark.parametrize(
    ("space", "expected"),
    [
        ("optimizer.lr: {type: float, low: 0, high: 1}", [("R705", "0")]),
        ("optimizer.lr: {type: float, low: -1, high: -0.5}", [("R705", "-1"), ("R705", "-0.5")]),
        ("train.mosaic: {type: float, low: 0, high: 1}", [("R701", "train.mosaic")]),
        ("train.epochs: {type: int, low: 5, high: 9}", [("R701", "train.epochs")]),
        ("train.batch_size: {type: float, low: 2.5, high: 8.0}", [("R705", "2.5"), ("R705", "8.0")]),
        ("train.batch_size: {type: float, low: 2, high: 8}", [("R705", "{type: float, low: 2, high: 8}")]),
        ("train.image_size: {type: int, low: 64, high: 128}", [("R705", "{type: int, low: 64, high: 128}")]),
        ("train.image_size: {type: int, low: 64, high: 128, step: 32}", []),
        ("augment.degrees: {type: float, low: 20, high: 10}", [("R706", "{type: float, low: 20, high: 10}")]),
        ("optimizer.eps: {type: float, low: -1, high: 1, log: true}", [("R706", "{type: float, low: -1, high: 1, log: true}"), ("R705", "-1")]),
        ("seed: {type: int, low: 1, high: 8, log: true, step: 2}", [("R706", "{type: int, low: 1, high: 8, log: true, step: 2}")]),
        ("seed: {type: int, low: 1, high: 1}", [("R703", "{type: int, low: 1, high: 1}")]),
        ("model.size: {type: categorical, choices: [s]}", [("R703", "{type: categorical, choices: [s]}")]),
        ("model.size: {type: categorical, choices: [s, s]}", [("R702", "{type: categorical, choices: [s, s]}")]),
        ("model.size: {type: categorical, choices: [s, q]}", [("R705", "q")]),
        ("model.size: {type: categorical}", [("R403", "model.size")]),
        ("model.size: {type: categorcal, choices: [s, m]}", [("R401", "categorcal")]),
        ("seed: {type: int, low: 1, high: 3, lag: true}", [("R402", "lag")]),
        ("train.close_mosaic: {type: int, low: 0, high: 20}", [("R501", "20")]),
    ],
)  # fmt: skip
def test_a_space_that_the_recipe_refuses(problems, space, expected):
    assert problems(recipe_with(space)) == expected


CHOICE = "optimizer: {type: categorical, choices: [{type: SGD, lr: 0.1, momentum: {type: float, low: 0.1, high: %s}}, AdamW]}"


def test_a_choice_may_hold_distributions_of_its_own(problems):
    assert problems(recipe_with(CHOICE % "0.9")) == []
    assert problems(recipe_with(CHOICE % "1.9")) == [("R705", "1.9")]
    assert problems(recipe_with(CHOICE % "0.01")) == [("R706", "{type: float, low: 0.1, high: 0.01}")]
    assert problems(recipe_with(CHOICE % "many")) == [("R404", "many")]


@pytest.mark.parametrize(
    ("sampler", "space", "expected"),
    [
        ("CmaEsSampler", "model.size: {type: categorical, choices: [s, m]}", [("R707", "{type: categorical, choices: [s, m]}")]),
        ("CmaEsSampler", "optimizer.lr: {type: float, low: 0.1, high: 1}", []),
        ("GridSampler", "optimizer.lr: {type: float, low: 0.1, high: 1}", [("R708", "{type: float, low: 0.1, high: 1}")]),
        ("GridSampler", "optimizer.lr: {type: float, low: 0.1, high: 1, step: 0.1}", []),
        ("GridSampler", "seed: {type: int, low: 1, high: 8, log: true}", [("R708", "{type: int, low: 1, high: 8, log: true}")]),
        ("GridSampler", "seed: {type: int, low: 1, high: 1000000000}", [("R704", "{type: int, low: 1, high: 1000000000}")]),
        ("GridSampler", CHOICE % "0.9", [("R708", "{type: float, low: 0.1, high: 0.9}")]),
    ],
)  # fmt: skip
def test_samplers_that_cannot_draw_from_the_space(problems, sampler, space, expected):
    assert problems(recipe_with(space, f"  sampler: {sampler}\n")) == expected


def test_a_large_space_is_checked_at_every_bound_and_in_little_time(problems):
    space = "\n".join(
        f"augment.{name}: {{type: float, low: 0, high: 0.5}}"
        for name in ("hsv_h", "hsv_s", "hsv_v", "translate", "scale", "flipud", "fliplr", "bgr", "mosaic", "mixup")
    )
    assert problems(recipe_with(space + "\naugment.cutmix: {type: float, low: 0, high: 1.5}")) == [("R705", "1.5")]


def test_points_are_drawn_inside_the_bounds_and_on_the_steps(check):
    space = (
        "optimizer.lr: {type: float, low: 1e-5, high: 1e-1, log: true}\n"
        "optimizer.eps: {type: float, low: 0.1, high: 0.5, step: 0.2}\n"
        "train.batch_size: {type: int, low: 4, high: 16, step: 4}\n"
        "seed: {type: int, low: 1, high: 100, log: true}\n"
    )
    _, report = check(recipe_with(space))
    from recipe.compiler.compose import compose

    tree = compose(report.sources[0].name, (), (), Report())
    axes = {axis.name: axis for axis in find_variation(tree, tree, Report()).axes}
    dice = random.Random(1)
    drawn = {name: {draw(axis.node, dice).value for _ in range(300)} for name, axis in axes.items()}
    assert [plain_data(node) for node in corners(axes["optimizer.lr"].node)] == [1e-5, 0.1]
    assert all(1e-5 <= value <= 1e-1 for value in drawn["optimizer.lr"])
    assert sum(value < 1e-3 for value in drawn["optimizer.lr"]) > 100
    assert sorted(round(value, 6) for value in drawn["optimizer.eps"]) == [0.1, 0.3, 0.5]
    assert drawn["train.batch_size"] == {4, 8, 12, 16}
    assert drawn["seed"] <= set(range(1, 101))


def test_the_last_value_of_a_grid_is_not_lost_to_rounding():
    assert [number_of_values(0.1, high, 0.1) for high in (0.1, 0.25, 0.3, 0.7, 1.0)] == [1, 2, 3, 7, 10]


def test_run_refuses_what_nothing_executes(cli, recipe_file):
    for more, word in ((recipe_with("seed: {type: int, low: 1, high: 3}"), "search"),):
        done = cli("run", recipe_file(more))
        assert done.returncode == 1
        assert "error[R616]" in done.stderr
        assert f"`{word}`" in done.stderr
    done = cli("run", recipe_file(BODY.partition("search:")[0] + "matrix: {seed: [1, 2]}\n"))
    assert "error[R616]" in done.stderr
