"""The forms that settings of transforms have: sizes, ranges, colours, ways to interpolate."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le
from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, NonNegativeInt, PositiveInt
from pydantic_core import PydanticCustomError, SchemaValidator, core_schema


class OrNumber:
    """`Annotated[tuple[…], OrNumber(T)]`: a list, or a single number; a union would put its branches into paths."""

    def __init__(self, number: Any) -> None:
        self.number = number
        self._schema: Any = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        self._schema = handler.generate_schema(self.number)
        number = SchemaValidator(self._schema)

        def accept(value: Any, listed: Callable[[Any], Any]) -> Any:
            if isinstance(value, list | tuple):
                return listed(tuple(value))
            if isinstance(value, bool | str | dict) or value is None:
                raise PydanticCustomError("number_or_list", "must be a number or a list of numbers")
            return number.validate_python(value, strict=True)

        return core_schema.no_info_wrap_validator_function(
            accept, handler(source), serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [handler(self._schema), handler(schema)]}


def rising(pair: tuple[float, ...]) -> tuple[float, ...]:
    """A pair whose first number is not the larger one."""
    if pair[0] > pair[1]:
        raise PydanticCustomError("not_rising", "the first number must not be larger than the second")
    return pair


def _two_or_four(numbers: tuple[int, ...]) -> tuple[int, ...]:
    if len(numbers) not in (2, 4):
        raise PydanticCustomError("two_or_four", "must be a number, or a list of two or of four")
    return numbers


Rising = AfterValidator(rising)
"""Of a pair: the smaller number comes first."""
Size = Annotated[tuple[PositiveInt, PositiveInt], OrNumber(PositiveInt)]
"""Height and width, or one number."""
Share = Annotated[float, Gt(0), Le(1)]
Ratio = Annotated[float, Gt(0)]
Degrees = Annotated[tuple[float, float], Rising, OrNumber(Annotated[float, Ge(0)])]
"""Least and most, or how far to either side."""
Factor = Annotated[float, Ge(0)]
Turn = Annotated[float, Ge(-0.5), Le(0.5)]
"""Share of the colour circle."""
Level = Annotated[int, Ge(0), Le(255)]
Colour = Annotated[tuple[Level, Level, Level], OrNumber(Level)]
"""Levels of red, green and blue, or one for all of them."""
Padding = Annotated[tuple[NonNegativeInt, ...], AfterValidator(_two_or_four), OrNumber(NonNegativeInt)]
"""Left and right, top and bottom; or left, top, right, bottom; or one number for all sides."""
PaddingMode = Literal["constant", "edge", "reflect", "symmetric"]
Interpolation = Literal["nearest", "nearest-exact", "bilinear", "bicubic"]
"""Where an image is made larger or smaller."""
Sampling = Literal["nearest", "bilinear"]
"""Where an image is bent: the library knows no other way for tensors."""


def twice(said: Any) -> tuple[Any, ...]:
    """A pair; a number counts for both."""
    return said if isinstance(said, tuple) else (said, said)


def around(said: Any, centre: float) -> tuple[float, float] | None:
    """The range that a jitter draws from; `said` is that range, or how far it reaches to either side."""
    if isinstance(said, tuple) or said is None:
        return said
    return (centre - said, centre + said)


def four_sides(padding: Any) -> tuple[int, ...]:
    """Left, top, right and bottom."""
    sides = padding if isinstance(padding, tuple) else (padding, padding)
    return sides if len(sides) == 4 else sides * 2
