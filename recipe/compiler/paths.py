"""Relative paths in a recipe become absolute: relative to the file, or the command line, that said them."""

import os

from recipe.compiler.nodes import Mapping, Node, locate
from recipe.schemas.base import leaves
from recipe.schemas.component import with_values
from recipe.schemas.recipe import Recipe


def absolute_paths(recipe: Recipe, root: Mapping) -> Recipe:
    """The recipe with every path leaf absolute."""
    values = {leaf.path: _absolute(leaf.value, locate(root, leaf.path)[0]) for leaf in leaves(recipe) if leaf.is_path}
    return with_values(recipe, values) if values else recipe


def _absolute(value: str, node: Node) -> str:
    base = node.origins[0].base_dir
    return os.path.normpath(os.path.join(base, os.path.expanduser(value)))  # noqa: PTH111, PTH118
