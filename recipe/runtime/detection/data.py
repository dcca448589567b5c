"""Which `data.yaml` a recipe's `data.source` stands for."""

from pathlib import Path

from recipe.runtime.data.shapes import make_shapes
from recipe.runtime.places import cache_dir
from recipe.schemas.tasks.detection import Detection

BUILTIN_SHAPES = "builtin:shapes"


def data_yaml(recipe: Detection) -> Path:
    """The file; a built-in dataset is made where it does not exist yet."""
    if recipe.data.source == BUILTIN_SHAPES:
        return make_shapes(recipe.data.shapes, cache_dir())
    return Path(recipe.data.source)


def source_of(file: str, recipe: Detection) -> str:
    """The inverse: what a recipe says to get this file."""
    return BUILTIN_SHAPES if Path(file) == make_shapes(recipe.data.shapes, cache_dir()) else file
