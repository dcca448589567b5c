"""A trained network judged once more, with everything written down that there is to look at."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from pydantic import ValidationError
from torch import Tensor

from recipe.runtime.build import build
from recipe.runtime.classification.confusion_matrix import (
    confusion_matrix,
    draw_confusion_matrix,
    write_confusion_matrix,
)
from recipe.runtime.classification.dataset import ClassificationDataset
from recipe.runtime.classification.evaluator import ClassificationEvaluator
from recipe.runtime.classification.images import open_validation
from recipe.runtime.classification.losses import class_weights_tensor
from recipe.runtime.classification.prediction import device_for
from recipe.runtime.classification.scores import Counts, scores_by_torchmetrics
from recipe.runtime.classification.trained import TrainedClassifier, load_classifier
from recipe.runtime.data.images import Images
from recipe.runtime.data.loader import Loader
from recipe.runtime.failures import translated
from recipe.runtime.files import write_atomically
from recipe.runtime.metrics_table import finite_or_none
from recipe.runtime.trained import TrainedRun, Watcher
from recipe.runtime.training.checkpoints import read_checkpoint
from recipe.runtime.training.precision import Precision
from recipe.runtime.training.randomness import choose_algorithms
from recipe.runtime.training.session import warnings_to
from recipe.runtime.training.world import World
from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Diagnostic, RecipeError, did_you_mean
from recipe.schemas.run import ClassScores, Evaluation
from recipe.schemas.tasks.classification import Classification

FILES = ("evaluation.json", "per_class.csv", "predictions.csv", "confusion_matrix.csv", "confusion_matrix.png")
"""What a judgement leaves; the picture only where the recipe wants it."""
PREDICTIONS = ("file", "label", "predicted", "probability", "label_probability")
"""Columns of `predictions.csv`; `probability` is that of the predicted class."""


class _Judged(NamedTuple):
    """What a pass over the images says, in their order."""

    metrics: Mapping[str, float]
    labels: Tensor
    predicted: Tensor
    probabilities: Tensor
    """Of the predicted class and of the label [N, 2]."""


def evaluate(trained: TrainedRun, source: str | None, folder: Path, watcher: Watcher) -> Evaluation | None:
    """See `recipe.runtime.trained.Evaluates`.

    Judges as the run itself did after its epochs: the same batches, numbers and weights of classes. Raises
    `RecipeError`: R601 for another folder whose classes the run does not know, R605 for images that cannot be read.
    """
    recipe = trained.plan.recipe
    assert isinstance(recipe, Classification)
    if source is None and not recipe.data.has_validation:
        return None
    with translated(trained.run.log), warnings_to(trained.run.log):
        choose_algorithms(recipe.hardware.deterministic, recipe.hardware.cudnn_benchmark)
        classifier = load_classifier(trained, device_for(trained))
        images = open_validation(recipe.data, source)
        places = _places(images.classes, classifier.classes, source)
        judged = _judge(trained, classifier, images, places, watcher)
        matrix = confusion_matrix(judged.labels, judged.predicted, len(classifier.classes))
        evaluation = _evaluation(trained, source, judged, matrix, classifier.classes)
        _write(folder, evaluation, judged, matrix, [images.name(index) for index in range(len(images))])
        if recipe.report.confusion_matrix is not None:
            file = folder / "confusion_matrix.png"
            lack = draw_confusion_matrix(file, matrix, classifier.classes, recipe.report.confusion_matrix)
            if lack is not None:
                watcher.warn(lack)
    write_atomically(folder / "evaluation.json", evaluation.model_dump_json(indent=2) + "\n")
    return evaluation


def same_judgement(folder: Path, trained: TrainedRun, source: str | None) -> bool:
    """Whether what lies in a folder is an older judgement of the same weights by the same data."""
    try:
        found = Evaluation.model_validate_json((folder / "evaluation.json").read_bytes())
    except (OSError, ValidationError):
        return False
    weights, data = _names_of(trained, source)
    return (found.digest, found.weights, found.data) == (trained.plan.digest, weights, data)


def _names_of(trained: TrainedRun, source: str | None) -> tuple[str, str]:
    """What weights and data are called in `evaluation.json`."""
    recipe = trained.plan.recipe
    assert isinstance(recipe, Classification)
    own = recipe.data.val or recipe.data.train
    return str(trained.weights.relative_to(trained.run.path)), own if source is None else str(Path(source).absolute())


def _places(found: Sequence[str], known: Sequence[str], source: str | None) -> Tensor:
    """Where the classes of a folder are among those of the run. Raises `RecipeError` (R601) where one is not."""
    unknown = [name for name in found if name not in known]
    if not unknown:
        return torch.tensor([known.index(name) for name in found])
    help_ = (f"the run has learned {', '.join(f'`{name}`' for name in known[:20])}{' …' if len(known) > 20 else ''}",)
    folder = "the validation images" if source is None else f"`{source}`"
    raise RecipeError(
        *(
            Diagnostic(
                "R601",
                f"{folder} has the class `{name}`, which the run does not know",
                help=help_,
                candidates=did_you_mean(name, known),
                file=source,
            )
            for name in unknown
        )
    )


@torch.no_grad()
def _judge(
    trained: TrainedRun, classifier: TrainedClassifier, images: Images, places: Tensor, watcher: Watcher
) -> _Judged:
    recipe: Any = trained.plan.recipe
    evaluator, batches = _evaluator(trained, classifier), _loader(recipe, images, classifier)
    precision, probabilities = Precision(recipe.hardware.precision, classifier.device), list[Tensor]()
    try:
        for batch in batches.epoch(1):
            pixels, labels = batch.tensors
            true = places[labels].to(classifier.device)
            with precision.autocast():
                logits = evaluator.judge(classifier.network, (pixels.to(classifier.device), true))
            shares = logits.float().softmax(dim=1)
            probabilities.append(torch.stack([shares.amax(1), shares.gather(1, true[:, None])[:, 0]], dim=1).cpu())
            watcher.batch_done()
    finally:
        batches.close()
    predicted, labels = evaluator.seen
    return _Judged(evaluator.results(), labels, predicted, torch.cat(probabilities))


def _evaluator(trained: TrainedRun, classifier: TrainedClassifier) -> ClassificationEvaluator:
    recipe, details = trained.plan.recipe, trained.plan.details
    assert isinstance(recipe, Classification)
    per_class: Any = details["per_class"]
    weights = class_weights_tensor(recipe.loss, per_class["train"])
    criterion = build(recipe.loss, weight=weights).to(classifier.device)
    normalize, world = classifier.pipeline.normalize, World(classifier.device)
    return ClassificationEvaluator(criterion, normalize, len(classifier.classes), world)


def _loader(recipe: Classification, images: Images, classifier: TrainedClassifier) -> Loader:
    """With batches of the size that a device has had in training."""
    return Loader(
        ClassificationDataset(images, classifier.pipeline, recipe.seed),
        batch_size=-(-recipe.train.batch_size // recipe.hardware.devices),
        shuffle=False,
        seed=recipe.seed,
        workers=recipe.hardware.workers,
        pin_memory=recipe.hardware.pin_memory and classifier.device.type == "cuda",
    )


def _evaluation(
    trained: TrainedRun, source: str | None, judged: _Judged, matrix: Tensor, classes: Sequence[str]
) -> Evaluation:
    plan = trained.plan
    counts = Counts(matrix.diagonal(), matrix.sum(0), matrix.sum(1))
    scores = scores_by_torchmetrics(counts)
    split = "val" if source is None else "data"
    metrics = {f"{split}/{name}": value for name, value in {**judged.metrics, **scores.macro}.items()}
    weights, data = _names_of(trained, source)
    return Evaluation(
        name=plan.recipe.name,
        digest=plan.digest,
        weights=weights,
        epoch=read_checkpoint(trained.weights)["progress"]["epoch"] - 1,
        data=data,
        samples=len(judged.labels),
        metrics=FrozenDict(finite_or_none(metrics)),
        classes=tuple(_scores_of_each(classes, scores.per_class, counts.support.tolist())),
    )


def _scores_of_each(
    classes: Sequence[str], scores: Mapping[str, Sequence[float]], support: Sequence[int]
) -> Iterator[ClassScores]:
    for index, name in enumerate(classes):
        found = {metric: values[index] for metric, values in scores.items()}
        yield ClassScores(name=name, **found, support=support[index])


def _write(folder: Path, evaluation: Evaluation, judged: _Judged, matrix: Tensor, names: Sequence[str]) -> None:
    """The tables."""
    classes = [each.name for each in evaluation.classes]
    write_confusion_matrix(folder / "confusion_matrix.csv", matrix, classes)
    columns = ("name", "precision", "recall", "f1", "support")
    each = ([getattr(scores, column) for column in columns] for scores in evaluation.classes)
    _write_table(folder / "per_class.csv", ("class", *columns[1:]), each)
    rows = zip(names, judged.labels.tolist(), judged.predicted.tolist(), judged.probabilities.tolist(), strict=True)
    said = (
        [name, classes[label], classes[predicted], *(f"{number:.8g}" for number in numbers)]
        for name, label, predicted, numbers in rows
    )
    _write_table(folder / "predictions.csv", PREDICTIONS, sorted(said))


def _write_table(file: Path, columns: Sequence[str], rows: Any) -> None:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_atomically(file, table.getvalue().encode(errors="surrogateescape"))  # names of files may be no text
