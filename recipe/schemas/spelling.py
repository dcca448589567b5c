"""Words that were nearly written right."""

import re
from collections.abc import Iterable
from itertools import islice

MAX_KNOWN = 150
"""Words that are compared; a hostile file could bring thousands, and as many that resemble them."""
MAX_LETTERS = 100
"""Of words that are compared: the work grows with the square of their length."""

_SEPARATORS = re.compile(r"[-_ ./]")


def nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known words that a misspelt one may stand for, best first, at most three.

    A word that differs in case or separators only (`adamw`, `image-size`) is the answer alone. Then come those within
    a third of their letters of it, and those whose parts begin with its parts (`clip_norm` of `clip_grad_norm`,
    `val/acc` of `val/accuracy`).
    """
    known = list(islice(known, MAX_KNOWN))
    same = [candidate for candidate in known if is_same_word(word, candidate)]
    if same:
        return tuple(same[:1])
    close = sorted((distance, candidate) for candidate in known if (distance := _close(word, candidate)) is not None)
    longer = [candidate for candidate in known if len(word) > 2 and _is_short_for(word, candidate)]
    return tuple(dict.fromkeys([*(candidate for _, candidate in close), *longer]))[:3]


def certain(word: str, known: Iterable[str]) -> str | None:
    """The one known word that a misspelling can only stand for; None where there are several, or the word is short."""
    found = nearest(word, known)
    if len(found) != 1 or len(word) < 4:
        return None
    is_spelling = is_same_word(word, found[0]) or _close(word, found[0]) is not None
    return found[0] if is_spelling else None


def is_same_word(word: str, other: str) -> bool:
    """Whether two words differ in case and separators only: `val_accuracy` and `val/accuracy`."""
    return _SEPARATORS.sub("", word.casefold()) == _SEPARATORS.sub("", other.casefold())


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
    longest = max(len(word), len(candidate))
    if len(word) < 2 or longest > MAX_LETTERS:
        return None
    limit = max(1, longest // 3)
    return edit_distance(word.casefold(), candidate.casefold(), limit)


def _is_short_for(word: str, candidate: str) -> bool:
    """Whether each part of a word begins a part of the other."""
    whole = _parts(candidate)
    return all(any(part.startswith(beginning) for part in whole) for beginning in _parts(word))


def _parts(word: str) -> set[str]:
    return set(_SEPARATORS.split(word.casefold()))
