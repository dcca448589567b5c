"""What the channels of images are normalized by."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from pydantic import JsonValue

from recipe.schemas.tasks.classification import ClassificationData, Normalization

Triple = tuple[float, float, float]


class MeanAndStd(NamedTuple):
    """Of each channel, pixels between 0 and 1: the mean is subtracted, then the standard deviation divides."""

    mean: Triple
    std: Triple


_BY_NAME = {
    "imagenet": MeanAndStd((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "gray_rgb": MeanAndStd((0.5, 0.5, 0.5), (0.25, 0.25, 0.25)),
    "medical_rgb": MeanAndStd((0.485, 0.485, 0.485), (0.229, 0.229, 0.229)),
}


def normalization_of(data: ClassificationData) -> MeanAndStd:
    """The numbers of a planned recipe, in which `from_data` has become them."""
    said: Normalization | str = data.normalize
    return _BY_NAME[said] if isinstance(said, str) else MeanAndStd(said.mean, said.std)


class Normalizes(Protocol):
    """Whatever holds the numbers that images are normalized by."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


def effective_normalization(live: Sequence[Normalizes], asked: Normalization | str) -> dict[str, JsonValue]:
    """Dotted path → value, as the live objects have them; a name is that of their numbers."""
    found = {(tuple(each.mean), tuple(each.std)) for each in live}
    if len(found) != 1:
        return {"data.normalize": [[[*mean], [*std]] for mean, std in sorted(found)]}
    mean, std = found.pop()
    if isinstance(asked, str):
        numbers: JsonValue = [[*mean], [*std]]
        return {"data.normalize": next((name for name, known in _BY_NAME.items() if known == (mean, std)), numbers)}
    return {"data.normalize.mean": [*mean], "data.normalize.std": [*std]}
