"""RandomGrayscale."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import Transform


class RandomGrayscale(Transform):
    """Take the colours away, now and then."""

    target = "torchvision.transforms.v2:RandomGrayscale"

    p: float = setting(0.1, "Share of the images that lose their colours.", ge=0, le=1)
