"""What a recipe's author may have meant, as the candidates and the help say it."""

import itertools

import pytest

from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.report import Report
from recipe.compiler.suggest import TOP_LEVEL, settings_of
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.foreign_names import KEYS, WORDS
from recipe.schemas.recipe import Recipe
from tests.conftest import MINIMAL

CLASSIFY = "recipe: 1\nname: c\ntask: classification\ndata: {train: t, val: v}\nmodel: ResNet18\n"


def only_problem(file):
    with pytest.raises(RecipeError) as caught:
        check_recipe(Request(str(file), (), (), {}), Report())
    (found,) = caught.value.diagnostics
    return found


@pytest.mark.parametrize(
    ("line", "candidates", "help_"),
    [
        # spelt alike
        ("optimiser: AdamW", ("optimizer",), ""),
        ("train: {epocs: 3}", ("epochs",), ""),
        ("train: {warmup: 3}", ("warmup_epochs", "warmup_bias_lr", "warmup_momentum"), ""),
        ("profile: {}", ("profiles",), ""),
        ("train: {colour: 3}", (), "its keys are `epochs`, "),
        # a setting of another type
        ("optimizer: {type: AdamW, nesterov: true}", (), "`nesterov` is a setting of `type: SGD`"),
        ("optimizer: {type: SGD, betas: [0.9, 0.99]}", (), "`betas` is a setting of `type: Adam` or `type: AdamW`"),
        # a setting of another section
        ("epochs: 3", ("train.epochs",), ""),
        ("train: {patience: 3}", ("train.early_stopping.patience",), ""),
        ("train: {mosaic: 1.0}", ("augment.mosaic",), ""),
        ("optimizer: {type: SGD, final_factor: 0.1}", ("scheduler.final_factor",), ""),
        ("train: {sampler: TPESampler}", ("search.sampler",), ""),
        ("train: {seed: 3}", (), "`seed` stands at the top level of a recipe"),
        ("train: {profiles: {}}", (), "`profiles` stands at the top level of a recipe"),
        # a name of another tool
        ("lr0: 0.1", ("optimizer.lr",), "called `lr0` in Ultralytics"),
        ("optimizer: {type: AdamW, lrf: 0.1}", ("scheduler.final_factor",), "called `lrf` in Ultralytics"),
        ("train: {imgsz: 64}", ("image_size",), "called `imgsz` in Ultralytics"),
        ("train: {batch: 16}", ("batch_size",), "called `batch` in Ultralytics; where Ultralytics has -1"),
        ("train: {cos_lr: true}", ("scheduler",), "`cos_lr: true` is `scheduler: CosineDecay`"),
        ("max_epochs: 3", ("train.epochs",), "called `max_epochs` in Lightning and anomalib"),
        ("learning_rate: 0.1", ("optimizer.lr",), "called `learning_rate` in Ludwig, Hugging Face and pochitrain"),
        ("num_train_epochs: 3", ("train.epochs",), "called `num_train_epochs` in Hugging Face"),
        ("train: {gradient_accumulation_steps: 4}", ("accumulate_to",), "it counts images, not batches"),
        ("defaults: [a]", ("extends",), "called `defaults` in Hydra"),
        ("n_trials: 20", ("search.trials",), "called `n_trials` in Optuna and pochitrain"),
        # both
        ("optimizer: {type: AdamW, momentum: 0.9}", ("betas",), "`momentum` is a setting of `type: RMSprop` or `type: SGD`"),
        # the key that names the class
        ("optimizer: {typ: AdamW}", ("type",), ""),
        ("optimizer: {name: AdamW, lr: 0.1}", ("type",), ""),
        ("optimizer: {_target_: torch.optim.AdamW}", ("type",), ""),
        ("trackers: [{Type: MLflow}]", ("type",), ""),
        # words
        ("optimizer: adamw", ("AdamW",), ""),
        ("optimizer: AdamV", ("Adam", "AdamW", "Adamax"), ""),
        ("optimizer: auto", (), "Ultralytics has `auto`: there it chooses SGD or AdamW"),
        ("scheduler: cosine", ("CosineDecay",), "called `cosine` in Hugging Face; there the rate ends at 0"),
        ("trackers: [wandb]", ("WandB",), ""),
        ("hardware: {tier: Medium}", ("medium",), ""),
        # paths
        ("matrix: {lr: [0.1, 0.2]}", ("optimizer.lr",), ""),
        ("matrix: {learning_rate: [0.1, 0.2]}", ("optimizer.lr",), "called `learning_rate` in"),
        ("matrix: {train.epocs: [1, 2]}", ("train.epochs",), ""),
    ],
)  # fmt: skip
def test_what_was_meant(recipe_file, line, candidates, help_):
    found = only_problem(recipe_file(MINIMAL + line + "\n"))
    assert found.candidates == candidates
    assert help_ in "\n".join(found.help)


@pytest.mark.parametrize(
    ("line", "candidates", "help_"),
    [
        ("train: {monitor: val/loss}", ("train.early_stopping.monitor",), ""),
        ("layer_lr: {layer_rates: {fc: 0.1}}", ("rates",), "a pattern is for whole module names"),
        ("train_data_root: x", ("data.train",), "called `train_data_root` in pochitrain"),
        ("enable_layer_wise_lr: true", ("layer_lr",), "to switch it off, leave `layer_lr` out"),
        ("benchmark: true", ("hardware.cudnn_benchmark",), "called `benchmark` in Lightning"),
        ("gates: [{metric: val_accuracy, min: 0.5}]", ("val/accuracy",), ""),
    ],
)  # fmt: skip
def test_what_was_meant_in_a_classifier(recipe_file, line, candidates, help_):
    found = only_problem(recipe_file(CLASSIFY + line + "\n"))
    assert found.candidates == candidates
    assert help_ in "\n".join(found.help)


@pytest.mark.parametrize(
    ("old", "new", "candidate"),
    [("name: c", "nmae: c", "name"), ("task: c", "tsk: c", "task"), ("train: t", "trian: t", "train"), ("model: R", "modle: R", "model"),
     ("train: t", "train_data_root: t", "train")],
)  # fmt: skip
def test_a_required_key_under_another_name_is_one_mistake(recipe_file, old, new, candidate):
    assert old in CLASSIFY
    found = only_problem(recipe_file(CLASSIFY.replace(old, new)))
    assert (found.code, found.candidates) == ("R402", (candidate,))


def test_a_missing_key_is_missing_where_nothing_stands_for_it(recipe_file):
    found = only_problem(recipe_file(CLASSIFY.replace("name: c\n", "")))
    assert (found.code, found.path) == ("R403", ("name",))
    found = only_problem(recipe_file(MINIMAL.replace("task: detection", "").replace("minimal", "detection")))
    assert (found.code, found.path) == ("R403", ("task",))


def test_a_target_that_the_task_has_not_is_not_offered(recipe_file):
    assert only_problem(recipe_file(CLASSIFY + "train: {imgsz: 64}\n")).candidates == ()
    assert only_problem(recipe_file(MINIMAL + "train_data_root: x\n")).candidates == ()


def test_a_secret_is_no_word_to_be_shown(recipe_file):
    file = recipe_file(MINIMAL + "optimizer: '${env:OPTIMIZER}'\n")
    with pytest.raises(RecipeError) as caught:
        check_recipe(Request(str(file), (), (), {"OPTIMIZER": "hunter2"}), Report())
    assert "hunter2" not in str([(d.message, d.help, d.fixes) for d in caught.value.diagnostics])


def test_every_target_of_a_foreign_name_exists():
    chosen = itertools.product(*(CATALOGUE.words(kind) for kind in ("task", "model", "optimizer", "scheduler")))
    settings = {(name,) for name in TOP_LEVEL}
    for task, model, optimizer, scheduler in chosen:
        data = {"task": task, "model": model, "optimizer": optimizer, "scheduler": scheduler}
        settings.update(settings_of(Recipe, data))
    assert {key.target for key in KEYS} <= {".".join(path) for path in settings}
    assert all(not word.word or word.word in CATALOGUE.words(word.kind) for word in WORDS)
    assert len({(key.name, key.target) for key in KEYS}) == len(KEYS)
    assert all(key.name == key.name.casefold() for key in KEYS)


def test_a_misspelt_file_is_looked_for_beside_it(recipe_file, tmp_path):
    (tmp_path / "base").mkdir()
    recipe_file("seed: 1\n", "base/common.yml")
    recipe_file("no recipe\n", "base/commom.txt")
    mine = recipe_file(MINIMAL + "extends: base/comon.yaml\n")
    found = only_problem(mine)
    assert (found.code, found.candidates) == ("R301", ("base/common.yml",))
    found = only_problem(tmp_path / "recipes.yaml")
    assert (found.code, found.candidates) == ("R002", (str(mine),))
    assert only_problem(tmp_path / "nowhere" / "recipe.yaml").candidates == ()
