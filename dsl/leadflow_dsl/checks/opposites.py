"""Answers that mean yes and are found in their own opposite: ``success`` in ``unsuccessful``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from leadflow_dsl.checks.in_turn import responses_of
from leadflow_dsl.checks.terms_walk import inside
from leadflow_dsl.diagnostics import Diagnostic, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.paths import parsed
from leadflow_dsl.model import Flow, Response
from leadflow_dsl.rules.responses import CONTAINS_OPPOSITE
from leadflow_dsl.terms import Const, Op, Path, Pattern, Term

POSITIVE: Final = re.compile(
    r"success(ful(ly)?)?|accept(ed|able)?|valid(ated)?|approved?|qualif(y|ied)|match(ed)?|sold|ok|true|available|"
    r"complete[d]?|active|paid|interested|eligible|known|processed|verified|confirmed|authori[sz]ed|delivered|found|"
    r"registered|subscribed|enabled|passed|purchased",
    re.IGNORECASE,
)
"""Words that the opposite of what they say contains: ``unsuccessful``, ``not accepted``, ``invalid``."""


def opposites(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Verdicts that hold for the opposite of their word as well, where no rule before them takes the opposite."""
    seen: set[Span] = set()
    for response in responses_of((flow.sources, flow.steps, flow.named_delivers, flow.buyers)):
        if response.span not in seen:  # `like` says the same again
            seen.add(response.span)
            yield from _in_response(response)


def _in_response(response: Response) -> Iterator[Diagnostic]:
    excluded: list[str] = []
    for verdict in response.verdicts:
        excluded += _texts(verdict.condition)
        for term in inside(verdict.condition):
            word, written = _loose(term)
            if word and not any(word in text and word != text for text in excluded):
                yield _finding(term, word, written)


def _texts(term: Term) -> Iterator[str]:
    for piece in inside(term):
        if isinstance(piece, Const) and isinstance(piece.value, str):
            yield piece.value.strip().casefold()
        elif isinstance(piece, Pattern | Path):
            yield from (found.casefold() for found in re.findall(r"[A-Za-z][A-Za-z ]*", piece.source))


def _loose(term: Term) -> tuple[str, str]:
    """The word that a condition looks for anywhere in a text, and how that is written; empty where it does not."""
    if isinstance(term, Path):
        word = _contained(term.source)
        return word, f"contains(..., '{word}')"
    if not isinstance(term, Op) or term.name not in ("contains", "ends_with", "matches"):
        return "", ""
    sought = term.args[1]
    if isinstance(sought, Pattern):
        return _positive(sought.source), f"matches /{sought.source}/"
    text = sought.value if isinstance(sought, Const) and isinstance(sought.value, str) else ""
    return _positive(text), f'{term.name.replace("_", " ")} "{text}"'


def _positive(text: str) -> str:
    return text.strip().casefold() if POSITIVE.fullmatch(text.strip()) else ""


def _contained(source: str) -> str:
    """The word in ``contains(x, 'word')`` of a JMESPath expression."""
    waiting: list[Any] = [parsed(source)] if "contains" in source else []
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        if node.get("type") == "function_expression" and node.get("value") == "contains":
            last = node["children"][-1]
            word = last.get("value") if last.get("type") == "literal" else None
            if isinstance(word, str) and _positive(word):
                return _positive(word)
        waiting.extend(node.get("children", ()))
    return ""


def _finding(term: Term, word: str, written: str) -> Diagnostic:
    message = f"`{written}` holds for its opposite as well"
    help = (f'compare the whole text: `== "{word}"`', f"or match the word: `matches /^{word}/i`")
    return CONTAINS_OPPOSITE.at(term.span, message, f"`not {word}` contains it too", help)
