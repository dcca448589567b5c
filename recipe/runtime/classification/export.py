"""The network of a run for other programs, with the proof that it says there what it says here."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recipe.runtime.build import build
from recipe.runtime.classification.images import open_images
from recipe.runtime.classification.normalization import normalization_of
from recipe.runtime.classification.trained import TrainedClassifier, classes_of, load_classifier
from recipe.runtime.data.pipeline import Pipeline, own_draws
from recipe.runtime.downloads import sha256_of
from recipe.runtime.exports.formats import DESCRIPTION, Answers, GraphFormat, Written, quiet, require
from recipe.runtime.exports.onnx import ONNX
from recipe.runtime.exports.safetensors import FILE, PACKAGES, read_weights, write_weights
from recipe.runtime.exports.torchscript import TORCHSCRIPT
from recipe.runtime.probe import look_at_versions
from recipe.runtime.trained import Export, TrainedRun
from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.export import Architecture, ExportedInput, ExportedModel, ExportedOutput, Parity, ParitySample
from recipe.schemas.plan import RunPlan
from recipe.schemas.tasks.classification import Classification

_GRAPHS: Mapping[str, GraphFormat] = {"onnx": ONNX, "torchscript": TORCHSCRIPT}
CERTIFICATE = "parity.json"
_AT_ONCE = 32
_Answered = tuple[Written, Answers]


class Samples(NamedTuple):
    """Real images: what the network says of them, from decoded image to probabilities, and what an export is given."""

    split: str
    names: tuple[str, ...]
    images: NDArray[np.uint8]
    """Behind the transforms [N, 3, H, W]."""
    expected: Answers


def export_classifier(trained: TrainedRun, asked: Export, folder: Path) -> Parity:
    """See `recipe.runtime.trained.Exports`. All of it happens on the CPU.

    Raises `RecipeError`: R609 for a package that is missing, R801 for a model that cannot be exported, R813.
    """
    packages = _GRAPHS[asked.format].packages if asked.format in _GRAPHS else PACKAGES
    needed = require(packages, asked.format)
    versions = {**_versions(trained.plan), **needed}
    classifier = load_classifier(trained, torch.device("cpu"))
    samples = take_samples(trained.plan, classifier, asked.samples)
    described = _described(trained.plan, classifier, asked.format, samples, versions)
    text = described.model_dump_json(indent=2) + "\n"
    (folder / DESCRIPTION).write_text(text, encoding="utf-8")
    with quiet():
        write = _write_graph if asked.format in _GRAPHS else _write_weights
        written, said = write(trained.plan, classifier, samples, folder / described.file, text)
    parity = _compared(trained, asked, samples, said, written, _hashes(trained, folder), versions)
    (folder / CERTIFICATE).write_text(parity.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if not parity.passed:
        raise _differs(parity, asked.format)
    return parity


class WithPreprocessing(torch.nn.Module):
    """A network that takes images of 8 bits and gives probabilities.

    The arithmetic is that of `Pipeline.normalize`, in its order.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, classifier: TrainedClassifier) -> None:
        super().__init__()
        self.network = classifier.network
        for name in ("mean", "std"):
            self.register_buffer(name, torch.tensor(getattr(classifier.pipeline, name))[:, None, None])
        self.requires_grad_(False).eval()

    def forward(self, images: Tensor) -> Tensor:
        """[N, 3, H, W] → [N, C]."""
        numbers = images.to(torch.float32) * (1 / 255)
        logits: Tensor = self.network((numbers - self.mean) / self.std)
        return logits.softmax(dim=1)


def take_samples(plan: RunPlan, classifier: TrainedClassifier, count: int) -> Samples:
    """So many images of validation, else of training, spread over all classes. Raises what `open_images` does."""
    recipe = plan.recipe
    assert isinstance(recipe, Classification)
    splits = open_images(recipe.data)
    split = "val" if "val" in splits else "train"
    images = splits[split]
    places = np.unique(np.linspace(0, len(images) - 1, min(count, len(images))).round().astype(int)).tolist()
    decoded = [images.decode(place) for place in places]
    with own_draws():
        transformed = [classifier.pipeline.apply(pixels, seed=0) for pixels in decoded]
        _refuse_many_sizes(transformed)
        parts = [decoded[start : start + _AT_ONCE] for start in range(0, len(decoded), _AT_ONCE)]
        expected = torch.cat([classifier.probabilities(part) for part in parts])
    names = tuple(images.name(place) for place in places)
    return Samples(split, names, torch.stack(transformed).numpy(), expected.numpy())


def _refuse_many_sizes(images: Sequence[Tensor]) -> None:
    """Of validation images the compiler saw to one size; training images come without the transforms of training."""
    shapes = {tuple(image.shape[1:]) for image in images}
    if len(shapes) > 1:
        message = "an exported model takes images of one size, and those of the run have several"
        help_ = ("train with validation images, and resize them in `augment.val`",)
        raise RecipeError(Diagnostic("R619", message, help=help_, path=("augment", "val")))


def _described(
    plan: RunPlan, classifier: TrainedClassifier, format_: str, samples: Samples, versions: Mapping[str, str]
) -> ExportedModel:
    assert isinstance(plan.recipe, Classification)
    is_graph = format_ in _GRAPHS
    _, _, height, width = samples.images.shape
    return ExportedModel(
        format=format_,
        file=_GRAPHS[format_].file if is_graph else FILE,
        classes=classifier.classes,
        input=ExportedInput(dtype="uint8" if is_graph else "float32", shape=("N", 3, height, width)),
        output=ExportedOutput(name="probabilities" if is_graph else "logits", shape=("N", len(classifier.classes))),
        normalization="inside" if is_graph else "outside",
        **normalization_of(plan.recipe.data)._asdict(),
        transforms=tuple(plan.to_data()["recipe"]["augment"]["val"]),
        architecture=_architecture(plan, len(classifier.classes)),
        name=plan.recipe.name,
        digest=plan.digest,
        versions=FrozenDict(versions),
    )


def _versions(plan: RunPlan) -> Mapping[str, str]:
    found = look_at_versions()
    return {package: found[package] for package in plan.recipe.packages}


def _architecture(plan: RunPlan, num_classes: int) -> Architecture:
    assert isinstance(plan.recipe, Classification)
    model = plan.recipe.model
    arguments = FrozenDict({**model.kwargs(), "num_classes": num_classes})
    return Architecture(type=model.word(), target=model.target, arguments=arguments)


def _write_graph(_: RunPlan, classifier: TrainedClassifier, samples: Samples, file: Path, text: str) -> _Answered:
    """Two images are the example: a batch of one would be taken for the only size there is."""
    example = torch.from_numpy(samples.images[:1]).repeat(2, 1, 1, 1)
    format_ = next(each for each in _GRAPHS.values() if each.file == file.name)
    written = format_.write(WithPreprocessing(classifier), example, file, text)
    return written, format_.answer(file, samples.images)


def _write_weights(plan: RunPlan, classifier: TrainedClassifier, samples: Samples, file: Path, text: str) -> _Answered:
    """Whatever reads them goes by the header alone."""
    write_weights(classifier.network, file, text)
    tensors, header = read_weights(file)
    described = ExportedModel.model_validate_json(header)
    assert isinstance(plan.recipe, Classification)
    network = build(plan.recipe.model, num_classes=len(described.classes)).eval()
    network.load_state_dict(tensors)
    fresh = TrainedClassifier(
        network, described.classes, Pipeline((), described.mean, described.std), classifier.device
    )
    images = list(samples.images.transpose(0, 2, 3, 1))
    answers = torch.cat([fresh.probabilities(part) for part in (images[:1], images[1:]) if part]).numpy()
    return Written(f"torch {torch.__version__}, a network of its own"), answers


def _compared(
    trained: TrainedRun,
    asked: Export,
    samples: Samples,
    said: Answers,
    written: Written,
    hashes: Mapping[str, str],
    versions: Mapping[str, str],
) -> Parity:
    """A number that is none differs by 1, the most that a probability can."""
    classes = classes_of(trained.plan)
    differences = np.nan_to_num(np.abs(said - samples.expected), nan=1.0).max(axis=1)
    tops, exported = samples.expected.argmax(axis=1), said.argmax(axis=1)
    rows = zip(samples.names, tops, exported, differences, strict=True)
    return Parity(
        passed=bool((differences <= asked.tolerance).all() and (tops == exported).all()),
        tolerance=asked.tolerance,
        largest_difference=float(differences.max()),
        samples=tuple(
            ParitySample(file=name, top=classes[top], exported_top=classes[other], difference=float(difference))
            for name, top, other, difference in rows
        ),
        split=samples.split,
        engine=written.engine,
        opset=written.opset,
        weights=str(trained.weights.relative_to(trained.run.path)),
        files=FrozenDict(hashes),
        digest=trained.plan.digest,
        versions=FrozenDict(versions),
    )


def _hashes(trained: TrainedRun, folder: Path) -> Mapping[str, str]:
    files = sorted(folder.iterdir())
    return {trained.weights.name: sha256_of(trained.weights), **{file.name: sha256_of(file) for file in files}}


def _differs(parity: Parity, format_: str) -> RecipeError:
    worst = max(parity.samples, key=lambda sample: (sample.top != sample.exported_top, sample.difference))
    said = f"probabilities of `{worst.file}` differ by {worst.difference:.2g}, {parity.tolerance:.2g} is allowed"
    if worst.top != worst.exported_top:
        said = f"`{worst.file}` is `{worst.exported_top}`, for the network `{worst.top}`; {said}"
    ways_out = ("nothing was written", "export to another format, or allow more: `--tolerance`")
    return RecipeError(
        Diagnostic("R813", f"the {format_} model says other than the network of the run: {said}", help=ways_out)
    )
