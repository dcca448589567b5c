"""RandomErasing."""

from typing import Annotated, Any

from annotated_types import Ge, Le

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform
from recipe.schemas.transforms.forms import OrNumber, Ratio, Rising, Share

Level = Annotated[float, Ge(0), Le(255)]


class RandomErasing(Transform):
    """Paint over a part of the image, now and then (Zhong et al., 2020). It comes before normalization."""

    target = "torchvision.transforms.v2:RandomErasing"

    p: float = setting(0.5, "Share of the images that lose a part.", ge=0, le=1)
    scale: Annotated[tuple[Share, Share], Rising] = setting(
        (0.02, 0.33), "Least and most of the image's area that a part has."
    )
    ratio: Annotated[tuple[Ratio, Ratio], Rising] = setting(
        (0.3, 3.3), "Least and most of a part's height over its width."
    )
    value: Annotated[tuple[Level, Level, Level], OrNumber(Level)] = setting(
        0.0, "Level that it is painted with, 0 to 255; or one per channel."
    )

    def held(self) -> dict[str, Any]:
        return {"value": self.value if isinstance(self.value, tuple) else (self.value,)}
