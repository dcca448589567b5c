"""What each setting of a configuration of pochitrain becomes, and that none is lost on the way."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.importing.layers import translate_pattern
from recipe.compiler.importing.pochitrain import KEYS, import_pochitrain
from recipe.compiler.importing.transforms import POSITIONS, PRESETS
from recipe.compiler.report import Report
from recipe.schemas.base import OrderedMap
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.manifest import known_names
from recipe.schemas.models.resnet18 import ResNet18
from tests.conftest import ROOT

BASE = """\
from torchvision import transforms
model_name = "resnet18"
pretrained = False
train_data_root = "data/train"
val_data_root = "data/val"
epochs = 100
batch_size = 16
learning_rate = 0.001
optimizer = "Adam"
"""
STOPPING = 'early_stopping = {"enabled": True, "patience": 7, "min_delta": 0.7, "monitor": "val_accuracy"}'
BY_LOSS = 'early_stopping = {"enabled": True, "min_delta": 0.5, "monitor": "val_loss"}'
LAYERS = """\
enable_layer_wise_lr = True
layer_wise_lr_config = {"layer_rates": {"conv1": 1e-4, "fc": 0.01}, "graph_config": {"use_log_scale": True}}
"""
GRADIENTS = """\
enable_gradient_tracking = True
gradient_tracking_config = {
    "record_frequency": 2, "exclude_patterns": ["fc\\\\."], "group_by_block": False, "aggregation_method": "rms",
}
"""
MATRIX = """\
confusion_matrix_config = {
    "title": "混同行列", "xlabel": "予測", "ylabel": "実際", "fontsize": 13, "title_fontsize": 15, "label_fontsize": 11,
    "figsize": (7, 5), "cmap": "Greens",
}
"""
NORMALIZED = "train_transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize(mean=mean, std=std)])"
SPACE = 'scheduler = "StepLR"\nscheduler_params = {"step_size": 30}\noptuna = {"search_space": {%s}}'
SEARCH = 'optuna = {"search_space": {"batch_size": {"type": "categorical", "choices": [16, 32]}}}\n'


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Import the text of a configuration: the result, and the recipe that it comes to, with a profile of it."""
    monkeypatch.chdir(tmp_path)

    def run(text, profile="", target="recipe.yaml"):
        (tmp_path / "config.py").write_text(text, encoding="utf-8")
        result = import_pochitrain("config.py", target)
        report = Report()
        report.unsaved[target] = result.text.encode("utf-8")
        checked = check_recipe(Request(target, (profile,) if profile else ()), report)
        return result, checked.recipe

    return run


def leaf(recipe, path):
    found = recipe
    for step in path.split("."):
        found = found[int(step)] if step.isdigit() else getattr(found, step)
    if hasattr(found, "word"):
        return found.word()
    return Path(found).name if path in ("data.train", "data.val") and found else found


ROWS = [
    ('model_name = "resnet18"', "model", "ResNet18"),
    ('model_name = "resnet34"', "model", "ResNet34"),
    ('model_name = "resnet50"', "model", "ResNet50"),
    ('model_name = "vit_b_16"', "model.name", "vit_b_16"),
    ("num_classes = 4", "data.num_classes", 4),
    ("pretrained = True", "model.pretrained", True),
    ("del pretrained", "model.pretrained", True),
    ('train_data_root = "a/b"', "data.train", "b"),
    ('val_data_root = "c"', "data.val", "c"),
    ("val_data_root = None", "data.val", None),
    ("batch_size = 32", "train.batch_size", 32),
    ("num_workers = 3", "hardware.workers", 3),
    ("epochs = 20", "train.epochs", 20),
    ("learning_rate = 0.01", "optimizer.lr", 0.01),
    ('optimizer = "Adam"', "optimizer.weight_decay", 0.0),
    ('optimizer = "AdamW"', "optimizer.weight_decay", 0.01),
    ('optimizer = "SGD"', "optimizer.momentum", 0.9),
    ('optimizer = "SGD"', "optimizer.weight_decay", 0.0001),
    ("enable_metrics_export = False", "report.plots", False),
    ("device = None", "hardware.device", "auto"),
    ('device = "cpu"', "hardware.device", "cpu"),
    ("cudnn_benchmark = False", "hardware.deterministic", True),
    ("cudnn_benchmark = True", "hardware.cudnn_benchmark", True),
    ("cudnn_benchmark = True", "hardware.deterministic", False),
    ("scheduler = None\nscheduler_params = None", "scheduler", None),
    ('scheduler = "StepLR"\nscheduler_params = {"step_size": 30, "gamma": 0.2}', "scheduler.gamma", 0.2),
    ('scheduler = "MultiStepLR"\nscheduler_params = {"milestones": [30, 60]}', "scheduler.milestones", (30, 60)),
    ('scheduler = "CosineAnnealingLR"\nscheduler_params = {"T_max": 50}', "scheduler.T_max", 50),
    ('scheduler = "ExponentialLR"\nscheduler_params = {"gamma": 0.95}', "scheduler.gamma", 0.95),
    ('scheduler = "LinearLR"\nscheduler_params = dict(end_factor=0.1, total_iters=9)', "scheduler.end_factor", 0.1),
    (LAYERS, "layer_lr.rates", OrderedMap({"conv1": 1e-4, "fc": 0.01})),
    (LAYERS, "report.log_scale", True),
    (LAYERS + "enable_layer_wise_lr = False", "layer_lr", None),
    (STOPPING, "train.early_stopping.patience", 7),
    (STOPPING, "train.early_stopping.min_delta", 0.007),
    (STOPPING, "train.early_stopping.monitor", "val/accuracy"),
    ('early_stopping = {"enabled": True}', "train.early_stopping.patience", 30),
    ('early_stopping = {"enabled": True}', "train.early_stopping.min_delta", 0.03),
    (BY_LOSS, "train.early_stopping.min_delta", 0.5),
    (BY_LOSS, "train.early_stopping.monitor", "val/loss"),
    ('early_stopping = {"enabled": False, "patience": 3}', "train.early_stopping", None),
    (GRADIENTS, "inspect.gradients.every", 2),
    (GRADIENTS, "inspect.gradients.exclude", ("fc\\.",)),
    (GRADIENTS, "inspect.gradients.group_by", "layer"),
    (GRADIENTS, "inspect.gradients.reduce", "rms"),
    (GRADIENTS + "enable_gradient_tracking = False", "inspect.gradients", None),
    ("class_weights = None", "loss.class_weights", "none"),
    ("class_weights = [1.0, 2.0]", "loss.class_weights", (1.0, 2.0)),
    ("mean = [0.485, 0.456, 0.406]\nstd = [0.229, 0.224, 0.225]\n" + NORMALIZED, "data.normalize", "imagenet"),
    ("mean = [0.5, 0.5, 0.5]\nstd = [0.25, 0.25, 0.25]\n" + NORMALIZED, "data.normalize", "gray_rgb"),
    ("mean = [0.485] * 3\nstd = [0.229] * 3\n" + NORMALIZED, "data.normalize", "medical_rgb"),
    ("mean = [0.1, 0.2, 0.3]\nstd = [0.4, 0.5, 0.6]\n" + NORMALIZED, "data.normalize.std", (0.4, 0.5, 0.6)),
    ("train_transform = transforms.ToTensor()", "data.normalize.mean", (0, 0, 0)),
    *((MATRIX, f"report.confusion_matrix.{name}", value) for name, value in [
        ("title", "混同行列"), ("xlabel", "予測"), ("ylabel", "実際"), ("fontsize", 13), ("title_fontsize", 15),
        ("label_fontsize", 11), ("figsize", (7, 5)), ("cmap", "Greens"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "value"), ROWS)
def test_a_setting_becomes_what_the_table_says(imported, text, path, value):
    result, recipe = imported(BASE + text)
    assert leaf(recipe, path) == value
    assert result.missed == ()


SEARCHES = [
    ('optuna["n_trials"] = 7', "trials", 7),
    ('optuna["n_jobs"] = 2', "n_jobs", 2),
    ('optuna["optuna_epochs"] = 3', "epochs", 3),
    ("", "objective.metric", "val/accuracy"),
    ('optuna["direction"] = "minimize"', "objective.metric", "val/loss"),
    ('optuna["direction"] = "minimize"', "objective.direction", "minimize"),
    ('optuna["sampler"] = "RandomSampler"', "sampler", "RandomSampler"),
    ('optuna["sampler"] = "GridSampler"', "sampler", "GridSampler"),
    ('optuna["pruner"] = "HyperbandPruner"', "pruner", "HyperbandPruner"),
    ('optuna["pruner"] = None', "pruner", "NopPruner"),
    ('optuna["pruner"] = "PercentilePruner"', "pruner.percentile", 25.0),
    ('optuna["storage"] = None', "storage", None),
    ('optuna["storage"] = "sqlite:///a.db"', "storage", "sqlite:///a.db"),
]


@pytest.mark.parametrize(("text", "path", "value"), SEARCHES)
def test_a_setting_of_the_search_becomes_what_the_table_says(imported, text, path, value):
    result, recipe = imported(BASE + SEARCH + text, "optimize")
    assert leaf(recipe.search, path) == value
    assert result.missed == ()


@pytest.mark.parametrize(
    ("name", "said", "path"),
    [
        ("learning_rate", '{"type": "float", "low": 1e-5, "high": 1e-1, "log": True}', "optimizer.lr"),
        ("batch_size", '{"type": "categorical", "choices": [16, 32]}', "train.batch_size"),
        ("optimizer", '{"type": "categorical", "choices": ["SGD", "AdamW"]}', "optimizer"),
        ("scheduler_gamma", '{"type": "float", "low": 0.85, "high": 0.99}', "scheduler.gamma"),
        ("scheduler_step_size", '{"type": "int", "low": 5, "high": 30}', "scheduler.step_size"),
    ],
)
def test_a_dimension_of_the_space_becomes_a_path(imported, name, said, path):
    result, recipe = imported(BASE + SPACE % f'"{name}": {said}', "optimize")
    assert list(recipe.search.space) == [path]
    assert recipe.search.space[path].word() == ast.literal_eval(said)["type"]
    assert result.missed == ()


def test_an_optimizer_that_is_searched_keeps_what_pochitrain_gives_it(imported):
    choices = '"optimizer": {"type": "categorical", "choices": ["SGD", "Adam"]}'
    _, recipe = imported(BASE + SPACE % choices, "optimize")
    sgd = {"type": "SGD", "lr": 0.001, "momentum": 0.9, "weight_decay": 0.0001}
    assert recipe.search.space["optimizer"].choices == (sgd, {"type": "Adam", "lr": 0.001})


def test_transforms_keep_their_order_and_arguments_under_any_name(imported):
    text = """\
import torchvision.transforms as T
from torchvision.transforms import InterpolationMode, v2
size = 96
train_transform = T.Compose([
    v2.ToImage(),
    T.Compose([T.Resize((size, size), InterpolationMode.BICUBIC), v2.RandomHorizontalFlip()]),
    T.RandomApply([T.ColorJitter(0.2, hue=0.1)], 0.3),
    v2.RandAugment(2, 8),
    T.RandomErasing(0.4, value=0, inplace=True),
    T.ToTensor(),
    T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    T.RandomErasing(0.5, value=0),
])
val_transform = T.Compose([T.Resize(256), T.CenterCrop(224), T.ToTensor(), T.Normalize([0.485, 0.456, 0.406], (0.229, 0.224, 0.225))])
"""
    result, recipe = imported(BASE + text)
    words = ["Resize", "RandomHorizontalFlip", "RandomApply", "RandAugment", "RandomErasing", "RandomErasing"]
    resize, _, apply, rand, before, behind = train = recipe.augment.train
    assert [transform.word() for transform in train] == words
    assert (resize.size, resize.interpolation) == ((96, 96), "bicubic")
    assert (apply.p, apply.transforms[0].brightness, apply.transforms[0].hue) == (0.3, 0.2, 0.1)
    assert (rand.num_ops, rand.magnitude) == (2, 8)
    assert (before.p, before.value) == (0.4, 0.0)
    assert behind.value == pytest.approx([255 * mean for mean in (0.485, 0.456, 0.406)], abs=1e-3)
    assert [transform.size for transform in recipe.augment.val] == [256, 224]
    assert recipe.data.normalize == "imagenet"
    assert result.missed == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("batch_size = len('abc')", "`batch_size` is not translated: it is computed when the file runs"),
        ("batch_size = f'{1}'", "`batch_size` is not translated"),
        ("import os; batch_size = int(os.environ['B'])", "`batch_size` is not translated"),
        ("batch_size = 0", "`train.batch_size` must be above 0"),
        ("if True:\n    batch_size = 8", "`batch_size` is not translated: it is code"),
        ("for batch_size in [1]: pass", "`batch_size` is not translated: it is code"),
        ("from base import batch_size", "`batch_size` is not translated"),
        ("from base import *", "what the other file sets is not known"),
        ("study_name = 'x'", "`study_name` is not translated"),
        ("learning_rates = 0.1", "`learning_rates` is not translated"),
        ("optuna = {'study_name': 'x', 'search_space': {'batch_size': {'type': 'int', 'low': 1, 'high': 2}}}",
         "`optuna.study_name` is not translated"),
        ("optuna = {'search_space': {'dropout': {'low': 0, 'high': 1}}}",
         "`optuna.search_space.dropout` is not translated"),
        ("scheduler = 'CustomLR'\nscheduler_params = {}", "`scheduler` is not translated"),
        ("scheduler = 'StepLR'\nscheduler_params = {'gamma': 0.1}", "`scheduler_params.gamma` is not translated"),
        ("early_stopping = {'enabled': True, 'monitor': 'train_f1'}", "`early_stopping.monitor` is not translated"),
        ("early_stopping = {'enabled': False, 'mode': 'min'}", "`early_stopping.mode` is not translated"),
        ("confusion_matrix_config = {'dpi': 3}", "`confusion_matrix_config.dpi` is not translated"),
        ("num_classes = 3\nclass_weights = [1.0, 2.0]", "there are 3 classes"),
        ("train_transform = transforms.Compose([transforms.Lambda(f)])", "recipes have no transform `Lambda`"),
        ("train_transform = transforms.Compose([transforms.Resize(-1)])", "`train_transform: Resize` is not translated"),
        ("train_transform = transforms.Compose([Mine()])", "`train_transform` is not translated"),
        ("early_stopping = {}\nearly_stopping.update(enabled=True)", "`early_stopping` counts as it stood before"),
        ("epochs = [n := 3][0]", "`n` is not translated"),
        ("confusion_matrix_config = {'title': 'a\\x00b'}", "`confusion_matrix_config.title` is not translated"),
    ],
)  # fmt: skip
def test_what_cannot_be_translated_is_told_with_its_place_and_stands_at_the_top(imported, line, said):
    result, _ = imported(BASE + line)
    told = next(problem for problem in result.missed if said in problem.message)
    assert told.code == "R007"
    number, _ = result.source.position(told.labels[0].span.start)
    assert number > BASE.count("\n")
    header = " ".join(line.removeprefix("# ") for line in result.text.splitlines() if line.startswith("# "))
    assert f"- {told.message}" in header


@pytest.mark.parametrize("last", ["optuna['n_trials'] = 0", "title = 'あ'; optuna['n_jobs'] = 0.5"])
def test_a_value_is_told_where_it_was_set_last(imported, last):
    result, _ = imported(BASE + SEARCH + "\n\n" + last)
    told = next(problem for problem in result.missed if "`optuna.n_" in problem.message)
    assert result.source.text[told.labels[0].span.start : told.labels[0].span.end] == last.split("; ")[-1]


def test_what_is_refused_takes_nothing_else_with_it(imported):
    text = "enable_layer_wise_lr = True\nlayer_wise_lr_config = {'layer_rates': {'layer1.0': 0.1, 'layer1': -1}}\n"
    text += "train_transform = transforms.Compose([transforms.Resize(-1), transforms.RandomRotation(5), Mine()])"
    result, recipe = imported(BASE + text)
    assert dict(recipe.layer_lr.rates) == {"layer1.0": 0.1}
    assert [transform.word() for transform in recipe.augment.train] == ["RandomRotation"]
    assert {row.new: row.old for row in result.rows}["augment.train.0"] == "train_transform: RandomRotation"
    assert "layer_lr.rates.layer1.0" in {row.new for row in result.rows}
    assert len(result.missed) == 3


def test_a_value_that_code_may_change_is_not_taken_from_before(imported):
    _, recipe = imported(BASE + "if cuda:\n    batch_size = 64")
    assert recipe.train.batch_size == 32  # the default, not 16


def test_the_last_assignment_counts_and_maps_are_shared_as_in_python(imported):
    text = BASE + "epochs = 3\nepochs *= 2\nspace = {}\noptuna = {}\noptuna['search_space'] = space\n"
    text += "space['batch_size'] = {'type': 'int', 'low': 8, 'high': 2 ** 5}\n"
    result, recipe = imported(text, "optimize")
    assert recipe.train.epochs == 6
    assert recipe.search.space["train.batch_size"].high == 32
    assert result.missed == ()


DOCUMENTED = re.findall(r"`(\w+)(?:\.[\w.]+)?`", (ROOT / "docs" / "migrate_pochitrain.md").read_text(encoding="utf-8"))


def test_every_setting_has_a_line_in_the_migration_page():
    assert set(KEYS) <= set(DOCUMENTED)


@pytest.mark.parametrize("value", ["1", "'x'", "None", "True", "{}", "[]", "{'a': {'b': 1}}", "f()", "3 if x else 4"])
def test_no_name_is_lost(imported, value):
    """Whatever a name is set to, it is mapped or listed, be it a setting or not."""
    names = [*KEYS, "custom", "search_space", "_x", "loss"]
    result, _ = imported("model_name = 'resnet18'\n" + "".join(f"{name} = {value}\n" for name in names))
    said = " ".join([row.old for row in result.rows] + [problem.message for problem in result.missed])
    assert [name for name in names if not re.search(rf"(?<!\w){name}(?!\w)", said)] == []


def test_paths_count_from_where_the_recipe_stands(imported, tmp_path):
    (tmp_path / "recipes").mkdir()
    result, recipe = imported(BASE + 'val_data_root = "/data/val"', target="recipes/a.yaml")
    assert "train: ../data/train" in result.text
    assert recipe.data.val == "/data/val"
    assert any("count from this file" in note for note in result.notes)


def test_without_a_folder_the_recipe_names_one_and_says_so(imported):
    result, recipe = imported('model_name = "resnet18"')
    assert recipe.data.train.endswith("/data/train")
    assert any("is a guess" in note for note in result.notes)


@pytest.mark.parametrize(
    ("pattern", "ours"),
    [
        ("conv1", "conv1"),
        ("layer1", "layer1"),
        ("layer1.", "layer1"),
        ("layer1.0", "layer1.0"),
        ("layer[34]", "layer[34]"),
        ("^layer4", "^layer4"),
        ("downsample", ".*downsample"),
        ("bias$", ".*bias"),
        ("layer1|fc", "layer1|fc"),
        ("\\.bn", ".*\\.bn.*"),
    ],
)
def test_a_pattern_takes_the_parameters_that_it_took(pattern, ours):
    assert translate_pattern(pattern, known_names(ResNet18()))[0] == ours


def test_the_words_for_numbers_are_the_loops_own():
    from recipe.runtime.classification.normalization import _BY_NAME

    assert {word: (tuple(mean), tuple(std)) for word, (mean, std) in PRESETS.items()} == _BY_NAME


def test_settings_of_transforms_stand_in_the_order_of_the_librarys_arguments():
    from torchvision.transforms import v2

    for word in CATALOGUE.builtins("transform"):
        names = POSITIONS.get(word, tuple(CATALOGUE.find("transform", word).model_fields))
        arguments = list(inspect.signature(getattr(v2, word).__init__).parameters)[1:]
        assert arguments[: len(names)] == list(names), word


HOSTILE = {
    "a megabyte": "x = 1\n" * 200_000,
    "NUL": "model_name = 'resnet18'\n\0",
    "no Python": "model_name: resnet18: x",
    "brackets": "x = " + "(" * 50_000,
    "signs": "x = " + "-" * 100_000 + "1",
    "a long sum": "epochs = " + "+".join("1" * 50_000),
    "lists of lists": "a = [1] * 10000\n" + "".join(f"a{i} = [a] * 10000\n" for i in range(20)) + "mean = a1\n",
    "nothing but code": "import os\nos.system('touch pwned')\n",
    "a thousand names": "model_name = 'resnet18'\n" + "".join(f"v{i} = {i}\n" for i in range(1000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(imported, tmp_path, name):
    with pytest.raises(RecipeError) as refused:
        imported(HOSTILE[name])
    assert {problem.code for problem in refused.value.diagnostics} == {"R006"}
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "text",
    [
        "mean = [1, 2, 3]\nmean[0] = mean",
        "optuna = {}\noptuna['x'] = optuna",
        "a = {'a': 1}\n" + "a = {'a': a, 'b': a}\n" * 40 + "optuna = a",
        "mean = [1] * 10**9\nstd = 10 ** 10 ** 10\nepochs = 1 << 10**9",
        "batch_size = __import__('os').system('touch pwned')",
        "enable_layer_wise_lr = True\nlayer_wise_lr_config = {'layer_rates': {'(a*)*b|(a|a)*': 0.1}}",
        "work_dir = 'x' * 5000 + 'y' * 4000",
        "confusion_matrix_config = {'title': '${env:HOME} # a\\n- b: \"'}",
    ],
)
def test_hostile_values_do_no_harm(imported, tmp_path, text):
    _, recipe = imported(BASE + text)
    assert recipe.model.word() == "ResNet18"
    assert not (tmp_path / "pwned").exists()
    if "title" in text:
        assert recipe.report.confusion_matrix.title == '${env:HOME} # a\n- b: "'
