"""Every rule between fields: a recipe that breaks it, with the place, and its nearest legal neighbour."""

import time

import pytest

from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.report import Report
from recipe.compiler.rules import RULES
from recipe.schemas.diagnostics import RecipeError
from tests.conftest import MINIMAL

CLASSIFY = """\
recipe: 1
name: minimal
task: classification
data: {train: train, val: val}
model: ResNet18
"""
NO_VALIDATION = CLASSIFY.replace(", val: val", "")
NO_DATA = CLASSIFY.replace("data: {train: train, val: val}\n", "")
STOPPING = "train: {{epochs: 50, early_stopping: {{{}}}}}"
MONITOR = "train: {{early_stopping: {{monitor: {}}}}}"
SEARCH = "optimizer: AdamW\nsearch: {{objective: {{metric: {}}}, space: {{optimizer.lr: {{type: float, low: 0.1, high: 0.2}}}}}}"
WARM = "scheduler: {{type: WarmUp, {}}}"
SEQUENCE = "scheduler: {{type: SequentialLR, schedulers: [{}], milestones: {}}}"
TWO = "ConstantLR, {type: ExponentialLR, gamma: 0.9}"
GRADIENTS = "inspect: {{gradients: {{exclude: [{}]}}}}"
RATES = "layer_lr: {{rates: {{{}}}}}"


def diagnostics(text, recipe_file, environment=None):
    report = Report()
    request = Request(str(recipe_file(text)), (), (), environment or {})
    try:
        return check_recipe(request, report).warnings, report.sources
    except RecipeError as error:
        return error.diagnostics, error.sources


def places(text, recipe_file):
    """The code of each diagnostic and the text that its main label marks."""
    found, (source, *_) = diagnostics(text, recipe_file)
    return [(d.code, source.text[d.labels[0].span.start : d.labels[0].span.end]) for d in found]


TABLE = [
    # R502
    (CLASSIFY, STOPPING.format("patience: 50"), "R502", "{patience: 50}", STOPPING.format("patience: 49")),
    # R504
    (NO_DATA, "data: {train: 'builtin:shapes'}", "R504", "'builtin:shapes'", "data: {train: 'builtin:digits'}"),
    (NO_DATA, "data: {train: 'builtin:digits', val: val}", "R504", "val", "data: {train: train, val: val}"),
    (NO_DATA, "data: {train: train, val: 'builtin:digits'}", "R504", "'builtin:digits'", "data: {train: train}\ntrain: {epochs: 9}"),
    (CLASSIFY, "augment: {mix: [CutMix]}\ntrain: {batch_size: 1}", "R504", "[CutMix]",
     "augment: {mix: [CutMix]}\ntrain: {batch_size: 2}"),
    (CLASSIFY, "augment: {mix: [MixUp]}\ntrain: {batch_size: 2}\nhardware: {devices: 2}", "R504", "[MixUp]",
     "augment: {mix: [MixUp]}\ntrain: {batch_size: 4}\nhardware: {devices: 2}"),
    # R506: a line, or half a cosine, that is longer or shorter than the run
    (CLASSIFY, "scheduler: {type: LinearLR, start_factor: 1.0, end_factor: 0.1, total_iters: 100}", "R506", "100",
     "scheduler: {type: LinearLR, start_factor: 1.0, end_factor: 0.1, total_iters: 50}"),
    (CLASSIFY, "scheduler: {type: LinearLR, start_factor: 1.0, end_factor: 0.1, total_iters: 49}", "R506", "49",
     "scheduler: {type: LinearLR, total_iters: 49}"),
    (CLASSIFY, "scheduler: {type: CosineAnnealingLR, T_max: 51}", "R506", "51",
     "scheduler: {type: CosineAnnealingLR, T_max: 50}"),
    # R507
    (CLASSIFY, "scheduler: {type: CosineAnnealingLR, T_max: 49}", "R507", "49",
     "scheduler: {type: CosineAnnealingLR, T_max: 50}"),
    (CLASSIFY, "scheduler: {type: CosineAnnealingLR, T_max: 50, eta_min: 0.001}", "R507", "0.001",
     "scheduler: {type: CosineAnnealingLR, T_max: 50, eta_min: 0.0009}"),
    # R508
    (CLASSIFY, "scheduler: {type: StepLR, step_size: 50}", "R508", "50", "scheduler: {type: StepLR, step_size: 49}"),
    (CLASSIFY, "scheduler: {type: MultiStepLR, milestones: [30, 50]}", "R508", "50",
     "scheduler: {type: MultiStepLR, milestones: [30, 49]}"),
    (CLASSIFY, "scheduler: {type: PolynomialLR, total_iters: 40}", "R506", "40", "scheduler: {type: PolynomialLR, total_iters: 50}"),
    (CLASSIFY, "scheduler: {type: CosineAnnealingWarmRestarts, T_0: 60}", "R506", "60",
     "scheduler: {type: CosineAnnealingWarmRestarts, T_0: 60, interval: step}"),
    (CLASSIFY, "scheduler: {type: CosineAnnealingLR, T_max: 500}", "R506", "500",
     "scheduler: {type: CosineAnnealingLR, T_max: 500, interval: step}"),
    (CLASSIFY, WARM.format("epochs: 5, schedule: {type: CosineAnnealingLR, T_max: 50}"), "R506", "50",
     WARM.format("epochs: 5, schedule: {type: CosineAnnealingLR, T_max: 45}")),
    (CLASSIFY, WARM.format("epochs: 1.5, schedule: {type: StepLR, step_size: 49}"), "R508", "49",
     WARM.format("epochs: 1.5, schedule: {type: StepLR, step_size: 48}")),
    (CLASSIFY, WARM.format("epochs: 50"), "R505", "50", WARM.format("epochs: 49.5")),
    (CLASSIFY, SEQUENCE.format(TWO, "[50]"), "R508", "50", SEQUENCE.format(TWO, "[49]")),
    # R405: schedules that torch refuses
    (CLASSIFY, SEQUENCE.format(TWO, "[3, 9]"), "R405", "[3, 9]", SEQUENCE.format(TWO, "[3]")),
    (CLASSIFY, SEQUENCE.format(TWO + ", {type: StepLR, step_size: 3}", "[9, 9]"), "R405", "[9, 9]",
     SEQUENCE.format(TWO + ", {type: StepLR, step_size: 3}", "[9, 10]")),
    (CLASSIFY, "optimizer: Adagrad\nscheduler: {type: OneCycleLR, cycle_momentum: true}", "R405", "true",
     "optimizer: Adagrad\nscheduler: {type: OneCycleLR, cycle_momentum: false}"),
    (CLASSIFY, "optimizer: Rprop\nscheduler: {type: WarmUp, epochs: 1, schedule: {type: CyclicLR, max_lr: 0.1, cycle_momentum: true}}",
     "R405", "true", "optimizer: RMSprop\nscheduler: {type: WarmUp, epochs: 1, schedule: {type: CyclicLR, max_lr: 0.1}}"),
    (CLASSIFY, "scheduler: {type: OneCycleLR, three_phase: true, pct_start: 0.6}", "R405", "0.6",
     "scheduler: {type: OneCycleLR, three_phase: true, pct_start: 0.5}"),
    # R504: settings of schedules that nothing would read
    (CLASSIFY, SEQUENCE.format("{type: ConstantLR, interval: step}, {type: ExponentialLR, gamma: 0.9}", "[3]"), "R504", "step",
     SEQUENCE.format("{type: ConstantLR, interval: epoch}, {type: ExponentialLR, gamma: 0.9}", "[3]")),
    (CLASSIFY, "scheduler: {type: OneCycleLR, cycle_momentum: false, max_momentum: 0.9}", "R504", "0.9",
     "scheduler: {type: OneCycleLR, max_momentum: 0.9}"),
    (CLASSIFY, "scheduler: {type: CyclicLR, max_lr: 0.1, gamma: 0.9}", "R504", "0.9",
     "scheduler: {type: CyclicLR, max_lr: 0.1, gamma: 0.9, mode: exp_range}"),
    # R509
    (CLASSIFY, "scheduler: {type: ReduceLROnPlateau, monitor: val_loss}", "R509", "val_loss", "scheduler: ReduceLROnPlateau"),
    (NO_VALIDATION, WARM.format("epochs: 1, schedule: {type: ReduceLROnPlateau, monitor: val/loss}"), "R509", "val/loss",
     WARM.format("epochs: 1, schedule: {type: ReduceLROnPlateau, monitor: train/loss}")),
    (CLASSIFY, MONITOR.format("val_accuracy"), "R509", "val_accuracy", MONITOR.format("val/loss")),
    (NO_VALIDATION, MONITOR.format("val/loss"), "R509", "val/loss", MONITOR.format("train/loss")),
    (NO_VALIDATION, "train: {early_stopping: {}}", "R509", "early_stopping", "train: {early_stopping: null}"),
    (CLASSIFY, "gates: [{metric: mAP50, min: 0.5}]", "R509", "mAP50", "gates: [{metric: val/accuracy, min: 0.5}]"),
    (MINIMAL, "gates: [{metric: val/accuracy, min: 0.5}]", "R509", "val/accuracy", "gates: [{metric: val/mAP50, min: 0.5}]"),
    (CLASSIFY, SEARCH.format("accuracy"), "R509", "accuracy", SEARCH.format("val/accuracy")),
    # R510
    (CLASSIFY, STOPPING.format("min_delta: 3.0"), "R510", "3.0", STOPPING.format("min_delta: 0.03")),
    (CLASSIFY, STOPPING.format("min_delta: 1"), "R510", "1", STOPPING.format("min_delta: 3.0, monitor: val/loss")),
    # R511
    (MINIMAL, "optimizer: {type: AdamW, lr: 1.5}", "R511", "1.5", "optimizer: {type: AdamW, lr: 1.0}"),
    (CLASSIFY, "optimizer: {type: SGD, weight_decay: 1.0}", "R511", "1.0", "optimizer: {type: SGD, weight_decay: 0.5}"),
    (CLASSIFY, "scheduler: {type: ExponentialLR, gamma: 0.1}", "R511", "0.1", "scheduler: {type: ExponentialLR, gamma: 0.95}"),
    (CLASSIFY, "loss: {type: CrossEntropyLoss, label_smoothing: 0.9}", "R511", "0.9",
     "loss: {type: CrossEntropyLoss, label_smoothing: 0.1}"),
    (CLASSIFY, "loss: {type: FocalLoss, gamma: 9}", "R511", "9", "loss: {type: FocalLoss, gamma: 5}"),
    (CLASSIFY, "augment: {mix: [{type: MixUp, alpha: 8}]}", "R511", "8", "augment: {mix: [{type: MixUp, alpha: 0.2}]}"),
    (CLASSIFY, RATES.format("fc: 2.5"), "R511", "2.5", RATES.format("fc: 1.0")),
    # R405
    (CLASSIFY, "optimizer: {type: SGD, nesterov: true}", "R405", "true", "optimizer: {type: SGD, nesterov: true, momentum: 0.9}"),
    (CLASSIFY, "optimizer: {type: SGD, momentum: 0.9, dampening: 0.1, nesterov: true}", "R405", "true",
     "optimizer: {type: SGD, momentum: 0.9, dampening: 0.1}"),
    # R512, R513, R405
    (CLASSIFY, RATES.format("conv2: 0.1"), "R512", "conv2", RATES.format("'.*\\.conv2': 0.1")),
    (CLASSIFY, RATES.format("layer40: 0.1"), "R512", "layer40", RATES.format("layer4: 0.1")),
    (CLASSIFY, RATES.format("layer: 0.1"), "R512", "layer", RATES.format("'layer[1-4]': 0.1")),
    (CLASSIFY, RATES.format("layer4: 0.1, layer4.1: 0.2"), "R513", "layer4.1", RATES.format("layer4.1: 0.2, layer4: 0.1")),
    (CLASSIFY, RATES.format("'bn1|conv1': 0.1, conv1: 0.2"), "R513", "conv1", RATES.format("'bn1|fc': 0.1, conv1: 0.2")),
    (CLASSIFY, RATES.format("'fc(': 0.1"), "R405", "'fc('", RATES.format("'(fc)': 0.1")),
    (CLASSIFY, RATES.format("'(f+)+c': 0.1"), "R405", "'(f+)+c'", RATES.format("'f+c': 0.1")),
    (CLASSIFY, RATES.format("'': 0.1"), "R405", "''", RATES.format("'.*': 0.1")),
    (MINIMAL, RATES.format("'model.23': 0.1"), "R512", "'model.23'", RATES.format("'model.22': 0.1")),
    (MINIMAL, RATES.format("backbone: 0.1"), "R512", "backbone", RATES.format("'model\\.[0-9]': 0.1")),
    (MINIMAL.replace("size: n", "size: auto"), RATES.format("layer4: 0.1"), "R512", "layer4", RATES.format("'model.2.m.2': 0.1")),
    # R514
    (CLASSIFY, "gates: [{metric: val/loss}]", "R514", "{metric: val/loss}", "gates: [{metric: val/loss, max: 2}]"),
    (CLASSIFY, "gates: [{metric: val/loss, min: 2, max: 1}]", "R514", "2", "gates: [{metric: val/loss, min: 1, max: 1}]"),
    (CLASSIFY, "gates: [{metric: val/accuracy, min: 95}]", "R514", "95", "gates: [{metric: val/accuracy, min: 0.95}]"),
    # R515
    (CLASSIFY, "hardware: {cudnn_benchmark: true}", "R515", "true", "hardware: {cudnn_benchmark: true, deterministic: false}"),
    # R516
    (MINIMAL, "scheduler: {type: StepLR, step_size: 3}", "R516", "{type: StepLR, step_size: 3}", "scheduler: CosineDecay"),
    (CLASSIFY, "scheduler: LinearDecay", "R516", "LinearDecay", "scheduler: {type: StepLR, step_size: 3}"),
    (CLASSIFY, SEQUENCE.format("ConstantLR, ReduceLROnPlateau", "[3]"), "R516", "ReduceLROnPlateau", WARM.format("epochs: 1, schedule: ReduceLROnPlateau")),
    (CLASSIFY, "scheduler: {type: ChainedScheduler, schedulers: [{type: CosineAnnealingWarmRestarts, T_0: 3}]}", "R516",
     "{type: CosineAnnealingWarmRestarts, T_0: 3}", "scheduler: {type: ChainedScheduler, schedulers: [{type: StepLR, step_size: 3}]}"),
    (CLASSIFY, WARM.format("epochs: 1, schedule: LinearDecay"), "R516", "LinearDecay", WARM.format("epochs: 1, schedule: OneCycleLR")),
    # R517
    (CLASSIFY.replace("val: val", "num_classes: 4"), "loss: {type: CrossEntropyLoss, class_weights: [1, 2, 3]}", "R517", "[1, 2, 3]",
     "loss: {type: CrossEntropyLoss, class_weights: [1, 2, 3, 4]}"),
    (CLASSIFY.replace("val: val", "num_classes: 2"), "loss: {type: FocalLoss, class_weights: [1, 2, 3]}", "R517", "[1, 2, 3]",
     "loss: {type: FocalLoss, class_weights: [1, 2]}"),
    # R518
    (CLASSIFY, "layer_lr: {}", "R518", "{}", "layer_lr: {decay: 0.9}"),
    (CLASSIFY, "layer_lr: {rates: {}}", "R518", "{rates: {}}", "layer_lr: {rates: {fc: 0.1}}"),
    (CLASSIFY, "layer_lr: {decay: 0.9, rates: {fc: 0.1}}", "R518", "{decay: 0.9, rates: {fc: 0.1}}", "layer_lr: null"),
    # R519, R405
    (CLASSIFY, GRADIENTS.format("head"), "R519", "head", GRADIENTS.format("'c\\.w'")),
    (CLASSIFY, GRADIENTS.format("bias, '^bn.$'"), "R519", "'^bn.$'", GRADIENTS.format("bias, '^bn.\\.'")),
    (CLASSIFY, GRADIENTS.format("'fc('"), "R405", "'fc('", GRADIENTS.format("'(fc)'")),
    (CLASSIFY, GRADIENTS.format("fc, '(.+)+x', head"), "R405", "'(.+)+x'", GRADIENTS.format("fc, '(.)+t'")),
    (CLASSIFY, GRADIENTS.format("weight, bias"), "R405", "[weight, bias]", GRADIENTS.format("weight")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("base", "line", "code", "place", "neighbour"), TABLE, ids=[f"{row[2]} {row[1]}" for row in TABLE]
)
def test_a_mistake_has_its_code_and_place_and_its_neighbour_is_legal(base, line, code, place, neighbour, recipe_file):
    assert places(base + line + "\n", recipe_file) == [(code, place)]
    assert places(base + neighbour + "\n", recipe_file) == []


def test_every_code_of_a_rule_has_a_counterexample():
    tested_elsewhere = {"R501", "R503", "R504", "R505"}  # test_typecheck.py
    assert {rule.code for rule in RULES if rule.code < "R6"} == {row[2] for row in TABLE} | tested_elsewhere


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (STOPPING.format("min_delta: 3.0"), "3 percentage points are `0.03`"),
        (MONITOR.format("val_accuracy"), "val/accuracy"),
        (MONITOR.format("f1"), "its metrics are `train/loss`, `train/accuracy`"),
        ("scheduler: {type: CustomLR}", "StepLR"),
        ("scheduler: LinearDecay", "`CosineAnnealingLR`, `CosineAnnealingWarmRestarts`, `CyclicLR`, `ExponentialLR`"),
        (RATES.format("conv2: 0.1"), "`layer1.0.conv2` would be `.*\\.conv2`"),
        (RATES.format("layr3: 0.1"), "layer3"),
        ("layer_lr: {}", "give layers their rates"),
        ("loss: {type: CrossEntropyLoss, class_weights: balancd}", "balanced"),
    ],
)
def test_a_message_says_the_way_out(line, said, recipe_file):
    (found,), _ = diagnostics(CLASSIFY + line + "\n", recipe_file)
    assert said in " ".join((*found.help, *found.candidates))


def test_a_shadowed_pattern_shows_both_places(recipe_file):
    (found,), (source, *_) = diagnostics(CLASSIFY + RATES.format("layer4: 0.1, layer4.1: 0.2"), recipe_file)
    assert [source.text[label.span.start : label.span.end] for label in found.labels] == ["layer4.1", "layer4"]


def test_a_bad_pattern_is_told_once_and_hides_what_would_follow_from_it(recipe_file):
    assert places(CLASSIFY + RATES.format("'fc(': 0.1, nothing: 0.2"), recipe_file) == [("R405", "'fc('")]


def test_rules_of_what_is_already_wrong_are_silent(recipe_file):
    text = CLASSIFY.replace("val: val", "val: 3") + MONITOR.format("val/loss") + "\n"
    assert [code for code, _ in places(text, recipe_file)] == ["R404"]


def test_a_rule_does_not_tell_a_value_of_the_environment(recipe_file):
    found, _ = diagnostics(CLASSIFY + MONITOR.format("'${env:METRIC}'"), recipe_file, {"METRIC": "hunter2"})
    assert [d.code for d in found] == ["R509"]
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    "pattern", ["(.+)+x", "(.*)*x", "(a|a)*x", ".*.*.*.*.*x", "(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)(.|.)x",
                "(?=.*x)", "(a)\\1", "(" * 60, "a" * 101, "(?i)fc", "fc)|(x", "(){9999999}", "((^){60}){60}", "(a*){3}", "[[a]", ".{0,4}.{0,4}.{0,4}.{0,4}.{0,4}.{0,4}.{0,4}x"],
)  # fmt: skip
def test_patterns_that_could_take_for_ever_are_refused_at_once(pattern, recipe_file):
    began = time.perf_counter()
    codes = [code for code, _ in places(CLASSIFY + RATES.format(f"'{pattern}': 0.1"), recipe_file)]
    assert codes == ["R405"]
    assert time.perf_counter() - began < 0.5


def test_many_patterns_that_are_slow_together_are_refused(recipe_file):
    began = time.perf_counter()
    patterns = ", ".join(f"'.*.*{index}x': 0.1" for index in range(500))
    assert {code for code, _ in places(CLASSIFY + RATES.format(patterns), recipe_file)} == {"R405"}
    assert time.perf_counter() - began < 1


def test_the_order_of_patterns_is_part_of_a_recipes_identity(recipe_file):
    texts = [CLASSIFY + RATES.format(order) for order in ("layer4.1: 0.1, layer4: 0.2", "layer4: 0.2, layer3: 0.1")]
    swapped = CLASSIFY + RATES.format("layer3: 0.1, layer4: 0.2")
    digests = [check_recipe(Request(str(recipe_file(text)), (), (), {}), Report()).digest for text in (*texts, swapped)]
    assert len(set(digests)) == 3


def test_a_matrix_may_vary_the_rate_of_a_layer(recipe_file):
    text = CLASSIFY + RATES.format("fc: 0.1") + "\nmatrix: {layer_lr.rates.fc: [0.1, 0.2]}\n"
    assert places(text, recipe_file) == []
    assert places(text.replace("rates.fc", "rates.fcc"), recipe_file) == [("R512", "layer_lr.rates.fcc")]
