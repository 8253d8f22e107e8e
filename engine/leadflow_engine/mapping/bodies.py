"""From a grown tree to text: one writer a kind of body. Each keeps every value within its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from leadflow_engine.mapping.tree import EACH, Node, Step, element, joined, repeats, unsaid
from leadflow_engine.texts.escapes import form_quote, xml_quote
from leadflow_engine.texts.json_text import dumps, scalar_text
from leadflow_engine.texts.leaves import Kind, Refused, Secret

LEFT_OUT: Final = object()
"""What a branch gives that has nothing to write."""


# ------------------------------------------------------------------ json


def json_body(root: Node, values: Sequence[object], keep_blanks: bool) -> str:
    """The body as JSON; a root of indexes is an array. Nothing to write is an empty object or array."""
    built = _json(root, values, keep_blanks)
    if built is LEFT_OUT:
        built = [] if any(not isinstance(step, str) for step in root.children) else {}
    return dumps(built)


def _json(node: Node, values: Sequence[object], keep: bool) -> object:
    if node.leaf >= 0:
        value = values[node.leaf]
        if isinstance(value, list) and not keep:
            value = [item for item in value if item is not None] or None
        return LEFT_OUT if value is None and not keep else plain_secrets(value)
    if EACH in node.children:
        return _json_each(node.children[EACH], values, keep)
    found = {
        step: built
        for step, child in node.children.items()
        if not _left_out(step, child, values, keep) and (built := _json(child, values, keep)) is not LEFT_OUT
    }
    if not found:
        return LEFT_OUT
    if all(isinstance(step, str) for step in found):
        return found
    return [found[step] for step in sorted(found)]


def _left_out(step: Step, node: Node, values: Sequence[object], keep: bool) -> bool:
    """Whether what stands at a step is an element of a list that has nothing to say."""
    return not keep and not isinstance(step, str) and unsaid(node, values)


def _json_each(node: Node, values: Sequence[object], keep: bool) -> object:
    built = (_json(node, own, keep) for own in _said(node, values, keep))
    return [item for item in built if item is not LEFT_OUT] or LEFT_OUT


def _said(node: Node, values: Sequence[object], keep: bool) -> Iterator[list[object]]:
    """The values of each element of a ``[*]`` node that has something to say."""
    each = (element(values, node, index) for index in range(repeats(node, values)))
    yield from (own for own in each if keep or not unsaid(node, own))


def plain_secrets(value: object) -> object:
    """A value with its secrets as placeholders."""
    if isinstance(value, Secret):
        return value.text
    if isinstance(value, list):
        return [plain_secrets(item) for item in value]
    if isinstance(value, Mapping):
        return {name: plain_secrets(item) for name, item in value.items()}
    return value


# ------------------------------------------------------------------ form and query


def form_body(root: Node, values: Sequence[object], keep_blanks: bool) -> str:
    """The body as ``application/x-www-form-urlencoded``."""
    return encoded(flat(root, values, keep_blanks))


def flat(
    node: Node, values: Sequence[object], keep: bool, path: tuple[Step, ...] = ()
) -> Iterator[tuple[str, object]]:
    """Names (with dots and brackets) and values in written order; a list repeats its name."""
    if node.leaf >= 0:
        value = values[node.leaf]
        for item in value if isinstance(value, list) else [value]:
            if item is not None or keep:
                yield joined(path), item
    for step, child in node.children.items():
        if step == EACH:
            for index, own in enumerate(_said(child, values, keep)):
                yield from flat(child, own, keep, (*path, index))
        elif not _left_out(step, child, values, keep):
            yield from flat(child, values, keep, (*path, step))


def encoded(pairs: Iterator[tuple[str, object]], quote: Callable[[str], str] | None = None) -> str:
    """Pairs as ``a=1&b=2``, everything but placeholders percent-encoded."""
    escape = quote or form_quote
    return "&".join(f"{escape(name)}={scalar(value, escape)}" for name, value in pairs)


def scalar(value: object, escape: Callable[[str], str]) -> str:
    """A leaf as escaped text: a secret as its placeholder, a blank as nothing, an object as JSON."""
    if isinstance(value, Secret):
        return value.text
    return escape(text_of(value))


def text_of(value: object) -> str:
    """A leaf as text; a blank as nothing, a list joined by commas, an object as JSON."""
    if isinstance(value, list):
        return ", ".join(text_of(item) for item in value if item is not None)
    return "" if value is None else scalar_text(plain_secrets(value))


# ------------------------------------------------------------------ xml

XML_NAME = re.compile(r"[A-Za-z_][\w.\-]*(?::[A-Za-z_][\w.\-]*)?\Z")
TEXT_NAME = "#text"


def xml_body(root: Node, values: Sequence[object], keep_blanks: bool) -> str:
    """The body as XML with its declaration; the tree has one root element (checked when compiled)."""
    ((name, child),) = root.children.items()
    written = "".join(_elements(str(name), child, values, keep_blanks)) or f"<{name}/>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{written}'


def _elements(name: str, node: Node, values: Sequence[object], keep: bool) -> Iterator[str]:
    """The elements of one name: one, or as many as its list, its indexes or its ``[*]`` have."""
    if node.leaf >= 0:
        value = values[node.leaf]
        for item in value if isinstance(value, list) else [value]:
            if item is not None or keep:
                yield _element(name, "", xml_content(item))
    elif EACH in node.children:
        child = node.children[EACH]
        for own in _said(child, values, keep):
            yield from _elements(name, child, own, keep)
    elif node.children and not isinstance(next(iter(node.children)), str):
        for step, child in sorted(node.children.items(), key=lambda item: int(item[0])):
            if not _left_out(step, child, values, keep):
                yield from _elements(name, child, values, keep)
    else:
        yield from _parent(name, node, values, keep)


def _parent(name: str, node: Node, values: Sequence[object], keep: bool) -> Iterator[str]:
    attributes, content = "", ""
    for step, child in node.children.items():
        text = str(step)
        if not text.startswith(("@", "#")):
            content += "".join(_elements(text, child, values, keep))
        elif (value := values[child.leaf]) is not None or keep:
            inner = scalar(value, xml_quote)
            attributes += f' {text[1:]}="{inner}"' if text.startswith("@") else ""
            content += inner if text == TEXT_NAME else ""
    if attributes or content:
        yield _element(name, attributes, content)


def _element(name: str, attributes: str, content: str) -> str:
    return f"<{name}{attributes}>{content}</{name}>" if content else f"<{name}{attributes}/>"


def xml_content(value: object) -> str:
    """What stands in an element: a record as elements of its own, everything else as text."""
    if not isinstance(value, Mapping):
        return scalar(value, xml_quote)
    if not all(XML_NAME.match(name) for name in value):
        raise Refused("a value holds a name that XML cannot have")
    return "".join(_element(name, "", xml_content(item)) for name, item in value.items() if item is not None)


WRITERS: Final[Mapping[Kind, Callable[[Node, Sequence[object], bool], str]]] = {
    "json": json_body,
    "form": form_body,
    "xml": xml_body,
}

CONTENT_TYPE: Final[Mapping[Kind, str]] = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "application/xml",
    "text": "text/plain; charset=utf-8",
}
