"""What the images of a split are to whoever learns from them, wherever they come from."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Height × width × 3 levels of red, green and blue."""
CacheMode = Literal["none", "ram", "disk"]


class Images(Protocol):
    """The images of one split, in the order of their classes."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, sorted."""

    @property
    def labels(self) -> tuple[int, ...]:
        """Of each image its class, as an index into `classes`."""

    @property
    def mode(self) -> CacheMode:
        """Where decoded images are kept."""

    @property
    def fingerprint(self) -> str:
        """Changes when an image does."""

    def __len__(self) -> int:
        """How many there are."""

    def name(self, index: int) -> str:
        """What a person calls an image: its file."""

    def size(self, index: int) -> tuple[int, int]:
        """Width and height in pixels."""

    def decode(self, index: int) -> Pixels:
        """The pixels. Those of a cache are a view: nobody may write into them."""


@dataclass(frozen=True, eq=False)
class ArrayImages:
    """Images of one size that lie in memory because they are made there."""

    classes: tuple[str, ...]
    labels: tuple[int, ...]
    names: tuple[str, ...]
    pixels: Pixels
    """Images × height × width × 3."""
    mode: CacheMode = "none"

    @property
    def fingerprint(self) -> str:
        said = sha256(repr((self.classes, self.labels, self.names, self.pixels.shape)).encode())
        said.update(self.pixels.tobytes())
        return said.hexdigest()

    def __len__(self) -> int:
        return len(self.labels)

    def name(self, index: int) -> str:
        return self.names[index]

    def size(self, index: int) -> tuple[int, int]:  # noqa: ARG002
        _, height, width, _ = self.pixels.shape
        return width, height

    def decode(self, index: int) -> Pixels:
        pixels: Pixels = self.pixels[index]
        return pixels
