"""The recipe of a plan as YAML: every setting as it was decided, secrets as `${env:…}`."""

import io
from typing import Any

from ruamel.yaml import YAML

from recipe.schemas.base import Section
from recipe.schemas.component import Component
from recipe.schemas.plan import RunPlan


def as_yaml(plan: RunPlan) -> str:
    """A recipe that asks for just this run."""
    yaml, text = YAML(), io.StringIO()
    yaml.width, yaml.allow_unicode = 100, True
    yaml.dump(_plain(plan.shown()), text)
    return text.getvalue()


def _plain(value: Any) -> Any:
    """Maps whose order counts stay maps here, where a plan has them as lists of pairs."""
    if isinstance(value, Section):
        tag = {value.tag: value.word()} if isinstance(value, Component) else {}
        return {**tag, **{name: _plain(getattr(value, name)) for name in type(value).model_fields}}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
