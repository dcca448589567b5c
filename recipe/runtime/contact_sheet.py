"""Contact sheets: small pictures in labelled rows, to see what a network gets to see."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple, Protocol, runtime_checkable

from PIL import Image, ImageDraw, ImageFont

from recipe.runtime.data.images import Pixels
from recipe.runtime.fonts import font_file, printable
from recipe.schemas.recipe import Recipe

Caption = tuple[str, ...]
"""Lines, of which the first is dark and the others are pale."""

TILE = 160
"""Pixels that a picture takes at most, in either direction."""
_LABEL, _GAP, _MARGIN, _LINE, _TEXT, _HEADING = 180, 10, 20, 18, 13, 18
_PAPER, _INK, _PALE = "#ffffff", "#1b1f24", "#6a737d"


class Tile(NamedTuple):
    """One picture, and what stands above it."""

    pixels: Pixels
    caption: Caption = ()


class Row(NamedTuple):
    """Pictures side by side, and what stands on their left."""

    caption: Caption
    tiles: tuple[Tile, ...]


class Block(NamedTuple):
    """Rows that belong together."""

    heading: Caption
    rows: tuple[Row, ...]


class ContactSheet(NamedTuple):
    """What is to be drawn, from top to bottom."""

    blocks: tuple[Block, ...]

    def texts(self) -> Iterator[str]:
        """Everything that is written on it."""
        for block in self.blocks:
            yield from block.heading
            for row in block.rows:
                yield from row.caption
                yield from (line for tile in row.tiles for line in tile.caption)


@runtime_checkable
class ShowsAugment(Protocol):
    """A family that can show what its transforms make of images."""

    def contact_sheet(self, recipe: Recipe, count: int) -> ContactSheet:
        """Of `count` training images, or as many as there are. Needs no network and no weights.

        Raises what looking at the data and training with them would raise.
        """


def draw(sheet: ContactSheet) -> Image.Image:
    """The sheet as a picture."""
    columns = max(len(row.tiles) for block in sheet.blocks for row in block.rows)
    width = 2 * _MARGIN + _LABEL + columns * (TILE + _GAP)
    paper = Image.new("RGB", (width, 2 * _MARGIN + sum(map(_height, sheet.blocks))), _PAPER)
    y = _MARGIN
    for block in sheet.blocks:
        _draw_block(paper, block, y)
        y += _height(block)
    return paper


def _height(block: Block) -> int:
    return 3 * _LINE // 2 + len(block.heading) * _LINE + sum(map(_row_height, block.rows))


def _row_height(row: Row) -> int:
    return _caption_height(row) + TILE + _GAP


def _caption_height(row: Row) -> int:
    return _LINE * max(len(tile.caption) for tile in row.tiles)


def _draw_block(paper: Image.Image, block: Block, y: int) -> None:
    _write(paper, block.heading[:1], _MARGIN, y, paper.width - 2 * _MARGIN, _HEADING)
    _write(paper, ("", *block.heading[1:]), _MARGIN, y + _LINE // 2, paper.width - 2 * _MARGIN)
    y += len(block.heading) * _LINE + _LINE
    for row in block.rows:
        _draw_row(paper, row, y)
        y += _row_height(row)


def _draw_row(paper: Image.Image, row: Row, y: int) -> None:
    below = y + _caption_height(row)
    _write(paper, row.caption, _MARGIN, below, _LABEL - _GAP)
    for index, tile in enumerate(row.tiles):
        x = _MARGIN + _LABEL + index * (TILE + _GAP)
        _write(paper, tile.caption, x, y, TILE)
        paper.paste(thumbnail(tile.pixels), (x, below))


def thumbnail(pixels: Pixels) -> Image.Image:
    """A picture of at most `TILE` pixels in either direction; small ones are enlarged so that every pixel is a square.

    Very long ones keep a pixel of width.
    """
    picture, longest = Image.fromarray(pixels), max(pixels.shape[:2])
    if longest > TILE:
        size = (max(1, picture.width * TILE // longest), max(1, picture.height * TILE // longest))
        return picture.resize(size, Image.Resampling.LANCZOS)
    times = TILE // longest
    return picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)


def _write(paper: Image.Image, lines: Caption, x: int, y: int, width: int, size: int = _TEXT) -> None:
    pen = ImageDraw.Draw(paper)
    for index, line in enumerate(map(printable, lines)):
        font = _font(line, size)
        baseline = (x, y + index * _LINE + size)  # fonts of several scripts differ in what is above it
        pen.text(baseline, _shortened(line, width, font), _PALE if index else _INK, font, anchor="ls")


@cache
def _font(text: str, size: int) -> ImageFont.FreeTypeFont:
    """A font that has the text; boxes where there is none, of which the caller warns."""
    return ImageFont.truetype(str(font_file(text) or font_file("")), size)


def _shortened(text: str, width: int, font: ImageFont.FreeTypeFont) -> str:
    """The text, without its middle where it is too long: names of files differ at their ends."""
    shown, kept = text, len(text)
    while font.getlength(shown) > width:
        kept -= 1
        shown = f"{text[: kept // 2]}…{text[len(text) - (kept - kept // 2) :]}"
    return shown
