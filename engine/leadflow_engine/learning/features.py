"""What can be asked of an answer, as expressions of the flow language: paths, fields of a text, elements, headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from leadflow_engine.learning.samples import Sample
from leadflow_engine.response import convert
from leadflow_engine.response.decode import decode
from leadflow_engine.response.html import Element, read_html
from leadflow_engine.texts.json_tree import read_json
from leadflow_engine.texts.xml_tree import xml_tree

Json: TypeAlias = Any

MOST: Final = 400
"""Features of one answer that are looked at."""

LONGEST_LINE: Final = 80
"""Characters of a text that may be a verdict as a whole."""

DELIMITERS: Final = "|;,\t"
_NAME: Final = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_PAIR: Final = re.compile(r"\b([A-Za-z_]\w*)\"?\s*[:=]", re.ASCII)
_PLAIN_TAGS: Final = frozenset(
    "html head body title table tbody thead tr td th div span p br b i a h1 h2 h3 ul li form meta link script"
    " style".split()
)

_READ_WITHIN: Final[Mapping[str, tuple[str, Callable[[str], Json]]]] = {
    "<": ("from_xml", xml_tree),
    "{": ("from_json", read_json),
    "[": ("from_json", read_json),
}
"""By how a text begins: the path function that reads it, and what that does."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A value of an answer. ``asked`` is the expression, ``name`` its last name in lower case, ``path`` the JMESPath
    where it is one; ``raw`` is what is there."""

    asked: str
    name: str
    raw: Json
    path: str = ""

    @property
    def text(self) -> str:
        """The value as rules compare it: one text, without regard to case."""
        return convert.text(self.raw).casefold()


def features(sample: Sample, kind: str) -> Mapping[str, Feature]:
    """All that a sample's answer says, by expression; ``kind`` as a ``response`` declares it ("" for none)."""
    decoded = decode(kind, sample.content_type, sample.body)
    found = list(_walked(decoded.tree, "")) if isinstance(decoded.tree, dict | list) else []
    if not found:
        found = [*_of_text(sample.body.strip()), *(_of_html(sample.body) if "<" in sample.body else ())]
    found += _of_headers(sample)
    return {one.asked: one for one in found[:MOST] if fits_a_line(one.asked)}


def fits_a_line(text: str) -> bool:
    """Whether a text can stand in a flow as it is: printable, and without what would be a place in it."""
    return text.isprintable() and "{{" not in text


def _walked(tree: Json, path: str) -> Iterator[Feature]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            step = (
                name if _NAME.match(name) or (name[:1] in "@#" and _NAME.match(name[1:])) else _quoted(name)
            )
            yield from _walked(value, f"{path}.{step}" if path else step)
    elif isinstance(tree, list) and tree:
        if path and all(not isinstance(item, dict | list) for item in tree):
            yield _at(path, tree)
        yield from _walked(tree[0], f"{path}[0]")
    elif isinstance(tree, str) and path and (within := _within(tree)):
        function, inner = within
        yield from _walked(inner, f"{function}({path})")
    elif tree is not None and tree != []:
        yield _at(path, tree)


def _within(text: str) -> tuple[str, Json] | None:
    """An answer within the answer: the function that reads it, and its tree. None where a text is only a text."""
    for sign, (function, read) in _READ_WITHIN.items():
        if text.lstrip().startswith(sign):
            try:
                tree = read(text)
            except ValueError:
                return None
            return (function, tree) if tree and isinstance(tree, dict | list) else None
    return None


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _at(path: str, value: Json) -> Feature:
    return Feature(text_literal(path), _last_name(path), value, path)


def _last_name(path: str) -> str:
    names = re.findall(r"\w+", re.sub(r"\[\d+\]", "", path))
    return names[-1].casefold() if names else ""


def text_literal(text: str) -> str:
    """A text as the flow language writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _of_text(text: str) -> Iterator[Feature]:
    """A short text as a whole, and its fields where it is one line of them."""
    if text and len(text) <= LONGEST_LINE and "\n" not in text:
        yield Feature("text", "text", text)
    if text.startswith("{"):  # an object that is no JSON: unquoted names, equals signs
        for name in dict.fromkeys(_PAIR.findall(text)):
            value = re.search(_valued(name), text)
            if value:
                yield Feature(f"match(/{_valued(name)}/, 1)", name.casefold(), value.group(1))
        return
    for delimiter in DELIMITERS:
        fields = text.split(delimiter)
        if "\n" not in text and not text.startswith("<") and 1 < len(fields) <= 20:
            for place, field in enumerate(fields):
                name = "status" if place == 0 else "field"
                yield Feature(f"split(text, {text_literal(delimiter)})[{place}]", name, field.strip())
            return


def _valued(name: str) -> str:
    return rf'\b{name}"?\s*[:=]\s*"?([^",\s]+)'


def _of_html(body: str) -> Iterator[Feature]:
    """Elements with an id, fields with a name, and elements of the receiver's own making."""
    stack: list[Element] = list(read_html(body).elements)
    seen: set[str] = set()
    while stack:
        element = stack.pop(0)
        stack = [*element.elements, *stack]
        for selector, name, value in _selected(element):
            if value.strip() and selector not in seen:
                seen.add(selector)
                yield Feature(f"css {text_literal(selector)}", name.casefold(), value.strip())


def _selected(element: Element) -> Iterator[tuple[str, str, str]]:
    own = element.attributes
    if "value" in own and _NAME.match(own.get("name", "")):
        yield f"{element.tag}[name={own['name']}]@value", own["name"], own["value"]
    elif _NAME.match(own.get("id", "")):
        yield f"#{own['id']}", own["id"], element.text()
    elif element.tag not in _PLAIN_TAGS and _NAME.match(element.tag) and not element.elements:
        yield element.tag, element.tag, element.text()


def _of_headers(sample: Sample) -> Iterator[Feature]:
    for name, value in sample.headers:
        if name.lower().startswith("x-") or name.lower() == "location":
            yield Feature(f"header {text_literal(name)}", name.lower().removeprefix("x-"), value)


def value_literal(values: list[Feature]) -> str:
    """The one value of some features as the flow writes it: ``true``, ``3``, ``"Matched"``."""
    raws = [one.raw for one in values]
    if all(str(raw).casefold() in {"true", "false"} for raw in raws):
        return str(raws[0]).casefold()
    if all(isinstance(raw, Decimal) for raw in raws):
        return format(raws[0], "f")
    return text_literal(convert.text(raws[0]))
