"""Patterns of days, for the function ``parse_date``: ``DD/MM/YYYY``, ``MMM D, YYYY``, ``DDMMYY``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

LONGEST_PATTERN: Final = 32
TOKENS: Final[Mapping[str, str]] = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MMMM": r"(?P<word>[a-z]{3,9})\.?",
    "MMM": r"(?P<word>[a-z]{3,9})\.?",
    "MM": r"(?P<month>\d{1,2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})",
    "D": r"(?P<day>\d{1,2})",
}
"""What each token stands for, in texts in lower case."""
TOGETHER: Final[Mapping[str, str]] = {**TOKENS, "MM": r"(?P<month>\d{2})", "DD": r"(?P<day>\d{2})"}
"""Where nothing stands between the tokens, each has all its digits."""
_TOKEN = re.compile("|".join(TOKENS))


@lru_cache(maxsize=256)
def date_pattern(pattern: str) -> re.Pattern[str] | None:
    """What a pattern matches; None where it does not say a year, a month and a day, each once."""
    tokens = TOGETHER if len(_TOKEN.sub("", pattern)) < 2 else TOKENS
    pieces, end = [], 0
    for token in _TOKEN.finditer(pattern):
        pieces += [re.escape(pattern[end : token.start()].lower()), tokens[token[0]]]
        end = token.end()
    pieces.append(re.escape(pattern[end:].lower()))
    try:
        compiled = re.compile("".join(pieces), re.ASCII)
    except re.error:  # a piece that stands there twice
        return None
    names = compiled.groupindex.keys()
    whole = len(names) == 3 and "day" in names and names & {"year", "short"} and names & {"month", "word"}
    return compiled if whole and len(pattern) <= LONGEST_PATTERN else None


_FOREIGN: Final[Mapping[str, str]] = {
    "%Y": "YYYY",
    "%y": "YY",
    "%m": "MM",
    "%d": "DD",
    "%B": "MMMM",
    "%b": "MMM",
    "%A": "dddd",
    "%a": "ddd",
    "%H": "HH",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%p": "A",
    "%z": "Z",
}
"""How other languages write what a pattern says, and how it is written here."""
_SMALL: Final[Mapping[str, str]] = {"yyyy": "YYYY", "yy": "YY", "dd": "DD"}
"""How Java and its kin write what is written in capitals here."""
_FOREIGN_SIGN = re.compile(
    rf"\[[^\]]*\]|{'|'.join(_FOREIGN)}|(?<![a-z])(?:{'|'.join(_SMALL)})(?![a-z])",
)
"""Such a sign; what stands in brackets is taken as written."""
_OF_MOMENTS: Final = re.compile("YY|M|D|ddd|H|h|mm|ss|A|a|Z")
"""The shortest of what ``format`` writes of a day, a time or a moment."""


def foreign_tokens(pattern: str) -> str:
    """A pattern with ``%Y-%m-%d`` or ``yyyy-MM-dd`` as it is written here (``YYYY-MM-DD``); "" where there is no such
    sign in it."""
    meant = _FOREIGN_SIGN.sub(lambda found: {**_FOREIGN, **_SMALL}.get(found[0], found[0]), pattern)
    return "" if meant == pattern else meant


def says_nothing(pattern: str, group: str = "") -> bool:
    """Whether ``format`` writes the same by a pattern whatever the value is, or nothing. ``group`` is the value's:
    ``number``, ``date``, ``time``, ``datetime``; "" where it is not known."""
    of_moments = _OF_MOMENTS.search(re.sub(r"\[[^\]]*\]", "", pattern)) is not None
    if group == "number":
        return "0" not in pattern
    return not of_moments and (group in ("date", "time", "datetime") or "0" not in pattern)
