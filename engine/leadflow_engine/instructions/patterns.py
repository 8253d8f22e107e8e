"""A text that fits a pattern: the usual forms of regular expressions, read from left to right.

Only for examples: what comes out is held against the pattern by the reader, and thrown away where it does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_CLASSES: Final = {"d": "4", "D": "A", "w": "a", "W": "-", "s": " ", "S": "a", "t": "\t", "n": "\n"}
_NOTHING: Final = frozenset("bBAz")
_COUNT = re.compile(r"\{(\d+)(,?)(\d*)\}")
_GROUP = re.compile(r"\?(?::|P?<\w+>|[ims]+\)|[ims]+:)")
_FROM: Final = "A4abcdefghijklmnopqrstuvwxyzBCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.,:/@#"

MOST_REPEATS: Final = 64


class _NotRead(ValueError):
    """A form that is not read here: there is no example then."""


def matching(pattern: str) -> Iterator[str]:
    """A text that probably fits an RE2 pattern; nothing where its form is not read here."""
    try:
        text, end = _alternatives(pattern, 0)
    except (_NotRead, IndexError):
        return
    if end == len(pattern):
        yield text


def _alternatives(pattern: str, at: int) -> tuple[str, int]:
    """The first of ``a|b|c``, and where the last of them ends."""
    first, at = _sequence(pattern, at)
    while at < len(pattern) and pattern[at] == "|":
        _, at = _sequence(pattern, at + 1)
    return first, at


def _sequence(pattern: str, at: int) -> tuple[str, int]:
    found = ""
    while at < len(pattern) and pattern[at] not in "|)":
        piece, at = _piece(pattern, at)
        times, at = _times(pattern, at)
        found += piece * times
    return found, at


def _piece(pattern: str, at: int) -> tuple[str, int]:
    letter = pattern[at]
    if letter in "^$":
        return "", at + 1
    if letter == ".":
        return "a", at + 1
    if letter == "\\":
        return _escaped(pattern[at + 1]), at + 2
    if letter == "[":
        return _class(pattern, at + 1)
    if letter == "(":
        return _group(pattern, at + 1)
    return letter, at + 1


def _escaped(letter: str) -> str:
    if letter in _NOTHING:
        return ""
    if letter.isalnum() and letter not in _CLASSES:
        raise _NotRead(letter)
    return _CLASSES.get(letter, letter)


def _group(pattern: str, at: int) -> tuple[str, int]:
    head = _GROUP.match(pattern, at)
    if head is None and pattern[at] == "?":
        raise _NotRead(pattern[at:])
    if head is not None:
        at = head.end()
        if head.group().endswith(")"):
            return "", at
    inner, at = _alternatives(pattern, at)
    if pattern[at] != ")":
        raise _NotRead(pattern)
    return inner, at + 1


def _class(pattern: str, at: int) -> tuple[str, int]:
    end = pattern.index("]", at + 2 if pattern[at] == "^" else at + 1) if "]" in pattern[at + 1 :] else -1
    while end > 0 and pattern[end - 1] == "\\" and pattern[end - 2] != "\\":
        end = pattern.index("]", end + 1)
    if end < 0 or "[:" in pattern[at:end]:
        raise _NotRead(pattern)
    test = re.compile(f"[{pattern[at:end]}]")
    fitting = next((letter for letter in _FROM if test.match(letter)), None)
    if fitting is None:
        raise _NotRead(pattern)
    return fitting, end + 1


def _times(pattern: str, at: int) -> tuple[int, int]:
    rest = pattern[at : at + 1]
    times = {"*": 0, "?": 0, "+": 1}.get(rest)
    end = at + 1
    if times is None:
        count = _COUNT.match(pattern, at)
        if count is None:
            return 1, at
        times, end = min(int(count.group(1)), MOST_REPEATS), count.end()
    return times, end + (pattern[end : end + 1] == "?")
