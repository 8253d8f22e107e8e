"""JMESPath texts: parsed here, so that a broken one is found before an answer comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from jmespath import exceptions, parser

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.suggestions import did_you_mean, listed
from leadflow_dsl.rules.responses import JMESPATH
from leadflow_dsl.terms import Path
from leadflow_dsl.types import ANY

FUNCTIONS: Final = frozenset(
    "abs avg ceil contains ends_with floor join keys length map max max_by merge min min_by not_null reverse sort "
    "sort_by starts_with sum to_array to_number to_string type values as_list split regex lower items "
    "from_json from_xml".split()
)
"""JMESPath's functions, and the seven that the language adds."""


_MARKED: Final = re.compile(
    r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|(?P<name>[@#][A-Za-z_][\w.-]*?(?=[^\w-]|$))"""
)
"""Quoted names and literals, which stay as they are, and the names of XML attributes and of an element's text."""


def path(draft: Draft, node: nodes.Text) -> Path:
    """A quoted text as a JMESPath expression; a finding, at its own column, where it does not parse."""
    wrong = _wrong(node.value)
    if wrong is not None:
        message, position, label = wrong
        span = within(node, position)
        help = _way_out(node.value, position)
        draft.found(JMESPATH.at(span, f"`{node.value}` is no JMESPath expression: {message}", label, help))
    else:
        for name in _functions(parser.Parser().parse(_normalised(node.value)).parsed):
            if name not in FUNCTIONS:
                start = node.value.find(f"{name}(")
                span = within(node, start).replaced(end_column=within(node, start).column + len(name))
                near = did_you_mean(name, FUNCTIONS) or (f"functions are {listed(sorted(FUNCTIONS))}",)
                draft.found(JMESPATH.at(span, f"JMESPath has no function `{name}`", "", near))
    return Path(node.value, ANY, node.span)


def _way_out(source: str, position: int) -> str:
    """What to write, by the kind of the mistake; the last is a name with a sign in it."""
    if source.startswith("$"):
        return f"`$` begins JSONPath; JMESPath begins with the name: `{source.lstrip('$').lstrip('.') or 'data'}`"
    if "/" in source and not re.search(r"['`\"]", source):
        names = ".".join(name for name in re.split(r"[/\s]+", source) if name)
        return f"slashes are XPath; names have dots between them: `{names}`"
    if re.search(r"(?<![=!<>])=(?!=)", source[max(0, position - 1) : position + 2]):
        return "write `==`: `items[?type == 'x']`"
    if source.count("[") > source.count("]"):
        return "close the bracket: `items[0]`, `items[?type == 'x']`"
    if source.count("(") > source.count(")"):
        return "close the parenthesis: `length(items)`"
    if "?(@" in source or "@." in source:
        return "a filter says names alone: `items[?type == 'x']`"
    return 'a name with other characters is quoted inside: `"\\"zip-code\\""`'


def parsed(source: str) -> Any:
    """The tree of an expression; None for one that does not parse."""
    return parser.Parser().parse(_normalised(source)).parsed if _wrong(source) is None else None


@lru_cache(maxsize=1024)
def _wrong(source: str) -> tuple[str, int, str] | None:
    """What is wrong with an expression: the reason, the position in it, a label."""
    try:
        parser.Parser().parse(_normalised(source))
    except exceptions.EmptyExpressionError:
        return "it is empty", 0, "say what to read"
    except exceptions.LexerError as error:
        return str(error.message), _written(source, int(error.lexer_position)), "not understood"
    except exceptions.ParseError as error:
        ends = error.token_type == "eof" or error.token_value in (None, "")
        found = "it ends too soon" if ends else f"`{error.token_value}` does not fit"
        return found, _written(source, int(error.lex_position)), "here"
    except RecursionError:
        return "it is nested too deep", 0, ""
    return None


def _normalised(source: str) -> str:
    """``Result.@Id`` and ``Result.#text`` with the quotes that JMESPath wants around such names."""
    return _MARKED.sub(lambda found: f'"{found["name"]}"' if found["name"] else found.group(), source)


def _written(source: str, position: int) -> int:
    """Where a character of the normalised expression stands in the one that was written."""
    for found in _MARKED.finditer(source):
        if found["name"] and found.start() < position:
            position -= 1 if position <= found.end() + 1 else 2
    return position


def _functions(tree: Any) -> Iterator[str]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.get("type") == "function_expression":
            yield node["value"]
        waiting.extend(child for child in node.get("children", ()) if isinstance(child, dict))


def within(node: nodes.Text, position: int) -> Span:
    """The span of one character of a text's value, where it stands in the file."""
    quotes = 3 if node.long else 1
    raw = _raw_position(node, position) + quotes
    before = node.raw[:raw]
    lines = before.count("\n")
    column = len(before) - before.rfind("\n") if lines else node.span.column + raw
    line = node.span.line + lines
    start = node.span.start + raw
    return Span(node.span.file, line, column, line, column + 1, start, start + 1)


def _raw_position(node: nodes.Text, position: int) -> int:
    """Where a character of the value stands in the spelling, escapes counted."""
    if node.long:
        return position
    body, raw = node.raw[1:-1], 0
    for _ in range(max(0, position)):
        raw += 2 if body[raw : raw + 1] == "\\" else 1
    return min(raw, max(0, len(body)))
