"""The network of a classification recipe, and what its parameters are."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from recipe.runtime.build import build
from recipe.runtime.remembered import remember_names
from recipe.schemas.facts import ParameterTensor
from recipe.schemas.manifest import Row, manifest_of
from recipe.schemas.models import Model
from recipe.schemas.models.imagenet import ImageNetModel
from recipe.schemas.plan import RunPlan
from recipe.schemas.tasks.classification import Classification

if TYPE_CHECKING:
    import torch


def list_parameters(model: Model, num_classes: int) -> tuple[ParameterTensor, ...]:
    """In the order of `named_parameters()`; a model without a manifest is built for this, without any memory."""
    rows = manifest_of(model)
    if rows is None:
        return _look(model, num_classes)
    return tuple(_tensor(row, num_classes if row.name.startswith(model.class_head) else 1) for row in rows)


def _tensor(row: Row, times: int) -> ParameterTensor:
    return ParameterTensor(name=row.name, numel=row.numel * times, role=row.role)


def _look(model: Model, num_classes: int) -> tuple[ParameterTensor, ...]:
    from recipe.runtime.parameters import trained_parameters

    found = list(trained_parameters(build_on_meta(model, num_classes)))
    remember_names(model, [parameter.name for parameter in found])
    return tuple(ParameterTensor(name=p.name, numel=p.parameter.numel(), role=p.role) for p in found)


def build_on_meta(model: Model, num_classes: int) -> Any:
    """The network without memory for its weights: its parameters have names and shapes only.

    Leaves the random numbers as they were. Only what layers allocate for their weights is on the meta device from the
    start: some constructors (RegNet, Swin) compute with small tensors of their own.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    class EmptyOnMeta(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            on_meta = {"device": "meta"} if func is torch.empty else {}
            return func(*args, **(kwargs or {}) | on_meta)

    with torch.random.fork_rng(devices=[]), EmptyOnMeta():
        return build(model, num_classes=num_classes).to("meta")


def build_network(recipe: Classification, num_classes: int, weights: str | None) -> "torch.nn.Module":
    """The network on the CPU, its random weights from torch's random numbers as they are, and those of a file in it.

    `weights` is the file of the plan. Raises `RecipeError` (R606) where it does not fit.
    """
    from recipe.runtime.classification.weights import load_weights

    network: torch.nn.Module = build(recipe.model, num_classes=num_classes)
    if weights is not None:
        load_weights(network, recipe.model, num_classes, Path(weights))
    return network


def shapes_of(network: "torch.nn.Module") -> Mapping[str, tuple[int, ...]]:
    """Name → shape of everything in the network's `state_dict`."""
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def class_head_of(model: Model, num_classes: int, shapes: Mapping[str, tuple[int, ...]]) -> frozenset[str]:
    """The names of the tensors, out of `shapes`, whose sizes grow with the number of classes."""
    if model.class_head:
        return frozenset(name for name in shapes if name.startswith(model.class_head))
    with_one_more = shapes_of(build_on_meta(model, num_classes + 1))
    return frozenset(name for name, shape in shapes.items() if with_one_more[name] != shape)


def effective_model(network: "torch.nn.Module", recipe: Classification, plan: RunPlan) -> dict[str, JsonValue]:
    """What the live network is and has loaded, under the paths of the recipe. To be read before its weights change.

    The class of another network stands for its type and name. Weights of a file are compared with the file, all of
    them; without one, normalization that is no longer as it starts tells that something was loaded.
    """
    from recipe.runtime.classification.weights import has_loaded, starts_fresh

    model, classes = recipe.model, plan.details["classes"]
    assert isinstance(classes, list | tuple)
    is_it = _structure(network) == _structure(build_on_meta(model, len(classes)))
    values: dict[str, JsonValue] = {"type": model.word() if is_it else type(network).__name__}
    if not isinstance(model, ImageNetModel):
        return _below_model(values | model.read(network))
    if "name" in type(model).model_fields:
        values["name"] = model.builder() if is_it else type(network).__name__
    file = next((each.path for each in plan.inputs if each.name == "weights"), None)
    loads = file is not None and is_it and has_loaded(network, model, len(classes), Path(file))
    values["weights"] = file if loads and model.weights is not None else None
    values["pretrained"] = loads and model.weights is None if file else not starts_fresh(network)
    return _below_model(values)


def _structure(network: "torch.nn.Module") -> object:
    """Layers with their settings, and names and shapes of tensors."""
    return repr(network), getattr(network, "transform_input", None), shapes_of(network)


def _below_model(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {f"model.{name}": value for name, value in values.items()}
