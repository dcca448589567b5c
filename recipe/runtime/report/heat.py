"""Numbers as colours: small PNG files, a pixel a number, which the page stretches."""

import base64
import io
import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from recipe.runtime.report.scales import figure

_VIRIDIS = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
"""Five colours of matplotlib's `viridis`, from low to high."""


def heat_image(values: Sequence[Sequence[float | None]]) -> str:
    """A `data:` URI. Colours go by the logarithm; what is no positive number is transparent."""
    powers = np.array([[_power(value) for value in row] for row in values], dtype=float)
    known = np.isfinite(powers)
    low, high = (powers[known].min(), powers[known].max()) if known.any() else (0.0, 1.0)
    share = np.where(known, (powers - low) / (high - low if high > low else 1.0), 0.0)
    stops = np.linspace(0, 1, len(_VIRIDIS))
    channels = [np.interp(share, stops, [colour[channel] for colour in _VIRIDIS]) for channel in range(3)]
    pixels = np.stack([*channels, np.where(known, 255.0, 0.0)], axis=-1).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def ends(values: Sequence[Sequence[float | None]]) -> tuple[str, str] | None:
    """What the darkest and the brightest colour stand for."""
    known = [value for row in values for value in row if value is not None and 0 < value < math.inf]
    return (figure(min(known)), figure(max(known))) if known else None


def _power(value: float | None) -> float:
    return math.log10(value) if value is not None and 0 < value < math.inf else math.nan
