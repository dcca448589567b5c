"""Images that are files: how they are decoded, and those of a split."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from recipe.runtime.data.images import CacheMode, Pixels

_SIXTEEN_BITS = frozenset(("I;16", "I;16B", "I;16L", "I;16N"))


class UnusableImage(ValueError):
    """A file that is an image, but of a kind that has no certain meaning as 8-bit RGB."""


def decode_file(file: str) -> Pixels:
    """The pixels of an image file as torchvision's `ImageFolder` has them, but for 16-bit greyscale.

    Palettes are looked up, alpha is dropped, and the orientation that a camera noted is not followed. Levels of 16 bits
    are scaled to 8, where Pillow's own conversion would make everything above 255 white.
    """
    with Image.open(file) as opened:
        if opened.mode in _SIXTEEN_BITS or opened.mode in ("I", "F"):
            return _scaled(opened)
        return np.array(opened.convert("RGB"))


def _scaled(opened: Image.Image) -> Pixels:
    """Greyscale of more than 8 bits. Portable greymaps have the mode I, their levels already between 0 and 65,535."""
    if opened.mode == "F" or (opened.mode == "I" and opened.format not in ("PPM", "PNG")):
        message = "its levels have 32 bits, and what is black and white is not known: save it with 8 or 16 bits"
        raise UnusableImage(message)
    levels = np.asarray(opened).astype(np.uint32)
    grey = ((levels * 255 + 32_767) // 65_535).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


@dataclass(frozen=True, eq=False)
class FileImages:
    """Images that are decoded anew each time."""

    classes: tuple[str, ...]
    labels: tuple[int, ...]
    files: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]
    fingerprint: str
    mode: CacheMode = "none"

    def __len__(self) -> int:
        return len(self.files)

    def name(self, index: int) -> str:
        return self.files[index]

    def size(self, index: int) -> tuple[int, int]:
        return self.sizes[index]

    def decode(self, index: int) -> Pixels:
        return decode_file(self.files[index])
