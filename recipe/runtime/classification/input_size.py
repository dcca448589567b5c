"""Whether a model takes images of the size in which they come to it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from recipe.runtime.classification.model import build_on_meta
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.facts import Dataset
from recipe.schemas.models import Model
from recipe.schemas.models.imagenet import ImageNetModel
from recipe.schemas.targets import load_target
from recipe.schemas.tasks.classification import Classification
from recipe.schemas.transforms import Transform

if TYPE_CHECKING:
    import torch

Size = tuple[int, int]
"""Height and width in pixels."""


def check_input_size(recipe: Classification, dataset: Dataset) -> None:
    """Send an image without content through the transforms and a model without memory. Raises `RecipeError` (R617)."""
    if recipe.model.takes_any_size:
        return
    network = build_on_meta(recipe.model, len(dataset.classes)).eval()
    problems = []
    for split, transforms in (("train", recipe.augment.train), ("val", recipe.augment.val)):
        size = _size_behind(transforms, dataset.sizes[split].first_size) if split in dataset.sizes else None
        said = _refusal(network, size) if size else None
        if size and said:
            problems.append(_diagnostic(recipe.model, split, size, said))
    if problems:
        raise RecipeError(*problems)


def _size_behind(transforms: Sequence[Transform], first_size: Size) -> Size | None:
    """What becomes of the size of the first image, width and height; None where a transform refuses it."""
    if not transforms:
        return first_size[::-1]
    import numpy as np

    from recipe.runtime.data.pipeline import Pipeline, own_draws

    width, height = first_size
    with own_draws():
        try:
            image = Pipeline(transforms, (0,), (1,)).apply(np.zeros((height, width, 3), np.uint8), seed=0)
        except Exception:  # the dataset tells such an image, with its name
            return None
    return int(image.shape[1]), int(image.shape[2])


def _refusal(network: "torch.nn.Module", size: Size) -> str | None:
    """What the network says against images of a size; None where it takes them."""
    import torch

    try:
        with torch.no_grad():
            network(torch.empty(1, 3, *size, device="meta"))
    except Exception as error:  # each architecture refuses in its own way
        return next(iter(str(error).splitlines()), type(error).__name__)
    return None


def _diagnostic(model: Model, split: str, size: Size, said: str) -> Diagnostic:
    name = model.builder() if isinstance(model, ImageNetModel) else model.word()
    message = f"{name} does not take images of {size[1]} × {size[0]} pixels, as `augment.{split}` leaves them: {said}"
    way_out = f"resize them, last in `augment.{split}`"
    if isinstance(model, ImageNetModel):
        height, width = _least_size(model.builder())
        way_out += f", to {width} × {height}: `{{type: Resize, size: [{height}, {width}]}}`"
    return Diagnostic("R617", message, help=(way_out,), path=("augment", split))


def _least_size(builder: str) -> Size:
    """The least height and width that torchvision says for a model: the only ones, for some."""
    best: Any = load_target("torchvision.models:get_model_weights")(builder).DEFAULT
    return best.meta["min_size"]  # type: ignore[no-any-return]
