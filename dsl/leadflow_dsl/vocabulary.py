"""The words of the language by the part that they play: what editors and pages colour by.

The grammar is the list of all keywords; here stands only what is more than a statement's word. Both the lexer of
``highlighting.py`` and the grammar of the editors' extension are made from this.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from leadflow_dsl.functions import FUNCTIONS
from leadflow_dsl.states import STATES
from leadflow_dsl.table import load
from leadflow_dsl.types import KINDS

_PLAYED: Final[Mapping[str, str]] = {
    "declaration": """
        flow library import lead fields list table suppression calendar call_window source enhance filter score
        deliver buyer route step assert alert policy dimension currency retain
    """,
    "control": "if else when otherwise until",
    "operator": "and or not in is between contains starts ends matches within with exactly blank present valid of",
    "stage": "waterfall auction multisell fallback best",
    "verdict": "accepted duplicate rejected error retry pending sold unsold refused returned converted",
}


@cache
def keywords() -> frozenset[str]:
    """Every keyword of the grammar."""
    return frozenset(word for word in load().keywords if word.isidentifier())


@cache
def words() -> Mapping[str, tuple[str, ...]]:
    """Words by the part that they play.

    Each keyword is in one of: declaration, control, operator, stage, verdict; head (keywords that are also types, and
    so more often a field: they play a part only where a line begins); statement (all others). Beside them stand type,
    function and state, which are no keywords.
    """
    played = {part: tuple(sorted(set(said.split()) - KINDS.keys())) for part, said in _PLAYED.items()}
    taken = {word for part in played.values() for word in part}
    return {
        **played,
        "statement": tuple(sorted(keywords() - taken - set(KINDS))),
        "head": tuple(sorted(keywords() & set(KINDS))),
        "type": tuple(sorted({*KINDS, "enum", "list"})),
        "function": tuple(sorted(FUNCTIONS)),
        "state": tuple(sorted(STATES)),
    }


LITERALS: Final[tuple[tuple[str, str], ...]] = (
    ("hours", r"\b\d\d:\d\d-\d\d:\d\d(?![\w:])"),
    ("date", r"\b\d{4}-\d\d-\d\d(?!\w)"),
    ("time", r"\b\d\d:\d\d(?![\w:])"),
    ("duration", r"\b\d+(?:\.\d+)?(?:ms|s|m|h|d)(?!\w)"),
    ("status", r"\b[1-5]xx(?!\w)"),
    ("percent", r"\b\d+(?:\.\d+)?%"),
    ("number", r"\b\d+(?:\.\d+)?(?![\w%])"),
    ("days", r"\b(?:mon|tue|wed|thu|fri|sat|sun)(?:-(?:mon|tue|wed|thu|fri|sat|sun))?(?![\w-])"),
)
"""Literals without quotes, the more particular first: patterns that Python and Oniguruma read alike."""

REGEX: Final = r"/(?![/*\s])(?:\\.|[^/\\\n])+/[a-z]*"
ESCAPE: Final = r"\\[\"\\nt]"
EXCUSE: Final = r"#[ \t]*leadflow:[ \t]*allow\b[^\n]*"
NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
KEY: Final = NAME + r"(?=[ \t]*=(?!=))"
"""The left side of a mapping."""
FIELD_BLOCK: Final = r"\b(lead|fields)([ \t]+" + NAME + r")?(\s*)(\{)"
"""Opens a block whose lines are declarations of fields."""
DECLARED: Final = (
    r"\b(flow|library|source|enhance|filter|score|buyer|deliver|list|table|calendar|call_window|suppression|step)"
    r"([ \t]+)(?!(?:of|from|batch|email)\b)(" + NAME + r")"
)
"""A declaration and the name that it gives; looked for where a line begins."""
OPENS_FORMAT: Final = r"\b(body|response|receive|notify|deliver)([ \t]+)(text|email)\b"
"""Where a word that is also a type's name says a format or a channel."""


def either(part: str) -> str:
    """A pattern for the words of a part, whole words alone: no part of a value (``x.text``), no value with parts
    (``email.is_free``)."""
    return rf"(?<![\w.])(?:{'|'.join(words()[part])})(?![\w]|\.\w)"
