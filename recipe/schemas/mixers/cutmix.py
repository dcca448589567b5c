"""CutMix."""

from recipe.schemas.mixers.pairs import PairMixer


class CutMix(PairMixer):
    """Paste a rectangle of another image into each image, and mix their labels by area (Yun et al. 2019)."""

    target = "torchvision.transforms.v2:CutMix"
