"""`recipe import`: the guide's own blocks as one configuration, what the command prints and writes, what it leaves."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

HEAD = """\
\"\"\"pochitrain 設定ファイル.\"\"\"
from torchvision import transforms
num_classes = 4
pretrained = True
train_data_root = "data/train"
val_data_root = "data/val"
num_workers = 4
enable_metrics_export = True
work_dir = "work_dirs"
device = None  # 自動選択
cudnn_benchmark = False
mean = [0.485, 0.456, 0.406]  # ImageNet標準値
std = [0.229, 0.224, 0.225]
class_weights = None
"""
LIGHT = """\
model_name = "resnet18"
batch_size = 32
epochs = 20
learning_rate = 0.01
optimizer = "SGD"
scheduler = "StepLR"
scheduler_params = {"step_size": 10, "gamma": 0.1}
train_transform = transforms.Compose([
    transforms.ToTensor(),
    transforms.Normalize(mean=mean, std=std),
])
val_transform = train_transform
"""
HEAVY = """\
model_name = "resnet50"
batch_size = 16
epochs = 100
learning_rate = 0.001
optimizer = "Adam"
scheduler = "MultiStepLR"
scheduler_params = {"milestones": [30, 60, 90], "gamma": 0.1}
train_transform = transforms.Compose([
    transforms.RandomResizedCrop(224),
    transforms.RandomHorizontalFlip(p=0.5),
    transforms.ColorJitter(brightness=0.3, contrast=0.3, saturation=0.3, hue=0.1),
    transforms.RandomRotation(15),
    transforms.ToTensor(),
    transforms.Normalize(mean=mean, std=std),
])
val_transform = transforms.Compose([
    transforms.Resize(256),
    transforms.CenterCrop(224),
    transforms.ToTensor(),
    transforms.Normalize(mean=mean, std=std),
])
"""
LAYERS = """\
learning_rate = 0.001
enable_layer_wise_lr = True
layer_wise_lr_config = {
    "layer_rates": {"conv1": 0.0001, "layer1": 0.0003, "layer2": 0.0005, "layer3": 0.001, "layer4": 0.003, "fc": 0.01},
    "graph_config": {"use_log_scale": True},
}
scheduler = "ExponentialLR"
scheduler_params = {"gamma": 0.95}
"""
WATCHED = """\
early_stopping = {"enabled": True, "patience": 30, "min_delta": 3.0, "monitor": "val_accuracy"}
enable_gradient_tracking = True  # デフォルトOFF (計算コスト考慮)
gradient_tracking_config = {
    "record_frequency": 1,
    "exclude_patterns": ["fc\\\\.", "\\\\.bias"],
    "group_by_block": True,
    "aggregation_method": "median",
}
class_weights = [0.5, 2.0, 1.5, 1.0]  # クラス1を最重視
confusion_matrix_config = {
    "title": "混同行列", "xlabel": "予測ラベル", "ylabel": "実際ラベル", "fontsize": 14, "title_fontsize": 16,
    "label_fontsize": 12, "figsize": (8, 6), "cmap": "Blues",
}
"""
OPTUNA = """\
optuna = {
    "direction": "maximize",  # "maximize"(精度最大化) or "minimize"(損失最小化)
    "n_trials": 20,
    "n_jobs": 1,
    "optuna_epochs": 10,
}
optuna["sampler"] = "TPESampler"
optuna["pruner"] = "MedianPruner"
optuna["storage"] = None  # メモリ内のみ
optuna["search_space"] = {
    "learning_rate": {"type": "float", "low": 1e-5, "high": 1e-1, "log": True},
    "batch_size": {"type": "categorical", "choices": [16, 32]},
    "optimizer": {"type": "categorical", "choices": ["SGD", "Adam", "AdamW"]},
}
"""
VARIANTS = {
    "light": HEAD + LIGHT,
    "heavy": HEAD + HEAVY,
    "layers": HEAD + HEAVY + LAYERS,
    "watched": HEAD + LIGHT + WATCHED,
    "searched": HEAD + LIGHT + OPTUNA,
    "all": HEAD + LIGHT + HEAVY + LAYERS + WATCHED + OPTUNA,
}


@pytest.fixture
def configuration(tmp_path):
    """Write a configuration into `configs/`."""

    def write(text):
        (tmp_path / "configs").mkdir(exist_ok=True)
        (tmp_path / "configs" / "pochi_train_config.py").write_text(text, encoding="utf-8")
        return "configs/pochi_train_config.py"

    return write


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_guides_blocks_become_a_valid_recipe_without_a_loss(cli, configuration, variant):
    done = cli("import", configuration(VARIANTS[variant]), "-o", "pochi.yaml", "--format", "json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["file"], document["diagnostics"]) == ("pochi.yaml", [])
    checked = cli("validate", "pochi.yaml", "--format", "json")
    assert checked.returncode == 0, checked.stdout
    assert [problem for problem in json.loads(checked.stdout)["diagnostics"] if problem["severity"] == "error"] == []


@pytest.mark.slow
def test_the_plan_of_all_blocks_shows_their_values(cli, configuration, tmp_path):
    from PIL import Image

    for split in ("train", "val"):
        for name in ("a", "b", "c", "d"):
            folder = tmp_path / "data" / split / name
            folder.mkdir(parents=True)
            for index in range(20):
                Image.new("RGB", (32, 32), (index, 0, 0)).save(folder / f"{index}.png")
    cli("import", configuration(VARIANTS["all"]), "-o", "pochi.yaml")
    shown = cli("plan", "pochi.yaml", "--set", "model.pretrained=false", "--format", "json")
    assert shown.returncode == 0, shown.stderr
    recipe = json.loads(shown.stdout)["plan"]["recipe"]
    assert recipe["model"]["type"] == "ResNet50"
    assert recipe["data"]["num_classes"] == 4
    assert recipe["data"]["train"].endswith("/data/train")
    assert [each["type"] for each in recipe["augment"]["train"]] == [
        "RandomResizedCrop", "RandomHorizontalFlip", "ColorJitter", "RandomRotation",
    ]  # fmt: skip
    assert [each["size"] for each in recipe["augment"]["val"]] == [256, 224]
    assert recipe["data"]["normalize"] == "imagenet"
    assert recipe["optimizer"]["lr"] == 0.001
    assert (recipe["scheduler"]["type"], recipe["scheduler"]["gamma"]) == ("ExponentialLR", 0.95)
    assert dict(recipe["layer_lr"]["rates"])["layer4"] == 0.003
    assert recipe["loss"]["class_weights"] == [0.5, 2.0, 1.5, 1.0]
    stopping = {"monitor": "val/accuracy", "patience": 30, "min_delta": 0.03}
    assert recipe["train"]["early_stopping"] == stopping
    assert recipe["inspect"]["gradients"]["exclude"] == ["fc\\.", "\\.bias"]
    assert recipe["report"]["confusion_matrix"]["title"] == "混同行列"
    assert (recipe["train"]["epochs"], recipe["train"]["batch_size"]) == (100, 16)


def test_the_command_says_what_became_what_and_what_did_not(cli, configuration, tmp_path):
    text = HEAD + LIGHT + WATCHED + "import os\nos.system('touch pwned')\nbatch_size = len('12345678')\n"
    done = cli("import", configuration(text))
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if line.startswith("early_stopping.min_delta"))
    assert row.split()[:3] == ["early_stopping.min_delta", "train.early_stopping.min_delta", "0.03"]
    assert "percentage points there" in row
    assert "wrote pochi_train_config.yaml" in done.stdout
    assert done.stderr.count("warning[R007]") == 2
    number = text.splitlines().index("batch_size = len('12345678')") + 1
    assert f"pochi_train_config.py:{number}:14" in done.stderr
    assert "batch_size = len('12345678')" in done.stderr
    written = (tmp_path / "pochi_train_config.yaml").read_text(encoding="utf-8")
    assert "# - `batch_size` is not translated: it is computed when the file runs" in written
    assert "  # percentage points there, a fraction here\n    min_delta: 0.03" in written
    assert not (tmp_path / "pwned").exists()


def test_a_file_is_never_written_over(cli, configuration, tmp_path):
    (tmp_path / "mine.yaml").write_text("mine")
    done = cli("import", configuration(HEAD + LIGHT), "-o", "mine.yaml")
    assert (done.returncode, "error[R004]" in done.stderr) == (2, True)
    assert (tmp_path / "mine.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "code"), [("x = (", "R006"), ("import os\nos.system('touch pwned')", "R006"), (None, "R002")]
)
def test_what_cannot_be_read_leaves_no_recipe(cli, configuration, tmp_path, text, code):
    file = configuration(text) if text else "configs/none.py"
    done = cli("import", file, "-o", "a.yaml")
    assert (done.returncode, f"error[{code}]" in done.stderr) == (2, True)
    assert list(tmp_path.glob("*.yaml")) == []
    assert not (tmp_path / "pwned").exists()


def test_importing_loads_no_training_library(configuration, tmp_path):
    script = "import sys; from recipe.cli.main import run; code = run(sys.argv[1:]); print(code, *sys.modules)"
    command = [sys.executable, "-c", script, "import", configuration(VARIANTS["all"]), "-o", "light.yaml"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    code, *modules = done.stdout.splitlines()[-1].split()
    assert code == "0"
    assert not {"torch", "torchvision", "numpy", "optuna", "matplotlib", "rich", "recipe.runtime"} & set(modules)
