"""What mixers of two images have in common."""

from typing import Any

from recipe.schemas.base import setting
from recipe.schemas.mixers import Mixer


class PairMixer(Mixer):
    """Mixes each image of a batch with another one, by shares that are drawn for the batch."""

    runtime = ("num_classes",)
    example = {"alpha": 0.2}

    alpha: float = setting(
        1.0,
        "Of the Beta(alpha, alpha) distribution that the share of an image is drawn from: 1 draws all shares alike, "
        "less mostly leaves nearly all or nothing of it, more mixes by halves.",
        ge=0.01,  # of less, torch's draws are no longer of the distribution
        le=1000,
        usual=(0.1, 2),
        unusual="images are hardly mixed, or nearly all by halves",
    )

    def read(self, built: Any) -> dict[str, Any]:
        """What draws are made from has numbers of 32 bits: where they are the object's `alpha`, rounded, that."""
        live = (built._dist.concentration1, built._dist.concentration0)
        others = [float(each) for each in live if not bool((each == built.alpha).all())]
        return {"alpha": others[0] if others else built.alpha}
