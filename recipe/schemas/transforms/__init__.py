"""Transforms: what is done to an image on its way into the network."""

from collections.abc import Mapping
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


def _plain(value: Any) -> Any:
    """Lists as tuples, and words for what stands for them."""
    return tuple(value) if isinstance(value, list) else getattr(value, "value", value)
