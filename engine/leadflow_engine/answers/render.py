"""The body of a simulated answer: its ``{{ names }}`` filled in, written as JSON or text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from leadflow_engine.answers.conditions import text_of

KNOWN_NAMES = frozenset({"id", "bid", "attempt"})
_NAME = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def names_in(body: Any) -> Iterator[str]:
    """The names that a body asks for."""
    if isinstance(body, str):
        yield from _NAME.findall(body)
    elif isinstance(body, dict):
        for value in body.values():
            yield from names_in(value)
    elif isinstance(body, list):
        for value in body:
            yield from names_in(value)


def rendered(body: Any, lookup: Callable[[str], Any]) -> tuple[str, str]:
    """(text, content type) of an answer's body. A text that is one name alone keeps its value's type in JSON."""
    if not isinstance(body, str):
        return written_json(_filled(body, lookup)), "application/json"
    kind = _kind_of(body)
    guard = escape if "html" in kind or "xml" in kind else str
    return _NAME.sub(lambda match: guard(text_of(lookup(match[1]))), body), kind


def _kind_of(body: str) -> str:
    start = body.lstrip()[:20].lower()
    if start.startswith(("<!doctype", "<html")):
        return "text/html; charset=utf-8"
    return "application/xml" if start.startswith("<") else "text/plain; charset=utf-8"


def _filled(body: Any, lookup: Callable[[str], Any]) -> Any:
    if isinstance(body, dict):
        return {key: _filled(value, lookup) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, lookup) for value in body]
    if not isinstance(body, str):
        return body
    alone = _NAME.fullmatch(body)
    return lookup(alone[1]) if alone else _NAME.sub(lambda match: text_of(lookup(match[1])), body)


def written_json(value: Any) -> str:
    """JSON with decimals written exactly as they are."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        pairs = (
            f"{json.dumps(str(key), ensure_ascii=False)}: {written_json(item)}" for key, item in value.items()
        )
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(written_json(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False, default=str)
