"""Turn a component into the object it stands for."""

from typing import Any

from recipe.schemas.component import Component
from recipe.schemas.targets import load_target


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
