"""`module:attribute`: how code names other code that is imported only when it is needed."""

import importlib
from typing import Any


def load_target(target: str) -> Any:
    """The object that `module:attribute` names."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)
