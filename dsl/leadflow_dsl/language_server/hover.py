"""Hover: what stands under the cursor, of which type, and where it comes from."""

from __future__ import annotations

import re
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.functions import FUNCTIONS
from leadflow_dsl.language_server import markdown
from leadflow_dsl.language_server.analysis import Analysis
from leadflow_dsl.language_server.completion.place import place_at
from leadflow_dsl.language_server.completion.templates import template_scope
from leadflow_dsl.language_server.completion.values import scope_of, type_of
from leadflow_dsl.language_server.files import named_file
from leadflow_dsl.language_server.occurrences import Occurrence, occurrence_at
from leadflow_dsl.rules import RULES
from leadflow_dsl.syntax_forms import FORMS, FORMS_OF
from leadflow_dsl.tokens import source
from leadflow_dsl.types import KINDS, described

_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_CODE: Final = re.compile(r"\bLF\d{3}\b")


def hover(analysis: Analysis, file: str, offset: int) -> tuple[str, Span] | None:
    """What to show for a cursor in a file, as Markdown, and the piece of text that it is about; None for nothing."""
    text = analysis.text(file)
    span = _span_of(_CODE, file, text, offset)
    if span is not None and (rule := RULES.get(text[span.start : span.end])):
        return markdown.of_rule(rule), span
    one = occurrence_at(analysis, file, offset)
    if one is not None and (said := _of_occurrence(analysis, one)):
        return said, one.span
    named = named_file(analysis, file, offset)
    if named is not None:
        path, span = named
        return markdown.of_import(analysis, path, analysis.tree(path)), span
    span = _span_of(_WORD, file, text, offset)
    said = _of_word(analysis, file, text, span) if span is not None else ""
    return (said, span) if said and span is not None else None


def _span_of(pattern: re.Pattern[str], file: str, text: str, offset: int) -> Span | None:
    """The match of a pattern on which a cursor stands."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    for found in pattern.finditer(text, start, len(text) if end < 0 else end):
        if found.start() <= offset <= found.end():
            return source(file, text).span(found.start(), found.end())
    return None


def _of_occurrence(analysis: Analysis, one: Occurrence) -> str:
    if one.kind == "tag":
        return markdown.of_tag(analysis, one.name)
    if one.kind == "env":
        return markdown.of_secret(analysis, one.name)
    if one.kind == "result":
        return markdown.of_result(analysis, one.name)
    symbol = analysis.symbol(one.kind, one.name)
    return markdown.of_symbol(analysis, symbol) if symbol else f"**{one.name}** · {one.kind}"


def _of_word(analysis: Analysis, file: str, text: str, span: Span) -> str:
    """A word that names nothing declared: a function, a part, a type, a statement."""
    word, after = text[span.start : span.end], text[span.end : span.end + 1]
    line = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    if "#" in re.sub(r'"(?:[^"\\]|\\.)*"', "", line):
        return ""
    if text[span.start - 1 : span.start] == ".":
        return _of_part(analysis, file, text, span)
    if after == "(" and word in FUNCTIONS:
        return markdown.of_function(FUNCTIONS[word])
    if not file.endswith(".flow"):
        return ""
    return _of_bare(text, span, word)


def _of_bare(text: str, span: Span, word: str) -> str:
    place = place_at(text, span.end)
    if place.inside:
        return ""
    if {"ENUM", "LIST"} <= place.expected and word in KINDS:
        return markdown.of_type(word)
    terminal = place.machine.table.keywords.get(word)
    form = FORMS_OF.get(place.block, {}).get(word) or FORMS.get(word)
    return f"```\n{form}\n```" if form and terminal in place.expected else ""


def _of_part(analysis: Analysis, file: str, text: str, span: Span) -> str:
    """A part of a value: its type, by all that stands before it."""
    chain = re.search(r"[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*\Z", text[: span.end])
    words = re.findall(r"\w+", chain.group()) if chain else []
    if len(words) < 2:
        return ""
    node: nodes.Word | nodes.Attribute = nodes.Word(words[0])
    for word in words[1:]:
        node = nodes.Attribute(node, nodes.Name(word))
    if file.endswith(".flow"):
        scope = scope_of(analysis.draft, place_at(text, span.end))
    else:
        scope, _ = template_scope(analysis.draft, file)
    type_ = type_of(analysis.draft, scope, node)
    name = ".".join(words)
    return (
        f"**{name}** · {described(type_)}\n\n{markdown.parts_of(type_)}".rstrip() if type_ is not None else ""
    )
