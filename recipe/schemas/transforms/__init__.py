"""Transforms: what is done to an image on its way into the network."""

from collections.abc import Iterable, Mapping
from typing import Any

from recipe.schemas.component import Component
from recipe.schemas.targets import load_target

ImageSize = tuple[int, int]
"""Height and width in pixels."""


class Transform(Component, kind="transform"):
    """A transform of `torchvision.transforms.v2`, for images of 8 bits and three channels."""

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:
        """What every image has behind it, if all have `size` before; None: sizes differ, or may."""
        return size

    def kwargs(self) -> dict[str, Any]:
        """A way to interpolate is a member of the library's enumeration."""
        fields = super().kwargs()
        if "interpolation" in fields:
            fields["interpolation"] = load_target("torchvision.transforms:InterpolationMode")(fields["interpolation"])
        return fields

    def held(self) -> Mapping[str, Any]:
        """Fields that the library holds in another form than they are said in → that form."""
        return {}

    def read(self, built: Any) -> dict[str, Any]:
        """A field as it was said, where the object holds what the library makes of that; else what it holds."""
        forms, live = self.held(), {name: _plain(value) for name, value in super().read(built).items()}
        return {
            name: getattr(self, name) if name in forms and forms[name] == value else value
            for name, value in live.items()
        }


def size_behind(transforms: Iterable[Transform], size: ImageSize | None) -> ImageSize | None:
    """What every image has behind all of them, so that they can be stacked to batches; None: sizes differ, or may."""
    for transform in transforms:
        size = transform.size_behind(size)
    return size


def _plain(value: Any) -> Any:
    """Lists as tuples, and words for what stands for them."""
    return tuple(value) if isinstance(value, list) else getattr(value, "value", value)
