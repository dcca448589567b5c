"""What the real yaml-language-server marks as wrong, and what it leaves alone."""

import csv
import re

from recipe.schemas.catalogue import CATALOGUE
from tests.conftest import MINIMAL, ROOT

VALID = "Value is not accepted. Valid values: {}."
OPTIMIZERS = VALID.format(", ".join(f'"{word}"' for word in CATALOGUE.words("optimizer")))
TASKS = VALID.format(", ".join(f'"{word}"' for word in CATALOGUE.words("task")))
LAYER = "extends: [base.yaml]\n"
CLASSIFICATION = "recipe: 1\nname: x\ntask: classification\ndata: {train: a}\nmodel: {type: ResNet18}\n"
RECIPES = [
    file
    for folder in ("recipes", "examples")
    for file in sorted((ROOT / folder).rglob("*.yaml"))
    if re.search(r"^(recipe|extends):", file.read_text(encoding="utf-8"), re.MULTILINE)
]
GOOD = {
    f"{page.stem}-{index}": text
    for page in sorted((ROOT / "recipe" / "schemas" / "explain").glob("*.md"))
    for index, text in enumerate(
        re.findall(r"```yaml\n(recipe: .*?)```", page.read_text(encoding="utf-8").partition("## Good")[2], re.DOTALL)
    )
}
BAD = [
    row
    for row in csv.DictReader((ROOT / "tests" / "bad" / "expected.csv").read_text(encoding="utf-8").splitlines())
    if re.fullmatch(r"R40[1-6]", row["code"]) and not row["in"] and not row["arguments"]
]


FINE = [
    MINIMAL + "train: {epochs: '${vars.n}', amp: '${vars.amp}', batch_size: '${env:BATCH,8}'}\nseed: ${vars.seed}\n",
    MINIMAL + "optimizer: {type: '${vars.which}', lr: '${vars.lr}', nesterov: true, betas: '${vars.betas}'}\n",
    MINIMAL + "hardware: {tier: '${vars.tier}', device: '${env:DEVICE}', deterministic: '${vars.d}'}\n",
    MINIMAL + "optimizer: ${vars.optimizer}\ntrain: ${vars.train}\ntrackers: ['${vars.tracker}']\n",
    MINIMAL + "trackers: ${vars.trackers}\nsearch: ${vars.search}\nmatrix: ${vars.matrix}\n",
    MINIMAL
    + "profiles: {a: {optimizer: {lr: 0.1, momentum: 0.9}, data: {cache: ram}, train: {early_stopping: null}}}\n",
    MINIMAL + "profiles: {a: {optimizer: AdamW, model: {type: YOLOv8}, vars: {x: 1}}, b: {search: {trials: 3}}}\n",
    MINIMAL + "profiles: {a: {optimizer: {type: '${vars.x}', nesterov: true}}, b: '${vars.b}'}\n",
    MINIMAL + "matrix: {optimizer.lr: [0.1, 0.2], optimizer: [{type: SGD}, AdamW]}\n",
    MINIMAL + "gates: [{metric: val/mAP50, min: 0.5}, {metric: val/mAP50, max: '${vars.most}'}]\n",
    MINIMAL + "search: {sampler: {type: TPESampler, n_startup_trials: 3}, objective: {metric: val/mAP50},\n"
    "  space: {optimizer.lr: {type: float, low: 1e-5, high: 0.1, log: true}, optimizer: {type: categorical,\n"
    "  choices: [{type: SGD, lr: {type: float, low: 1, high: 2}}, AdamW]}}}\n",
    LAYER,
    MINIMAL + "optimizer: {lr: 0.1, betas: [0.9, 0.99]}\nscheduler: {final_factor: 0.1}\n",
    LAYER + "train: {epochs: 3}\noptimizer: {lr: 0.1}\ndata: {cache: ram}\nsearch: {trials: 3}\n",
    LAYER + "task: detection\noptimizer: {lr: 0.1}\ndata: {cache: ram}\nscheduler: CosineDecay\n",
    LAYER + "data: {train: a}\nlayer_lr: {decay: 0.9}\nloss: {box: 3}\nmodel: YOLOv8\n",
    "extends: yolo_competition\nname: mine\n",
    LAYER + "profiles: {a: {optimizer: {lr: 0.1}, layer_lr: {decay: 0.9}}}\n",
    CLASSIFICATION + "scheduler: null\nlayer_lr: {rates: {fc: 0.01}}\ntrain: {early_stopping: {patience: 3}}\n",
]
MARKED = [
    ("optimiser: AdamW\n", (6, 1), "Property optimiser is not allowed."),
    ("train: {epoch: 3}\n", (6, 9), "Property epoch is not allowed."),
    ("optimizer: {type: AdamW, momentum: 0.9}\n", (6, 26), "Property momentum is not allowed."),
    ("trackers:\n  - {type: MLflow, run: x}\n", (7, 20), "Property run is not allowed."),
    ("optimizer: {momentum: 0.9}\n", (6, 13), "Property momentum is not allowed."),
    ("trackers: [{experiment: x}]\n", (6, 12), 'Missing property "type".'),
    ("trackers: [{experiment: x}]\n", (6, 12), 'Missing property "type".'),
    ("profiles: {a: {trackers: [{experiment: x}]}}\n", (6, 27), 'Missing property "type".'),
    ("optimizer: AdamV\n", (6, 12), OPTIMIZERS),
    ("optimizer: {type: AdamV, x: 1}\n", (6, 19), OPTIMIZERS),
    ("optimizer: {type: AdamW, lr: fast}\n", (6, 30), "Expected number, or a reference: ${vars.name}."),
    ("train: {amp: maybe}\n", (6, 14), "Expected auto | boolean, or a reference: ${vars.name}."),
    ("train: {epochs: 1.5}\n", (6, 17), "Incorrect type. Expected one of integer, string."),
    ("train: {epochs: 0}\n", (6, 17), "Value is below the exclusive minimum of 0."),
    ("optimizer: {type: AdamW, betas: [0.9]}\n", (6, 33), "Array has too few items. Expected 2 or more."),
    ("optimizer: {type: AdamW, betas: [0.9, 2]}\n", (6, 39), "Value is above the exclusive maximum of 1."),
    ("profiles: {a: {optimizer: {lrr: 1}}}\n", (6, 28), "Property lrr is not allowed."),
    ("profiles: {a: {optimizer: {type: SGD, eps: 1}}}\n", (6, 39), "Property eps is not allowed."),
    ("profiles: {a: {extends: [x.yaml]}}\n", (6, 16), "Property extends is not allowed."),
    ("search: {space: {a: {type: float, low: 1}}, objective: {metric: x}}\n", (6, 18), 'Missing property "high".'),
    ("matrix: {optimizer.lr: 3}\n", (6, 24), "Incorrect type. Expected one of array, string."),
]
MARKED_LAYERS = [
    (LAYER + "optimizer: {lrr: 0.1}\n", [(2, 13, "Property lrr is not allowed.")]),
    (LAYER + "task: detection\ndata: {train: a}\n", [(3, 8, "Property train is not allowed.")]),
    ("recipe: 1\nname: x\n", [(1, 1, 'Missing property "task".')]),
    (
        MINIMAL.replace("detection", "detecton"),
        [(3, 7, TASKS)],
    ),
]


def test_shipped_recipes_are_without_problems(editor):
    assert RECIPES
    assert editor.problems(*(file.read_text(encoding="utf-8") for file in RECIPES)) == [[] for _ in RECIPES]


def test_what_init_writes_is_without_problems(server, folder):
    assert server.diagnose([folder / "init.yaml"]) == [[]]


def test_recipes_that_the_explanations_call_good_are_without_problems(editor):
    assert len(GOOD) > 50
    found = dict(zip(GOOD, editor.problems(*GOOD.values()), strict=True))
    marked = {name: [p for p in problems if "Unused anchor" not in p[2]] for name, problems in found.items()}
    assert {name: problems for name, problems in marked.items() if problems} == {}


def test_nothing_is_marked_that_can_be_right(editor):
    found = zip(FINE, editor.problems(*FINE), strict=True)
    assert [(text, problems) for text, problems in found if problems] == []


def test_mistakes_are_marked_once_and_at_their_place(editor):
    found = editor.problems(*(MINIMAL + text for text, _, _ in MARKED))
    assert found == [[(*place, message)] for _, place, message in MARKED]


def test_what_cannot_be_right_in_any_task_is_marked(editor):
    assert editor.problems(*(text for text, _ in MARKED_LAYERS)) == [problems for _, problems in MARKED_LAYERS]


def test_what_the_compiler_refuses_for_its_shape_is_marked_on_its_line(editor):
    assert len(BAD) > 20
    texts = [(ROOT / "tests" / "bad" / row["file"]).read_text(encoding="utf-8") for row in BAD]
    found = zip(BAD, editor.problems(*texts), strict=True)
    assert [row for row, problems in found if int(row["line"]) not in [line for line, _, _ in problems]] == []
