"""Conformance checks for components, used by this project's own tests and by authors of plugins.

from recipe.testing import check_component
from recipe_lion import Lion

def test_lion(tmp_path):
check_component(Lion, tmp_path)
"""

import importlib
import inspect
import json
from pathlib import Path
from typing import Any

from recipe.runtime.build import build
from recipe.runtime.trackers import TrackedRun
from recipe.schemas.base import FrozenDict
from recipe.schemas.component import Component
from recipe.schemas.plan import RunPlan
from recipe.schemas.recipe import Recipe
from recipe.schemas.targets import load_target


def check_component(cls: type[Component], folder: Path) -> None:
    """Assert everything that is asked of a component, and construct its target in `folder`."""
    check_description(cls)
    check_defaults(cls)
    check_round_trip(cls)
    if not issubclass(cls, Recipe):
        built = construct(cls, folder)
        if cls.kind in _READ:
            check_reading(_example(cls), built)


def check_description(cls: type[Component]) -> None:
    """The class and each of its fields say what they are."""
    assert cls.__doc__, f"{cls.__name__} has no docstring"
    for name, field in cls.model_fields.items():
        described = field.description or (isinstance(field.annotation, type) and field.annotation.__doc__)
        assert described, f"{cls.__name__}.{name} has no documentation"


def check_defaults(cls: type[Component]) -> None:
    """Every default is the library's own, unless `differs` says why not."""
    if issubclass(cls, Recipe) or cls.target.startswith("recipe."):
        return
    for name, parameter in inspect.signature(load_target(cls.target)).parameters.items():
        field = cls.model_fields.get(name)
        if field is None or parameter.default is parameter.empty or name in cls.differs:
            continue
        assert field.default == parameter.default, (
            f"{cls.__name__}.{name}: the library's default is {parameter.default!r}"
        )


def check_round_trip(cls: type[Component]) -> None:
    """The example is valid, and what it becomes, defaults written out, reads back as itself."""
    example = cls.parse({cls.tag: cls.word(), **cls.example})
    assert type(example) is cls
    kind = next(base for base in cls.__mro__ if issubclass(base, Component) and base.is_kind)
    assert kind.parse(json.loads(example.model_dump_json())) == example


def check_reading(component: Component, built: Any) -> None:
    """What was built says the settings, inner components included: `read` is the inverse of `kwargs`."""
    parts = component.parts(built)
    data, read = component.model_dump(mode="json"), component.read(built)
    outer = {path.partition(".")[0] for path in parts}
    unproved = set(type(component).model_fields) - set(read) - outer - {"lr"}
    assert not unproved, f"{component.word()}.read says nothing of {sorted(unproved)}"
    for name, value in read.items():
        found = list(value) if isinstance(value, tuple) else value
        assert found == data[name], f"{component.word()}.{name} is {data[name]!r} and reads as {found!r}"
    for path, part in parts.items():
        inner: Any = component
        for step in path.split("."):
            inner = inner[int(step)] if step.isdecimal() else getattr(inner, step)
        check_reading(inner, part)


def _example(cls: type[Component]) -> Component:
    return cls.parse({cls.tag: cls.word(), **cls.example})


def construct(cls: type[Component], folder: Path) -> Any:
    """Build the target from the example and small runtime objects."""
    if cls.target.startswith("ultralytics."):
        importlib.import_module("recipe.runtime.detection.isolation").prepare()
    component = _example(cls)
    if cls.kind == "scheduler" and "epochs" not in cls.runtime:
        return _scheduled(component, folder)
    return build(component, **{name: _RUNTIME_OBJECTS[name](folder) for name in cls.runtime})


def _parameters(_folder: Path) -> Any:
    torch = importlib.import_module("torch")
    return [torch.nn.Parameter(torch.zeros(2))]


def _optimizer(folder: Path) -> Any:
    return importlib.import_module("torch").optim.SGD(_parameters(folder), lr=0.1)


def _scheduled(component: Any, folder: Path) -> Any:
    """By the loop's own `Schedule`, which gives a live schedule what torch's does not know."""
    schedule = importlib.import_module("recipe.runtime.training.schedule").Schedule
    return schedule(component, _optimizer(folder), 0.1, 4, 10, lambda _metric: False).built


def bare_plan(recipe: Recipe) -> RunPlan:
    """The plan of a recipe with nothing to answer, and with nothing known of data, model and machine."""
    nothing: FrozenDict[str, Any] = FrozenDict()
    return RunPlan(
        recipe=recipe,
        digest="0" * 64,
        answers=(),
        inputs=(),
        groups=(),
        details=nothing,
        secrets=nothing,
        versions=nothing,
        commit=None,
    )


def _tracked_run(folder: Path) -> TrackedRun:
    recipe = Recipe.parse(
        {
            "recipe": 1,
            "name": "conformance",
            "task": "detection",
            "data": {"source": "builtin:shapes", "cache": "none"},
            "model": {"type": "YOLOv8", "size": "n", "weights": "none"},
            "train": {"batch_size": 1, "image_size": 32, "amp": False},
            "hardware": {"device": "cpu", "workers": 0, "tier": "cpu"},
            "report": {"log_scale": False},
        }
    )
    plan = bare_plan(recipe)  # type: ignore[arg-type]
    return TrackedRun(plan, folder, folder / ".memory", {"name": "conformance"})


_READ = ("loss", "mixer", "optimizer", "scheduler", "transform")
"""Kinds that our own loop builds, and proves to hold what the recipe says."""

_RUNTIME_OBJECTS: dict[str, Any] = {
    "params": _parameters,
    "optimizer": _optimizer,
    "num_classes": lambda _folder: 3,
    "weight": lambda _folder: None,
    "epochs": lambda _folder: 10,
    "run": _tracked_run,
    "nc": lambda _folder: 3,
    "ch": lambda _folder: 3,
    "verbose": lambda _folder: False,
    "seed": lambda _folder: 0,
    "search_space": lambda _folder: {"optimizer.lr": [0.1, 0.01]},
    "max_resource": lambda _folder: 9,
}
