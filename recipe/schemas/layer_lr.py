"""`layer_lr`: learning rates of single layers, by pattern or by depth."""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import PositiveFloat

from recipe.schemas.base import OrderedMap, Section, setting

BASE = "base"
"""Label of the parameters that no pattern names."""

_LONGEST_PATTERN = 100
_MOST_WAYS = 20_000
"""Upper bound of the ways in which all patterns together may be tried on a name: more would be felt, or never end."""
_LONG, _SHORT = 64, 4
"""How often a piece can repeat in a parameter's name, and how often a digit can."""


class LayerLR(Section):
    """Learning rates of single layers: `rates` by name, or `decay` by depth."""

    rates: OrderedMap[str, PositiveFloat] | None = setting(
        None,
        "Pattern → rate, the first pattern that matches a parameter decides; the others have the optimizer's rate. "
        "A pattern is a regular expression for whole module names: `layer4` is all of `layer4`, and not `layer40`; "
        "what lies inside is `.*\\.conv1`.",
        usual=(0.0, 1.0),
        unusual="weights move by more than their gradient, and training diverges",
    )
    decay: float | None = setting(
        None,
        "The last layer has the optimizer's rate, and each layer below it this factor of the next.",
        gt=0,
        le=1,
        usual=(0.5, 1.0),
        unusual="the first layers stand almost still",
    )


class Group(NamedTuple):
    """Parameters that share a learning rate."""

    label: str
    """The pattern, or the block."""
    lr: float


class BadPattern(ValueError):
    """A pattern that cannot be used, and why not."""


def groups_of(names: Sequence[str], layer_lr: LayerLR | None, lr: float, blocks: str) -> list[Group]:
    """The group of each parameter. `lr` is the optimizer's rate, `blocks` the model's (`Model.blocks`)."""
    if layer_lr is not None and layer_lr.rates is not None:
        return list(_by_pattern(names, layer_lr.rates, lr))
    if layer_lr is not None and layer_lr.decay is not None:
        return _by_depth(names, layer_lr.decay, lr, blocks)
    return [Group(BASE, lr)] * len(names)


def group_name(layer_lr: LayerLR | None, label: str, role: str) -> str:
    """The name of an optimizer's group, in plans and as the metric `lr/<name>`: its role, and its layer if it has one.

    Roles are `weight`, `bn` and `bias`: only weights decay.
    """
    return role if layer_lr is None else f"{label}/{role}"


def matched(pattern: str, names: Iterable[str]) -> frozenset[str]:
    """The parameters that a pattern matches, whether or not an earlier one takes them. Raises `BadPattern`."""
    matches = _compiled(pattern)
    return frozenset(name for name in names if matches(name))


def check_patterns(patterns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each pattern that cannot be used, and why not."""
    ways = 0
    for pattern in patterns:
        try:
            ways += _ways(pattern)
        except BadPattern as error:
            yield pattern, str(error)
        else:
            if ways > _MOST_WAYS:
                yield pattern, "matching it could take for ever: say it with fewer `*`, `+` and `|`"
                return


def _by_pattern(names: Sequence[str], rates: Mapping[str, float], lr: float) -> Iterator[Group]:
    labels = _labels(rates)
    patterns = [(_compiled(pattern), Group(labels[pattern], rate)) for pattern, rate in rates.items()]
    for name in names:
        yield next((group for matches, group in patterns if matches(name)), Group(BASE, lr))


def _labels(patterns: Iterable[str]) -> dict[str, str]:
    """Patterns as names of metrics, of which trackers take only some characters; plain names keep theirs."""
    plain = {pattern: re.sub(r"[^\w.-]+", "_", pattern, flags=re.ASCII).strip("._") or "layers" for pattern in patterns}
    labels: dict[str, str] = {}
    for pattern in sorted(plain, key=lambda pattern: plain[pattern] != pattern):
        label, count = plain[pattern], 1
        while label in (BASE, *labels.values()):
            count += 1
            label = f"{plain[pattern]}-{count}"
        labels[pattern] = label
    return labels


def _by_depth(names: Sequence[str], decay: float, lr: float, blocks: str) -> list[Group]:
    """`lr · decay^(last − depth)`; depth is the block's number, or its place in the order of the parameters."""
    found = [re.match(blocks, name) for name in names]
    labels = [match[0] if match else "stem" for match in found]
    order = list(dict.fromkeys(sorted(labels, key=lambda label: label != "stem")))
    numbered = "depth" in re.compile(blocks).groupindex
    depths = [int(m["depth"]) if m and numbered else order.index(label) for m, label in zip(found, labels, strict=True)]
    last = max(depths, default=0)
    return [Group(label, lr * decay ** (last - depth)) for label, depth in zip(labels, depths, strict=True)]


def _compiled(pattern: str) -> Callable[[str], Any]:
    """Matches from the start of a name to the end of a module's: the next thing is a dot, or nothing."""
    return re.compile(rf"(?:{pattern})(?:(?<=\.)|(?=\.)|\Z)").match


@lru_cache(maxsize=1000)
def _ways(pattern: str) -> int:
    """An upper bound of the ways to match a name. Raises `BadPattern`."""
    if not pattern or len(pattern) > _LONGEST_PATTERN:
        raise BadPattern(f"a pattern has 1 to {_LONGEST_PATTERN} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            _compiled(pattern)
            return _ways_through(re._parser.parse(pattern))  # type: ignore[attr-defined]
    except (re.error, Warning, OverflowError, RecursionError) as error:
        raise BadPattern(f"it is no regular expression: {error}") from None


def _ways_through(tree: Any) -> int:
    """Ways multiply along a sequence and add up over alternatives."""
    ways = 1
    for operator, argument in tree:
        kind = str(operator)
        if kind == "BRANCH":
            ways *= sum(map(_ways_through, argument[1]))
        elif kind == "SUBPATTERN":
            ways *= _ways_through(argument[-1])
        elif kind in ("MAX_REPEAT", "MIN_REPEAT"):
            ways *= _ways_to_repeat(*argument)
        elif kind not in ("LITERAL", "NOT_LITERAL", "ANY", "IN", "AT"):
            raise BadPattern("lookarounds, references and flags are not part of patterns")
    return ways


def _ways_to_repeat(least: int, most: int, inner: Any) -> int:
    if inner.getwidth()[0] == 0:
        raise BadPattern("what repeats must not be empty")
    ways, longest = _ways_through(inner), _SHORT if str(inner) == _DIGIT else _LONG
    if ways > 1 and most > _SHORT:
        raise BadPattern("a group that repeats holds no `*`, `+`, `?` or `|`")
    return sum(ways**count for count in range(min(least, longest), min(int(most), longest) + 1))


_DIGIT = str(re._parser.parse(r"\d"))  # type: ignore[attr-defined]
