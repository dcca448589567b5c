"""Transforms: what is done to an image on its way into the network."""

from collections.abc import Iterable, Mapping
from typing import Any

from recipe.schemas.component import Component


class Transform(Component, kind="transform"):
    """A transform of `torchvision.transforms.v2`, for images of 8 bits and three channels."""

    @property
    def fixes_size(self) -> bool:
        """Whether images of all sizes have one size behind it."""
        return False

    @property
    def keeps_size(self) -> bool:
        """Whether images that have one size still have one behind it."""
        return True

    def held(self) -> Mapping[str, Any]:
        """Fields that the library holds in another form than they are said in → that form."""
        return {}

    def read(self, built: Any) -> dict[str, Any]:
        """A field as it was said, where the object holds what the library makes of that; else what it holds."""
        forms = self.held()
        live = {name: _plain(getattr(built, name)) for name in type(self).model_fields}
        return {
            name: getattr(self, name) if name in forms and forms[name] == value else value
            for name, value in live.items()
        }


def end_in_one_size(transforms: Iterable[Transform], begin_in_one: bool) -> bool:
    """Whether all images have one size behind the transforms, so that they can be stacked to batches."""
    are_alike = begin_in_one
    for transform in transforms:
        are_alike = transform.fixes_size or (are_alike and transform.keeps_size)
    return are_alike


def _plain(value: Any) -> Any:
    """Lists as tuples, and words for what stands for them."""
    return tuple(value) if isinstance(value, list) else getattr(value, "value", value)
