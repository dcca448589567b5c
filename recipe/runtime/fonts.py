"""Which font has all characters of a text: titles and class names come in every script."""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recipe.schemas.diagnostics import Diagnostic

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

JAPANESE_PACKAGE = "matplotlib-fontja"
"""Brings IPAexGothic along. Its module would change matplotlib's settings for the whole process: it is not imported."""
_BOXES = "LastResort"
"""A font that has a box for every character; matplotlib brings it along for what no other has."""


def font_for(text: str) -> "FontProperties | None":
    """For matplotlib: a font that has all characters of a text; None, its own default, where no font has them."""
    from matplotlib.font_manager import FontProperties

    file = font_file(text)
    return None if file is None else FontProperties(fname=str(file))


def font_file(text: str) -> Path | None:
    """A font that has all characters of a text: matplotlib's own, one of this machine, or one of a package.

    What counts is the glyphs, not the name. Spaces and control characters need none.
    """
    return _file_with(frozenset(_drawn(text)))


def lack_of_font(texts: Iterable[str]) -> Diagnostic | None:
    """The warning (R623) that some texts will be drawn with boxes."""
    lacking = [text for text in dict.fromkeys(texts) if font_file(text) is None]
    if not lacking:
        return None
    said = ", ".join(f"`{text}`" for text in lacking[:5]) + (" …" if len(lacking) > 5 else "")
    help_ = (
        f"for Japanese: `pip install {JAPANESE_PACKAGE}`, or the extra `recipe-compiler[japanese]`",
        "for any script: install a font of the system that has it, such as Noto Sans CJK (`fonts-noto-cjk`)",
    )
    return Diagnostic("R623", f"no font here has all characters of {said}: boxes stand for them", help=help_)


def printable(text: str) -> str:
    """A text that any font library takes: control characters, and bytes that are no text, become `�`."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _drawn(text: str) -> Iterator[str]:
    return (character for character in text if character.isprintable() and not character.isspace())


@cache
def _file_with(characters: frozenset[str]) -> Path | None:
    return next((file for file in _files() if _has_all(file, characters)), None)


def _files() -> Iterator[Path]:
    """The default font, those that matplotlib knows, the package's, and those that came after matplotlib had looked."""
    from matplotlib import font_manager

    known: list[Any] = sorted(font_manager.fontManager.ttflist, key=_oddness)
    yield Path(font_manager.findfont("DejaVu Sans"))
    yield from (Path(font.fname) for font in known)
    yield from _of_package()
    later = map(Path, {*font_manager.findSystemFonts()} - {font.fname for font in known})
    yield from sorted(later, key=lambda file: ("Regular" not in file.name, "Sans" not in file.name, file))


def _oddness(font: Any) -> tuple[bool, bool, int, bool, str]:
    """Upright letters of usual width and weight without serifs come first."""
    weight = font.weight if isinstance(font.weight, int) else 400
    is_serif = "Sans" not in font.name and "Gothic" not in font.name
    return font.style != "normal", font.stretch != "normal", abs(weight - 400), is_serif, font.fname


def _of_package() -> list[Path]:
    found = find_spec(JAPANESE_PACKAGE.replace("-", "_"))
    folders = (found and found.submodule_search_locations) or ()
    return [file for folder in folders for file in sorted(Path(folder).glob("fonts/*.ttf"))]


def _has_all(file: Path, characters: frozenset[str]) -> bool:
    from matplotlib.ft2font import FT2Font

    if file.name.startswith(_BOXES):
        return False
    try:
        font = FT2Font(str(file))
    except (OSError, RuntimeError):  # a file of a kind that FreeType cannot draw at any size
        return False
    return all(font.get_char_index(ord(character)) for character in characters)
