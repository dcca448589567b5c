import pytest

from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.report import Report
from tests.conftest import MINIMAL


def digest(file, sets=()):
    return check_recipe(Request(str(file), (), tuple(sets), {}), Report()).digest


@pytest.mark.parametrize(
    "same",
    [
        "optimizer: {type: AdamW, lr: 0.001}", "optimizer: {type: AdamW, lr: 1e-3}", "optimizer: AdamW", "train: {epochs: 100}",
        "train: {}", "hardware: {workers: 3}", "trackers: [TensorBoard]", "description: words", "augment: {degrees: 0}",
        "data: {source: 'builtin:shapes', cache: ram}", "train: {batch_size: auto}",
        "gates: [{metric: val/mAP50, min: 0.5}]",
    ],
)  # fmt: skip
def test_what_asks_for_the_same_result_has_the_same_digest(recipe_file, same):
    plain = digest(recipe_file(MINIMAL))
    text = MINIMAL.replace('data: {source: "builtin:shapes"}\n', "") if same.startswith("data") else MINIMAL
    assert digest(recipe_file(text + same + "\n", "other.yaml")) == plain


@pytest.mark.parametrize(
    "other",
    [
        "optimizer: {type: AdamW, lr: 0.002}", "optimizer: {type: Adam}", "train: {epochs: 99}", "seed: 1",
        "train: {batch_size: 4}", "augment: {mosaic: 0}", "scheduler: CosineDecay", "train: {early_stopping: {}}",
        "hardware: {deterministic: false}",
    ],
)  # fmt: skip
def test_what_asks_for_another_result_has_another_digest(recipe_file, other):
    assert digest(recipe_file(MINIMAL + other + "\n", "other.yaml")) != digest(recipe_file(MINIMAL))


def test_a_moved_project_keeps_its_runs(tmp_path, recipe_file):
    text = MINIMAL.replace('"builtin:shapes"', "data/d.yaml")
    (tmp_path / "there").mkdir()
    assert digest(recipe_file(text)) == digest(recipe_file(text, "there/recipe.yaml"))
