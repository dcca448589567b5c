"""What the network of a run says of image files."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import torch
from pydantic import JsonValue
from torch import Tensor

from recipe.runtime.classification.folders import look_at_file
from recipe.runtime.classification.trained import TrainedClassifier, load_classifier
from recipe.runtime.data.image_checks import check_images
from recipe.runtime.data.image_files import decode_file
from recipe.runtime.data.images import Pixels
from recipe.runtime.failures import is_out_of_memory
from recipe.runtime.trained import TrainedRun
from recipe.schemas.diagnostics import Diagnostic, RecipeError

_AT_ONCE = 32
_THREADS = 8
_MOST_LISTED = 50

Row = Mapping[str, JsonValue]


def predict_files(trained: TrainedRun, files: Sequence[str], skip_corrupt: bool) -> Iterator[Row]:
    """See `recipe.runtime.trained.Predicts`. Probabilities stand in the order of the run's classes.

    Raises `RecipeError`: R605 for files that cannot be read, R617 for an image that the model does not take.
    """
    reasons = _unreadable(files)
    if reasons and not skip_corrupt:
        raise _corrupt(reasons, len(files))
    classifier = load_classifier(trained, device_for(trained))
    with ThreadPoolExecutor(_THREADS) as pool:
        for start in range(0, len(files), _AT_ONCE):
            some = files[start : start + _AT_ONCE]
            readable = [file for file in some if file not in reasons]
            rows = dict(zip(readable, _judged(classifier, readable, pool), strict=True))
            yield from (rows.get(file) or {"file": file, "skipped": reasons[file]} for file in some)


def device_for(trained: TrainedRun) -> torch.device:
    """The device that the run trained on, where this machine has it, else the CPU: they differ by rounding only."""
    asked = torch.device(trained.plan.recipe.hardware.device)
    if asked.type == "cuda" and (asked.index or 0) < torch.cuda.device_count():
        return asked
    return asked if asked.type == "mps" and torch.backends.mps.is_available() else torch.device("cpu")


def _judged(classifier: TrainedClassifier, files: Sequence[str], pool: ThreadPoolExecutor) -> list[Row]:
    """Images that have one size behind the transforms go through the network together."""
    decoded = zip(files, pool.map(_decoded, files), strict=True)
    images = {file: _transformed(classifier, file, pixels) for file, pixels in decoded}
    found: dict[str, Tensor] = {}
    for size in dict.fromkeys(image.shape for image in images.values()):
        alike = {file: image for file, image in images.items() if image.shape == size}
        found |= zip(alike, _probabilities(classifier, alike), strict=True)
    return [_row(file, found[file], classifier.classes) for file in files]


def _decoded(file: str) -> Pixels:
    try:
        return decode_file(file)
    except Exception as error:  # Pillow's readers let out errors of every kind
        raise RecipeError(Diagnostic("R605", f"`{file}` could be read before, but not any more: {error}")) from error


def _transformed(classifier: TrainedClassifier, file: str, pixels: Pixels) -> Tensor:
    try:
        return classifier.pipeline.apply(pixels, seed=0)
    except (ValueError, RuntimeError) as error:
        size = f"{pixels.shape[1]} × {pixels.shape[0]} pixels"
        raise _refused("transforms cannot be applied to", file, size, error) from error


@torch.inference_mode()
def _probabilities(classifier: TrainedClassifier, images: Mapping[str, Tensor]) -> Tensor:
    """Of images of one size [N, C], on the CPU."""
    batch = classifier.pipeline.normalize(torch.stack(list(images.values())), classifier.device)
    try:
        logits: Tensor = classifier.network(batch)
    except Exception as error:  # each architecture refuses in its own way
        if is_out_of_memory(error):
            raise
        first, image = next(iter(images.items()))
        size = f"{image.shape[2]} × {image.shape[1]}"
        raise _refused("model does not take", first, f"{size} pixels behind the transforms", error) from error
    return logits.float().softmax(dim=1).cpu()


def _row(file: str, probabilities: Tensor, classes: Sequence[str]) -> Row:
    numbers = [float(f"{number:.8g}") for number in probabilities.tolist()]  # as many digits as 32 bits have
    best = int(probabilities.argmax())
    return {
        "file": file,
        "predicted": classes[best],
        "probability": numbers[best],
        "probabilities": dict(zip(classes, numbers, strict=True)),
    }


def _unreadable(files: Sequence[str]) -> Mapping[str, str]:
    """File that cannot be decoded → why. What was found is remembered until a file changes."""
    looks = (look_at_file(file) for file in files)
    stamps = "".join(f"{look.path}\0{look.size}\0{look.time}\n" for look in looks)
    return check_images(files, sha256(stamps.encode(errors="surrogateescape")).hexdigest()).reasons


def _corrupt(reasons: Mapping[str, str], total: int) -> RecipeError:
    said = [f"`{file}` {reason}" for file, reason in reasons.items()]
    more = (f"{len(said) - _MOST_LISTED} more are not listed",) if len(said) > _MOST_LISTED else ()
    help_ = (*said[:_MOST_LISTED], *more, "take them out, or leave them out: `--skip-corrupt`")
    return RecipeError(Diagnostic("R605", f"{len(said)} of {total:,} images cannot be used", help=help_))


def _refused(what: str, file: str, size: str, error: Exception) -> RecipeError:
    said = next(iter(str(error).splitlines()), type(error).__name__)
    help_ = ("the run's `augment.val` has to leave images of a size that its model takes",)
    return RecipeError(Diagnostic("R617", f"the {what} `{file}`, which is {size}: {said}", help=help_, file=file))
