"""RandomZoomOut."""

from typing import Annotated

from annotated_types import Ge

from recipe.schemas.base import setting
from recipe.schemas.transforms import ImageSize, Transform
from recipe.schemas.transforms.forms import Colour, Rising

Enlarged = Annotated[float, Ge(1)]


class RandomZoomOut(Transform):
    """Put the image somewhere on a larger empty one, now and then."""

    target = "torchvision.transforms.v2:RandomZoomOut"

    fill: Colour = setting(0, "Level of what lies around the image, 0 to 255; or one per channel.")
    side_range: Annotated[tuple[Enlarged, Enlarged], Rising] = setting(
        (1.0, 4.0), "Least and most of the larger image's side over the image's own."
    )
    p: float = setting(0.5, "Share of the images that are put on a larger one.", ge=0, le=1)

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:  # noqa: ARG002
        return None
