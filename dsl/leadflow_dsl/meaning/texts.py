"""Texts with ``{{ ... }}`` in them: literal pieces, and expressions whose positions in the file stay true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Diagnostic, Span
from leadflow_dsl.meaning.foreign_places import foreign_places, idle_places
from leadflow_dsl.parser import parse
from leadflow_dsl.rules.templates import FOREIGN_PLACE, TEMPLATE
from leadflow_dsl.terms import Term, Text
from leadflow_dsl.types import TEXT
from leadflow_dsl.walk import find

if TYPE_CHECKING:
    from leadflow_dsl.meaning.draft import Draft
    from leadflow_dsl.meaning.expressions import Resolver

_ESCAPES = {"n": "\n", "t": "\t"}
_BEFORE = "flow x filter f { accept when "
_AFTER = "\n}"
_SHOWN = 120
"""A text of more characters is not written out in a help."""


def text_with_places(r: Resolver, node: nodes.Text) -> Text:
    """A text's pieces. What stands between the braces is an expression of the language."""
    quotes = 3 if node.long else 1
    body = node.raw[quotes : len(node.raw) - quotes]
    pieces: list[str | Term] = []
    at = 0
    while (start := body.find("{{", at)) >= 0:
        end = body.find("}}", start)
        if end < 0:
            span = _span(node, quotes + start, quotes + start + 2)
            r.draft.found(TEMPLATE.at(span, "`{{` without its `}}`", "opened here", "close it with `}}`"))
            break
        _literal(pieces, body[at:start], node.long)
        _place(r, node, pieces, body[start + 2 : end], quotes + start + 2)
        at = end + 2
    _literal(pieces, body[at:], node.long)
    return Text(tuple(pieces), TEXT, node.span)


def tell_foreign_places(r: Resolver, node: nodes.Text) -> None:
    """Report what is a place in another language, and letters here."""
    quotes = 3 if node.long else 1
    for start, end, name in foreign_places(r.draft, node.raw[quotes : len(node.raw) - quotes]):
        tell_foreign_place(r, _span(node, quotes + start, quotes + end), name)


def tell_foreign_place(r: Resolver, span: Span, name: str) -> None:
    """Report one such place, with the name that it means."""
    message = f"`{r.draft.text_at(span)}` is no place of the language"
    help = f"write `{{{{ {name} }}}}`"
    r.draft.found(FOREIGN_PLACE.at(span, message, "sent as it stands", help))


def idle_places_of(draft: Draft, node: nodes.Text, help: str = "") -> Iterator[Diagnostic]:
    """The first place in a text that holds none; without ``help``, with the expression that says what is meant."""
    if "{{" not in node.value:
        return
    quotes = 3 if node.long else 1
    for start, end in islice(idle_places(draft, node.raw[quotes : len(node.raw) - quotes]), 1):
        span = _span(node, quotes + start, quotes + end)
        message = f"`{draft.text_at(span)}` in a text that holds no places"
        yield FOREIGN_PLACE.at(span, message, "taken as it stands", help or _as_expression(node))


def _as_expression(node: nodes.Text) -> str:
    """What says the same outside of a text: ``concat("zip ", zip)``."""
    if node.long or '\\"' in node.raw or len(node.raw) > _SHOWN:
        return '`concat("zip ", zip)` joins texts and values'
    pieces = re.split(r"\{\{\s*(.*?)\s*\}\}", node.raw[1:-1])
    said = [piece if place % 2 else f'"{piece}"' for place, piece in enumerate(pieces) if piece]
    joined = ", ".join(said)
    return f"write `{joined}`" if len(said) == 1 else f"write `concat({joined})`"


def _literal(pieces: list[str | Term], raw: str, long: bool) -> None:
    text = raw if long else re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), raw)
    if text:
        pieces.append(text)


def _place(r: Resolver, node: nodes.Text, pieces: list[str | Term], inside: str, start: int) -> None:
    span = _span(node, start, start + len(inside))
    expression = _expression(r, inside if node.long else _without_escapes(inside), span)
    if expression is not None:
        pieces.append(r.value(expression))


def _without_escapes(inside: str) -> str:
    """``\\"`` as a quote, with the blank that keeps columns true outside of the quoted text."""
    opening = True

    def quote(_: re.Match[str]) -> str:
        nonlocal opening
        opening = not opening
        return '" ' if opening else ' "'

    return re.sub(r'\\"', quote, inside)


def _expression(r: Resolver, text: str, span: Span) -> Any:
    """The expression in ``text``, which stands at ``span``; None after findings."""
    if "\n" in text or "|" in text or not text.strip():
        message = "an expression stands between `{{` and `}}`"
        help = "write a field or a function; filters (`|`) belong to templates"
        r.draft.found(TEMPLATE.at(span, message, "not an expression", help))
        return None
    tree, findings = parse(_BEFORE + text + _AFTER, span.file)
    for finding in findings:
        r.draft.found(_moved_finding(finding, span))
    found = next(find(tree, nodes.Accept), None) if tree is not None else None
    return None if found is None or findings else moved(found.condition, span)


def _moved_finding(finding: Diagnostic, to: Span) -> Diagnostic:
    message = finding.message.replace("found `}`", "found `}}`")
    help = ("a field, a part of it or a function stands between `{{` and `}}`",)
    return replace(finding, message=message, span=_moved_span(finding.span, to), help=help, labels=(), fix=())


def _moved_span(span: Span, to: Span) -> Span:
    shift = len(_BEFORE)
    if span.line != 1:
        return to
    start, end = max(0, span.start - shift), max(0, span.end - shift)
    column = to.column + max(0, span.column - 1 - shift)
    width = max(1, span.end_column - span.column) if span.end_line == 1 else 1
    return Span(to.file, to.line, column, to.line, column + width, to.start + start, to.start + end)


def moved(node: Any, to: Span) -> Any:
    """A tree whose spans are moved from the text that was parsed to where it really stands."""
    if isinstance(node, tuple):
        return tuple(moved(item, to) for item in node)
    if isinstance(node, Span):
        return _moved_span(node, to)
    if not is_dataclass(node):
        return node
    parts = {part.name: moved(getattr(node, part.name), to) for part in fields(node)}
    return type(node)(**parts)  # type: ignore[misc]


def _span(node: nodes.Text, start: int, end: int) -> Span:
    """The span of ``raw[start:end]``."""
    before = node.raw[:start]
    lines = before.count("\n")
    column = len(before) - before.rfind("\n") if lines else node.span.column + start
    line = node.span.line + lines
    return Span(
        node.span.file,
        line,
        column,
        line,
        column + end - start,
        node.span.start + start,
        node.span.start + end,
    )
