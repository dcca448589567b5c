"""What transforms have in common that hold others."""

from collections.abc import Mapping
from typing import Any

from pydantic import field_validator
from pydantic_core import PydanticKnownError

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform


class Nested(Transform):
    """A transform of transforms."""

    transforms: tuple[Transform, ...] = setting(doc="The transforms, at least one.")

    @field_validator("transforms")
    @classmethod
    def _is_not_empty(cls, value: tuple[Transform, ...]) -> tuple[Transform, ...]:
        """Not by `min_length`, which takes a list for empty whose transforms have mistakes."""
        if not value:
            raise PydanticKnownError("too_short", {"field_type": "Tuple", "min_length": 1, "actual_length": 0})
        return value

    def read(self, built: Any) -> dict[str, Any]:
        """Other transforms than were asked for, by their names: they are no parts."""
        found = super().read(built)
        if "transforms" in found:
            found["transforms"] = tuple(type(transform).__name__ for transform in built.transforms)
        return found

    def parts(self, built: Any) -> Mapping[str, Any]:
        """One after the other, if there are as many as were asked for."""
        if len(built.transforms) != len(self.transforms):
            return {}
        return {f"transforms.{index}": transform for index, transform in enumerate(built.transforms)}
