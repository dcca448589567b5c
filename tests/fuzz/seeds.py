"""Recipes to begin with: the shipped ones, the examples, the corpus of bad ones, and one with every section."""

from recipe.schemas.catalogue import CATALOGUE, KINDS
from tests.conftest import MINIMAL, ROOT

EVERYTHING = """\
recipe: 1
name: everything
task: classification
vars: {lr: 0.001, folder: data}
data: {train: "${vars.folder}/train", val: "${vars.folder}/val"}
model: {type: ResNet18, pretrained: false}
train: {epochs: 50, batch_size: 32, early_stopping: {monitor: val/accuracy, patience: 30, min_delta: 0.03}}
optimizer: &o {type: AdamW, lr: "${vars.lr}", betas: [0.9, 0.999]}
scheduler: {type: StepLR, step_size: 10}
layer_lr: {rates: {conv1: 1e-4, layer1: 2e-4, fc: 1e-2}}
gates: [{metric: val/accuracy, min: 0.9}]
trackers: [TensorBoard, {type: MLflow, experiment: x}]
profiles:
  fast: {train: {epochs: 5}}
  sgd: {optimizer: {type: SGD, lr: 0.1}}
"""
MATRIX = """\
matrix:
  seed: [0, 1, 2]
  optimizer: [AdamW, {type: SGD, lr: 0.1, momentum: 0.9}]
"""
SEARCH = """\
search:
  engine: optuna
  trials: 20
  epochs: 10
  objective: {metric: val/accuracy, direction: maximize}
  sampler: TPESampler
  pruner: MedianPruner
  space:
    optimizer.lr: {type: float, low: 1e-5, high: 1e-1, log: true}
    train.batch_size: {type: categorical, choices: [16, 32]}
"""


def _read(pattern):
    return [file.read_bytes() for file in sorted(ROOT.glob(pattern))]


GOOD = [*_read("recipes/**/*.yaml"), *_read("examples/**/*.yaml")]
GOOD += [text.encode() for text in (MINIMAL, EVERYTHING, EVERYTHING + MATRIX, EVERYTHING + SEARCH)]
BAD = [data for data in _read("tests/bad/*.yaml") if len(data) < 5000]
WORDS = sorted(word for kind in KINDS for word in CATALOGUE.builtins(kind))
