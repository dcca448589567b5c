"""What the rates of a live optimizer say about `optimizer.lr` and `layer_lr`."""

import math
from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from recipe.schemas.layer_lr import LayerLR, groups_of, matched


def effective_rates(live: Mapping[str, float], asked: LayerLR | None, blocks: str, lr: float) -> dict[str, JsonValue]:
    """Dotted path → value. `live` is parameter → rate before any schedule; `asked` says only which layers to look for.

    `lr` is what the engine holds for `optimizer.lr`, for the case that no parameter has it.
    """
    if asked is None:
        rate = _agreed(live.values(), lr)
        return {"optimizer.lr": rate, "layer_lr": rate if isinstance(rate, list) else None}
    if asked.decay is not None:
        return {"layer_lr.rates": None, **_by_depth(live, asked.decay, blocks)}
    return {"layer_lr.decay": None, **_by_pattern(live, asked.rates or {}, lr)}


def _by_pattern(live: Mapping[str, float], patterns: Iterable[str], lr: float) -> dict[str, JsonValue]:
    left, found = dict(live), []
    for pattern in patterns:
        fitting = matched(pattern, left)
        found.append([pattern, _agreed([left[name] for name in fitting], math.nan)])
        left = {name: rate for name, rate in left.items() if name not in fitting}
    return {"optimizer.lr": _agreed(left.values(), lr), "layer_lr.rates": found}  # type: ignore[dict-item]


def _by_depth(live: Mapping[str, float], decay: float, blocks: str) -> dict[str, JsonValue]:
    """The decay as it was asked for, if it leads from the last layer's rate to the others (but for rounding)."""
    halved = groups_of(list(live), LayerLR(decay=0.5), 1.0, blocks)
    below_last = [-round(math.log2(group.lr)) for group in halved]
    lr = _agreed([rate for rate, steps in zip(live.values(), below_last, strict=True) if steps == 0], math.nan)
    if not isinstance(lr, float):
        return {"optimizer.lr": lr, "layer_lr.decay": None}
    steps = zip(live.values(), below_last, strict=True)
    found = sorted({(rate / lr) ** (1 / count) for rate, count in steps if count})
    holds = all(math.isclose(each, decay) for each in found)
    return {"optimizer.lr": lr, "layer_lr.decay": decay if holds else found}


def _agreed(rates: Iterable[float], otherwise: float) -> JsonValue:
    """The rate that all have, else the list of them."""
    found = list(dict.fromkeys(rates))
    return otherwise if not found else found[0] if len(found) == 1 else found  # type: ignore[return-value]
