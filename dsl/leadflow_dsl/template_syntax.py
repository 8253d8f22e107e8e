"""What Jinja cannot parse, said where it stands and with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from jinja2 import TemplateSyntaxError

from leadflow_dsl.unguarded import dataclass

SEE: Final = "see the template's syntax at this place"

_SIGNS: Final[Mapping[str, str]] = {
    "&": "write `and`",
    "|": "write `or`; one `|` stands before the name of a filter",
    "!": "write `not`, or `!=`",
    "=": "write `==` to compare",
    "?": "write `{{ a if CONDITION else b }}`",
    "$": "names stand by themselves: `{{ email }}`",
    "end of statement block": "the condition is missing: `{% if homeowner %}`",
    "elseif": "write `{% elif CONDITION %}`",
    "elsif": "write `{% elif CONDITION %}`",
    "then": "leave `then` out",
}
"""What other languages write, and what a template says."""
_CHARACTER = re.compile(r"unexpected char '(.+)' at (\d+)")
_GOT = re.compile(r"(?:got|unexpected|unknown tag) '([^']+)'")
_PLACE = re.compile(r"\{\{(?:[^{}\n]|\{(?!\{))*?\}(?!\})")
_CLOSES = "a place ends with two braces: `{{ email }}`"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, from where to where in the template, and what to write."""

    message: str
    stretch: tuple[int, int]
    help: str = SEE


def mistake(source: str, error: TemplateSyntaxError, line: tuple[int, int]) -> Mistake:
    """The mistake at which Jinja stopped. ``line``: start and end of the line that it names."""
    message = error.message or "broken template"
    if character := _CHARACTER.search(message):
        at = int(character[2])
        return Mistake(f"unexpected `{character[1]}`", (at, at + 1), _SIGNS.get(character[1], SEE))
    got = _GOT.search(message)
    if message == "unexpected '}'" and (unclosed := _PLACE.search(source)):
        return Mistake(message, (unclosed.end() - 1, unclosed.end()), _CLOSES)
    if "end of template" in message or (got and got[1] == "}"):
        return Mistake(message, line, _CLOSES)
    if got is None:
        return Mistake(message, line)
    word = got[1]
    return Mistake(message, _only(source, word, line), _SIGNS.get(word, SEE))


def _only(source: str, word: str, line: tuple[int, int]) -> tuple[int, int]:
    """Where a word stands in the code of a line, if it stands there once; else the line."""
    edge = r"\b" if word[0].isalnum() else r"(?<![=!<>|&])"
    behind = r"\b" if word[-1].isalnum() else r"(?![=|&])"
    code = [match.span() for match in re.finditer(r"\{\{.*?\}\}|\{%.*?%\}", source[slice(*line)])]
    found = [
        match.span()
        for match in re.finditer(edge + re.escape(word) + behind, source[slice(*line)])
        if any(start <= match.start() < end for start, end in code)
    ]
    return (line[0] + found[0][0], line[0] + found[0][1]) if len(found) == 1 else line
