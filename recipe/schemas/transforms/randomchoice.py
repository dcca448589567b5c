"""RandomChoice."""

from typing import Any

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from recipe.schemas.base import setting
from recipe.schemas.transforms import ImageSize
from recipe.schemas.transforms.forms import Factor
from recipe.schemas.transforms.nested import Nested


class RandomChoice(Nested):
    """Apply one transform of a list, whichever is drawn."""

    target = "torchvision.transforms.v2:RandomChoice"
    example = {"transforms": ["RandomGrayscale", "RandomInvert"], "p": [3, 1]}

    p: tuple[Factor, ...] | None = setting(
        None, "How often each is drawn, in proportion to the others; none: equally often."
    )

    @field_validator("p")
    @classmethod
    def _is_one_each(cls, value: tuple[float, ...] | None, info: ValidationInfo) -> tuple[float, ...] | None:
        if value is None:
            return None
        wanted = len(info.data.get("transforms", value))
        if len(value) != wanted:
            context = {"said": len(value), "wanted": wanted}
            raise PydanticCustomError(
                "one_each", "must have a number for each of {wanted} transforms, not {said}", context
            )
        if sum(value) == 0:
            raise PydanticCustomError("all_zero", "must not be 0 for all transforms")
        return value

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:
        shares = self._shares()
        drawn = [each for each, share in zip(self.transforms, shares, strict=True) if share]
        behind = {transform.size_behind(size) for transform in drawn}
        return behind.pop() if len(behind) == 1 else None

    def held(self) -> dict[str, Any]:
        return {"p": self._shares()}

    def _shares(self) -> tuple[float, ...]:
        numbers = self.p or (1,) * len(self.transforms)
        return tuple(number / sum(numbers) for number in numbers)
