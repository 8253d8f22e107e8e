"""What a simulated buyer reads of a request: its fields by path, whatever its body is written in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element, ParseError

import defusedxml
import defusedxml.ElementTree

_STEP = re.compile(r"[^.\[\]]+")
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class RequestFields:
    """A request, taken apart. ``attempt`` counts from 1 how often this very request has come."""

    method: str
    path: str
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any
    text: str
    attempt: int = 1

    def value(self, path: str) -> Any:
        """A field of the body, else of the query, None where there is none. ``$method $path $text $attempt
        $header.NAME $query.NAME`` are the rest of the request."""
        if path.startswith("$"):
            return self._special(path[1:])
        found = at(self.body, path)
        return at(self.query, path) if found is None else found

    def _special(self, name: str) -> Any:
        kind, _, rest = name.partition(".")
        if kind == "header":
            return self.headers.get(rest.lower())
        if kind == "query":
            return at(self.query, rest)
        return {"method": self.method, "path": self.path, "text": self.text, "attempt": self.attempt}.get(
            kind
        )


def fields_of(
    method: str, url: str, headers: Iterable[tuple[str, str]], body: str | None, attempt: int
) -> RequestFields:
    """Take a request apart. A body that does not parse has no fields."""
    lower = {name.lower(): value for name, value in headers}
    parts = urlsplit(url)
    text = body or ""
    return RequestFields(
        method=method.upper(),
        path=parts.path or "/",
        query=_form(parts.query),
        headers=lower,
        body=_parsed(text, lower.get("content-type", "")),
        text=text,
        attempt=attempt,
    )


def at(tree: Any, path: str) -> Any:
    """What stands at ``contact.phones[0]``: the key that is spelled so, else step by step. None where nothing does."""
    if isinstance(tree, dict) and path in tree:
        return tree[path]
    for step in _STEP.findall(path):
        tree = _step(tree, step)
    return tree


def _step(tree: Any, step: str) -> Any:
    if isinstance(tree, dict):
        return tree.get(step)
    if isinstance(tree, list) and step.isdigit() and int(step) < len(tree):
        return tree[int(step)]
    return None


def flat(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a tree with its path."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from flat(value, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from flat(value, f"{path}[{index}]")
    else:
        yield path, tree


def _parsed(text: str, content_type: str) -> Any:
    kind = content_type.partition(";")[0].strip().lower()
    first = text.lstrip()[:1]
    try:
        if kind == "application/x-www-form-urlencoded":
            return _form(text)
        if kind.endswith("json") or first in {"{", "["}:
            return json.loads(text, parse_float=Decimal)
        if kind.endswith("xml") or first == "<":
            root = defusedxml.ElementTree.fromstring(text)
            return {_local(root.tag): _tree(root, 0)}
    except (ValueError, RecursionError, ParseError, defusedxml.DefusedXmlException):
        return None
    return None


def _form(text: str) -> dict[str, Any]:
    try:
        pairs = parse_qs(text, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return {}
    return {name: values[0] if len(values) == 1 else values for name, values in pairs.items()}


def _tree(element: Element, depth: int) -> Any:
    """An XML element as JSON would write it: attributes are ``@name``, repeated children a list."""
    if depth > _DEEPEST:
        return None
    result: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    for child in element:
        name, value = _local(child.tag), _tree(child, depth + 1)
        if name in result:
            earlier = result[name]
            result[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            result[name] = value
    text = (element.text or "").strip()
    if not result:
        return text or None
    return {**result, "#text": text} if text else result


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
