"""ColorJitter."""

from typing import Annotated, Any

from annotated_types import Ge, Le

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import Factor, OrNumber, Rising, Turn, around

Jitter = Annotated[tuple[Factor, Factor], Rising, OrNumber(Factor)]


class ColorJitter(Transform):
    """Change brightness, contrast, saturation and hue, in any order."""

    target = "torchvision.transforms.v2:ColorJitter"
    example = {"brightness": 0.2, "hue": [-0.1, 0.1]}

    brightness: Jitter | None = setting(
        None, "Factor: `[least, most]`, or how far it is from 1 at most; none: not changed."
    )
    contrast: Jitter | None = setting(None, "Likewise.")
    saturation: Jitter | None = setting(None, "Likewise.")
    hue: Annotated[tuple[Turn, Turn], Rising, OrNumber(Annotated[float, Ge(0), Le(0.5)])] | None = setting(
        None, "Share of the colour circle: `[least, most]`, or how far to either side; none: not changed."
    )

    def held(self) -> dict[str, Any]:
        factors = {name: _factors(getattr(self, name)) for name in ("brightness", "contrast", "saturation")}
        return {**factors, "hue": _unless((0, 0), around(self.hue, 0))}


def _factors(said: Any) -> tuple[float, float] | None:
    """No factor is negative."""
    found = around(said, 1)
    return found and _unless((1, 1), (max(found[0], 0), found[1]))


def _unless(nothing: tuple[float, float], found: tuple[float, float] | None) -> tuple[float, float] | None:
    """A range that changes nothing is none."""
    return None if found == nothing else found
