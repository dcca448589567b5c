"""Words that were nearly written right."""

import re
from collections.abc import Iterable

_SEPARATORS = re.compile(r"[-_ ./]")


def nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known words that a misspelt one may stand for, best first, at most three.

    A word that differs in case or separators only (`adamw`, `image-size`) is the answer alone. Then come those within
    a third of their letters of it, and those that have its parts among theirs (`clip_norm` of `clip_grad_norm`).
    """
    known = list(known)
    same = [candidate for candidate in known if _folded(candidate) == _folded(word)]
    if same:
        return tuple(same[:1])
    close = sorted((distance, candidate) for candidate in known if (distance := _close(word, candidate)) is not None)
    parts = set(word.casefold().split("_"))
    longer = [candidate for candidate in known if len(word) > 2 and parts <= set(candidate.casefold().split("_"))]
    return tuple(dict.fromkeys([*(candidate for _, candidate in close), *longer]))[:3]


def certain(word: str, known: Iterable[str]) -> str | None:
    """The one known word that a misspelling can only stand for; None where there are several, or the word is short."""
    found = nearest(word, known)
    if len(found) != 1 or len(word) < 4:
        return None
    is_spelling = _folded(found[0]) == _folded(word) or _close(word, found[0]) is not None
    return found[0] if is_spelling else None


def edit_distance(one: str, other: str, limit: int) -> int | None:
    """Letters to insert, remove, replace or swap with their neighbour; None where it takes more than `limit`."""
    if abs(len(one) - len(other)) > limit or len(set(one) - set(other)) > limit:
        return None
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        line = [row]
        for column, opposite in enumerate(other, start=1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != opposite))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == opposite:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > limit:
            return None
        before, last = last, line
    return last[-1] if last[-1] <= limit else None


def _close(word: str, candidate: str) -> int | None:
    if len(word) < 2:
        return None
    limit = max(1, max(len(word), len(candidate)) // 3)
    return edit_distance(word.casefold(), candidate.casefold(), limit)


def _folded(word: str) -> str:
    return _SEPARATORS.sub("", word.casefold())
