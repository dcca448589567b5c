"""Turn a component into the object it stands for."""

import importlib
from typing import Any

from recipe.schemas.component import Component


def load_target(target: str) -> Any:
    """The object that `module:attribute` names."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def build(component: Component, **runtime_objects: Any) -> Any:
    """Call the component's target with its fields and the runtime objects that it names; inner components first."""
    fields = {name: _built(value, runtime_objects) for name, value in component.kwargs().items()}
    wanted = {name: runtime_objects[name] for name in component.runtime}
    return load_target(component.target)(**wanted, **fields)


def _built(value: Any, runtime_objects: dict[str, Any]) -> Any:
    if isinstance(value, Component):
        return build(value, **runtime_objects)
    if isinstance(value, tuple) and any(isinstance(item, Component) for item in value):
        return [_built(item, runtime_objects) for item in value]
    return value
