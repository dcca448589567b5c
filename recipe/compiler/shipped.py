"""The recipes that ship with the program, by name."""

import os

import recipe

SUFFIXES = (".yaml", ".yml")


def shipped_recipes() -> dict[str, str]:
    """Name → file. The name is the path below the folder of shipped recipes, without its suffix."""
    folder = _folder()
    found = (os.path.join(place, file) for place, _, files in os.walk(folder) for file in files)  # noqa: PTH118
    return {_name(file, folder): file for file in sorted(found) if file.endswith(SUFFIXES)}


def _name(file: str, folder: str) -> str:
    return os.path.splitext(os.path.relpath(file, folder))[0].replace(os.sep, "/")  # noqa: PTH122


def _folder() -> str:
    """Inside an installed package, beside it in a checkout."""
    package = os.path.dirname(os.path.abspath(recipe.__file__))  # noqa: PTH100, PTH120
    installed = os.path.join(package, "shipped")  # noqa: PTH118
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), "recipes")  # noqa: PTH112, PTH118, PTH120
