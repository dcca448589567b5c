"""What an unquoted scalar means in YAML 1.2, and which ones YAML versions disagree about."""

import math
import re
from typing import NamedTuple

_WORDS = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
_NUMBER_START = re.compile(r"[-+]?\.?[0-9]")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_AMBIGUOUS = re.compile(
    r"[-+]?(0[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?)"
)
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
MAX_INTEGER_DIGITS = 40


class NotAValue(NamedTuple):
    """A scalar that is refused, and why."""

    code: str
    message: str
    help: str


def is_plain_word(text: str) -> bool:
    """Whether a scalar is text at first sight, with or without quotes: most keys are."""
    return text.isidentifier() and text.isascii() and text not in _WORDS


def resolve_plain(text: str) -> str | int | float | bool | NotAValue | None:
    """The value of an unquoted scalar by YAML 1.2's core schema, narrowed to what every reader agrees on."""
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER_START.match(text):
        return _infinite(text) if _INFINITE.fullmatch(text) else text
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= MAX_INTEGER_DIGITS else _out_of_range(text)
    if _FLOAT.fullmatch(text):
        value = float(text)
        return value + 0.0 if math.isfinite(value) else _out_of_range(text)
    if _AMBIGUOUS.fullmatch(text):
        message = f"`{text}` is a number to some YAML readers and text to others"
        return NotAValue("R209", message, f'write a decimal number without `_` or leading zeros, or quote it: "{text}"')
    return text


def _out_of_range(text: str) -> NotAValue:
    shown = text if len(text) <= 20 else f"{text[:17]}… ({len(text)} characters)"
    return NotAValue("R210", f"{shown} is too large a number", "no setting takes a number of this size")


def _infinite(text: str) -> NotAValue:
    return NotAValue("R210", f"`{text}` is not a finite number", "every number in a recipe is finite")
