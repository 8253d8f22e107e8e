"""XML as the tree that JSON would be.

The root is part of the path; attributes are ``@name``, a text beside attributes or elements ``#text``; prefixes are
dropped; repeated elements are a list; an empty element is null; every value is text. Entities and document types are
refused, depth and size are bounded while parsing, before anything deep exists.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

Json: TypeAlias = Any

MAX_DEPTH: Final = 64
MAX_NODES: Final = 10_000

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class _Builder:
    """Builds the tree while the parser reads: no element objects are ever made."""

    def __init__(self) -> None:
        self.tree: dict[str, Json] = {}
        self.nodes = 0
        self.open: list[tuple[str, dict[str, Json], list[str]]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.nodes += 1 + len(attributes)
        if len(self.open) >= MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
        if self.nodes > MAX_NODES:
            raise ValueError(f"more than {MAX_NODES} elements and attributes")
        nil = attributes.get(_NIL) in {"true", "1"}
        found = {} if nil else {f"@{_local(name)}": value for name, value in attributes.items()}
        self.open.append((_local(tag), found, []))

    def data(self, text: str) -> None:
        self.open[-1][2].append(text)

    def end(self, tag: str) -> None:
        name, found, texts = self.open.pop()
        text = "".join(texts).strip()
        if found and text:
            found["#text"] = text
        _add(self.open[-1][1] if self.open else self.tree, name, found or text or None)

    def close(self) -> dict[str, Json]:
        return self.tree


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]


def _add(parent: dict[str, Json], name: str, value: Json) -> None:
    if name not in parent:
        parent[name] = value
    elif isinstance(parent[name], list):
        parent[name].append(value)
    else:
        parent[name] = [parent[name], value]


def xml_tree(text: str) -> Json:
    """The tree of an XML text. Raises ``ValueError`` (never with the text in it) where it is not XML as above."""
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=True, encoding="utf-8")
    try:
        parser.feed(text.strip().encode("utf-8", "replace"))
        return parser.close()
    except ParseError as problem:
        raise ValueError("line {} column {}".format(*problem.position)) from problem
    except DefusedXmlException as problem:
        raise ValueError("it has a document type or entities") from problem
