"""`recipe plan --show augment`: the sheet holds what training will see, and says so where it cannot be drawn."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from recipe.cli.main import run
from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.load_plan import load_plan
from recipe.compiler.report import Report
from recipe.runtime.classification.contact_sheet import contact_sheet
from recipe.runtime.classification.steps import ClassificationSteps
from recipe.runtime.contact_sheet import TILE, draw, thumbnail
from recipe.runtime.training.world import World
from tests.conftest import MINIMAL

RECIPE = """\
recipe: 1
name: sheet
task: classification
data: {train: train, val: val}
model: {type: ResNet18, pretrained: true}
augment:
  train: [{type: RandomCrop, size: 24, padding: 4}, RandomHorizontalFlip, {type: ColorJitter, hue: 0.3}]
  val: [{type: CenterCrop, size: 24}]
train: {epochs: 3, batch_size: 4}
"""
MIXED = RECIPE.replace("augment:\n", "augment:\n  mix: [{type: MixUp, alpha: 1}, {type: CutMix, alpha: 1}]\n")


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECIPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("RECIPE_OFFLINE", "1")
    draws = np.random.default_rng(0)
    for split in ("train", "val"):
        for name in ("dog", "猫"):
            (tmp_path / split / name).mkdir(parents=True)
            for index in range(3):
                pixels = draws.integers(0, 256, (32, 40, 3), np.uint8)
                Image.fromarray(pixels).save(tmp_path / split / name / f"{index}.png")
    return tmp_path


@pytest.fixture
def plan(folders, recipe_file, capsys):
    """Call the verb on the recipe; what it prints."""
    recipe_file(RECIPE)

    def call(*words, code=0, file="recipe.yaml"):
        assert run(["plan", file, *map(str, words)]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return call


def checked(file):
    return check_recipe(Request(str(file)), Report()).recipe


def test_the_images_are_those_of_training(plan, folders):
    """The first ones of the first epoch, in its order, and each as its epoch has it."""
    plan("--set", "model.pretrained=false", "--set", "hardware.workers=0", "-o", "plan.json")
    planned = load_plan((folders / "plan.json").read_text(), "plan.json", {})
    blocks = contact_sheet(planned.recipe, 6).blocks
    assert [len(block.rows) for block in blocks] == [6, 2]
    steps = ClassificationSteps(planned, World(torch.device("cpu")))
    seen = {}
    for epoch in (1, 2, 3):
        for batch in steps.train.epoch(epoch):
            for item, image in zip(batch.items, batch.tensors[0], strict=True):
                seen[item, epoch] = image.permute(1, 2, 0).numpy()
    first = [item for batch in steps.train.epoch(1) for item in batch.items]
    for item, row in zip(first, blocks[0].rows, strict=True):
        assert row.caption[:2] == (steps.images["train"].classes[steps.images["train"].labels[item]], f"{item % 3}.png")
        assert np.array_equal(row.tiles[0].pixels, steps.images["train"].decode(item))
        for epoch in (1, 2, 3):
            assert np.array_equal(row.tiles[epoch].pixels, seen[item, epoch])
    judged = torch.cat([batch.tensors[0] for batch in steps.evaluated["val"].epoch(1)])
    for tile, image in zip(blocks[1].rows[1].tiles, judged, strict=True):
        assert np.array_equal(tile.pixels, image.permute(1, 2, 0).numpy())


def test_a_sheet_needs_no_weights_and_every_format_is_one(plan, folders):
    for name, format_ in (("a.png", "PNG"), ("b.jpg", "JPEG"), ("c.WEBP", "WEBP")):
        said = plan("--show", "augment", "-o", name, "--count", 2)
        with Image.open(folders / name) as picture:
            assert picture.format == format_
            assert f"wrote {name}, {picture.width} × {picture.height} pixels" in said


def test_a_seed_draws_other_images_and_the_same_ones_again(plan, folders):
    sheets = []
    for seed in ([], ["--seed", 0], ["--seed", 1]):
        plan("--show", "augment", "-o", "sheet.png", *seed)
        sheets.append((folders / "sheet.png").read_bytes())
    assert sheets[0] == sheets[1]
    assert sheets[0] != sheets[2]
    assert "seed" in plan("--show", "augment", "-o", "sheet.png", "--seed=-1", code=1)


def test_class_names_are_drawn_as_text(folders, recipe_file):
    """What boxes would make of two different names of one length is the same."""
    recipe = checked(recipe_file(RECIPE))
    said = draw(contact_sheet(recipe, 2))
    for split in ("train", "val"):
        (folders / split / "猫").rename(folders / split / "犬")
    assert said.tobytes() != draw(contact_sheet(recipe, 2)).tobytes()


def test_mixed_images_have_the_shares_of_their_labels(folders, recipe_file):
    recipe = checked(recipe_file(MIXED))
    mixed = contact_sheet(recipe, 4).blocks[1]
    assert [row.caption for row in mixed.rows] == [("MixUp",), ("CutMix",)]
    for row in mixed.rows:
        assert len(row.tiles) == 4
        for tile in row.tiles:
            shares = {line.split("% ")[1]: int(line.split("%")[0]) for line in tile.caption}
            assert set(shares) <= {"dog", "猫"}
            assert 99 <= sum(shares.values()) <= 101


def test_images_of_several_sizes_cannot_be_mixed(plan, recipe_file, folders):
    recipe_file(MIXED.replace("  train: [{type: RandomCrop, size: 24, padding: 4}, ", "  train: ["))
    Image.new("RGB", (50, 60)).save(folders / "train" / "dog" / "1.png")
    said = plan("--show", "augment", "-o", "sheet.png", code=1)
    assert "R619" in said
    assert not (folders / "sheet.png").exists()


def test_a_matrix_shows_what_its_runs_have_in_common(plan, recipe_file):
    recipe_file(RECIPE + "matrix: {optimizer.lr: [0.1, 0.2]}\n")
    plan("--show", "augment", "-o", "sheet.png")
    recipe_file(RECIPE + "matrix: {seed: [1, 2]}\n")
    assert "differ in `seed`" in plan("--show", "augment", "-o", "sheet.png", code=2)


def test_json_says_where_the_sheet_is(plan):
    said = json.loads(plan("--show", "augment", "-o", "sheet.png", "--format", "json"))
    assert said == {"ok": True, "sheet": "sheet.png", "diagnostics": []}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--show", "augment"], "add `-o sheet.png`"),
        (["--show", "augment", "-o", "sheet.json"], "does not end in a format of pictures"),
        (["--show", "augment", "-o", "sheet.png", "--count", "0"], "`--count` is between 1 and 50, but got 0"),
        (["--show", "nothing", "-o", "sheet.png"], "invalid choice"),
        (["--count", "3"], "`--count` is for `--show augment`"),
        (["--seed", "3"], "`--seed` is for `--show augment`"),
        (["--show", "augment", "-o", "no/folder/sheet.png"], "R005"),
    ],
)
def test_options_that_do_not_go_together(plan, words, said):
    assert said in plan(*words, code=2)


def test_mistakes_in_the_data_are_told_in_the_recipe(plan, folders):
    (folders / "train" / "dog" / "1.png").write_bytes(b"404")
    said = plan("--show", "augment", "-o", "sheet.png", code=1)
    assert "R605" in said
    assert "recipe.yaml:4" in said


def test_detection_cannot_be_shown(plan, recipe_file):
    recipe_file(MINIMAL)
    assert "R812" in plan("--show", "augment", "-o", "sheet.png", code=4)


def test_a_written_plan_is_shown_as_it_is(plan, folders):
    plan("--set", "model.pretrained=false", "-o", "plan.json")
    plan("--show", "augment", "-o", "sheet.png", file="plan.json")
    assert (folders / "sheet.png").exists()
    assert "R001" in plan("--show", "augment", "-o", "sheet.png", "--seed", 1, file="plan.json", code=2)


@pytest.mark.parametrize(
    ("shape", "size"), [((8, 8), (160, 160)), ((300, 100), (53, 160)), ((1, 5000), (160, 1)), ((100, 90), (90, 100))]
)
def test_thumbnails_are_bounded(shape, size):
    picture = thumbnail(np.zeros((*shape, 3), np.uint8))
    assert picture.size == size
    assert max(picture.size) <= TILE
