"""The file that a classifier starts from: where it is, and what of it goes into the network."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from recipe.runtime.classification.model import build_on_meta, class_head_of, shapes_of
from recipe.runtime.downloads import download, sha256_of
from recipe.runtime.places import cache_dir
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.facts import Weights
from recipe.schemas.models import Model
from recipe.schemas.models.imagenet import ImageNetModel
from recipe.schemas.targets import load_target

if TYPE_CHECKING:
    import torch

_AUXILIARY = re.compile(r"(?:AuxLogits|aux[12])\.")
"""Heads of GoogLeNet and Inception v3 that are not built."""
_RENAMED = (
    (re.compile(r"(denselayer\d+\.(?:norm|conv))\.(?=[12]\.)"), r"\1"),
    (re.compile(r"\.mlp\.linear_1\."), ".mlp.0."),
    (re.compile(r"\.mlp\.linear_2\."), ".mlp.3."),
)
"""Names in files older than torchvision's code: its DenseNet and vision transformers translate them likewise."""
_COUNTER = "num_batches_tracked"
"""Old files lack it; it is read only by a normalization without momentum."""
_MOST_NAMED = 3


class ImageNetFile(NamedTuple):
    """A file of torchvision's."""

    name: str
    url: str
    label: str
    """torchvision's word for these weights: `IMAGENET1K_V2`."""

    @property
    def sha256(self) -> str:
        """The first digits of its hash, which its name ends with."""
        return self.name.rpartition("-")[2].removesuffix(".pth")


def imagenet_file(builder: str) -> ImageNetFile:
    """The weights that torchvision calls the best for a builder."""
    best = load_target("torchvision.models:get_model_weights")(builder).DEFAULT
    return ImageNetFile(best.url.rpartition("/")[2], best.url, best.name)


def look_at_weights(model: Model, num_classes: int) -> Weights:
    """Find the file that a recipe asks for, and check that it fits. Raises `RecipeError` (R606) otherwise."""
    found = find_weights(model)
    if found.path is None:
        return found
    transfer = _transfer(shapes_of(build_on_meta(model, num_classes)), model, num_classes, Path(found.path))
    return found.model_copy(update={"reason": found.reason + transfer.remark})


def find_weights(model: Model) -> Weights:
    """The file that a recipe asks for, unread. Raises `RecipeError` (R606) where it cannot be had."""
    if not isinstance(model, ImageNetModel):
        return Weights(path=None, reason=f"{model.word()} starts from scratch")
    if model.weights is not None:
        return _named(Path(model.weights))
    return _imagenet(model) if model.pretrained else Weights(path=None, reason="from scratch, as asked for")


def _named(path: Path) -> Weights:
    if not path.is_file():
        raise RecipeError(Diagnostic("R606", f"there is no file `{path}`", path=("model", "weights")))
    return Weights(path=str(path), reason="named by the recipe", sha256=sha256_of(path))


def _imagenet(model: ImageNetModel) -> Weights:
    import torch

    file = imagenet_file(model.builder())
    places = (cache_dir() / "weights" / file.name, Path(torch.hub.get_dir()) / "checkpoints" / file.name)
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        _download(model, file, places[0])
        path = places[0]
    sha256 = sha256_of(path)
    if not sha256.startswith(file.sha256):
        message = f"`{path}` is damaged: its SHA-256 begins with {sha256[:8]}, and its name says {file.sha256}"
        raise _refused(message, "pretrained", f"remove it, and download {file.url} again")
    return Weights(path=str(path), reason=f"torchvision's {file.label}, found at {path}", sha256=sha256)


def _download(model: ImageNetModel, file: ImageNetFile, target: Path) -> None:
    try:
        if os.environ.get("RECIPE_OFFLINE"):
            raise OSError("RECIPE_OFFLINE forbids it")
        download(file.url, target, sha256=file.sha256)
    except OSError as error:
        message = f"the ImageNet weights of {model.builder()} are not at hand and could not be downloaded: {error}"
        raise _refused(
            message, "pretrained", f"put {file.url} at `{target}`", "or start from scratch: `pretrained: false`"
        ) from error


def load_weights(network: "torch.nn.Module", model: Model, num_classes: int, path: Path) -> None:
    """Copy a file's tensors into the network; a class head of another size stays as it is. Raises R606."""
    import torch

    own = network.state_dict()
    with torch.no_grad():
        for name, tensor in _transfer(shapes_of(network), model, num_classes, path).tensors.items():
            own[name].copy_(tensor)


class Transfer(NamedTuple):
    """What of a file goes into a network."""

    tensors: "Mapping[str, torch.Tensor]"
    """By the network's names."""
    remark: str
    """What a reader should know of the rest: empty, or more words for a reason."""


def has_loaded(network: "torch.nn.Module", model: Model, num_classes: int, path: Path) -> bool:
    """Whether everything that a file has for the network is in it, number by number. Raises R606."""
    import torch

    own, theirs = network.state_dict(), _transfer(shapes_of(network), model, num_classes, path).tensors
    return all(torch.equal(own[name].cpu(), tensor.to(own[name].dtype)) for name, tensor in theirs.items())


def starts_fresh(network: "torch.nn.Module") -> bool:
    """Whether every normalization has the weights that it is made with: ones, no bias, nothing counted."""
    made = {"weight": 1.0, "bias": 0.0, "running_mean": 0.0, "running_var": 1.0, _COUNTER: 0.0}
    tensors = (
        (made[name], tensor)
        for module in network.modules()
        if "Norm" in type(module).__name__
        for name, tensor in module.state_dict().items()
        if name in made
    )
    return all(bool((tensor == value).all()) for value, tensor in tensors)


def _transfer(shapes: Mapping[str, tuple[int, ...]], model: Model, num_classes: int, path: Path) -> Transfer:
    """Every tensor has to fit but the class head, of which all or nothing is taken."""
    tensors = {_present_name(name, shapes): tensor for name, tensor in _read(path, model).items()}
    tensors = {name: tensor for name, tensor in tensors.items() if name in shapes or not _AUXILIARY.match(name)}
    head = class_head_of(model, num_classes, shapes)
    problems = list(_problems(tensors, shapes, head))
    if problems:
        more = f", and {len(problems) - _MOST_NAMED} more" if len(problems) > _MOST_NAMED else ""
        message = f"`{path}` does not fit {model.word()}: {'; '.join(problems[:_MOST_NAMED])}{more}"
        raise _refused(message, _leaf(model), "name weights of the same architecture")
    taken = {name: tensor for name, tensor in tensors.items() if name in shapes}
    if all(name in taken and tuple(taken[name].shape) == shapes[name] for name in head):
        return Transfer(taken, "")
    remark = f"; its class head is of another size, and starts anew for {num_classes} classes"
    return Transfer({name: tensor for name, tensor in taken.items() if name not in head}, remark)


def _problems(
    tensors: "Mapping[str, torch.Tensor]", shapes: Mapping[str, tuple[int, ...]], head: frozenset[str]
) -> Iterator[str]:
    for name, shape in shapes.items():
        if name in head or (name not in tensors and name.endswith(_COUNTER)):
            continue
        if name not in tensors:
            yield f"it has no `{name}`"
        elif tuple(tensors[name].shape) != shape:
            yield f"`{name}` is {_size(tuple(tensors[name].shape))} in it, and {_size(shape)} in the model"
    yield from (f"the model has no `{name}`" for name in tensors if name not in shapes)


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "one number"


def _present_name(name: str, shapes: Mapping[str, tuple[int, ...]]) -> str:
    if name not in shapes:
        for pattern, replacement in _RENAMED:
            name = pattern.sub(replacement, name)
    return name


def _read(path: Path, model: Model) -> "dict[str, torch.Tensor]":
    """The tensors of a `state_dict`, or of a checkpoint of ours: its averages, if it has any. Runs no code of it."""
    import torch

    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a file of any content: what unpickling raises is not limited
        said = next(iter(str(error).splitlines()), type(error).__name__)
        raise _refused(f"`{path}` is no file of weights that can be loaded safely: {said}", _leaf(model)) from error
    if isinstance(content, dict) and isinstance(content.get("network"), dict):
        content = content.get("average") or content["network"]
    if not isinstance(content, dict) or not content or not all(map(_is_entry, content.items())):
        message = f"`{path}` is no `state_dict`: a map from names to tensors, by itself or under the key `network`"
        raise _refused(message, _leaf(model))
    return content


def _is_entry(item: tuple[Any, Any]) -> bool:
    """A name with a tensor that holds plain numbers."""
    import torch

    name, tensor = item
    is_plain = isinstance(tensor, torch.Tensor) and tensor.layout is torch.strided and tensor.device.type == "cpu"
    return isinstance(name, str) and is_plain and not (tensor.is_quantized or tensor.is_complex())


def _leaf(model: Model) -> str:
    return "weights" if getattr(model, "weights", None) is not None else "pretrained"


def _refused(message: str, leaf: str, *ways_out: str) -> RecipeError:
    return RecipeError(Diagnostic("R606", message, help=ways_out, path=("model", leaf)))
