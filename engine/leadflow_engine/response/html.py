"""HTML answers as a tree. Malformed HTML is read as far as it goes, as browsers do; size and depth are bounded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Final

MAX_ELEMENTS = 5_000
MAX_DEPTH = 128
MAX_BROKEN = 6
"""Tags and comments that never end, for each of which the parser looks to the end of the page; behind so many the rest
is left unread."""

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_CLOSED_BY: Final[Mapping[str, frozenset[str]]] = {
    "li": frozenset({"li"}),
    "p": frozenset({"p", "div", "table", "ul", "ol", "form", "h1", "h2", "h3"}),
    "td": frozenset({"td", "th", "tr"}),
    "th": frozenset({"td", "th", "tr"}),
    "tr": frozenset({"tr"}),
    "option": frozenset({"option"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
}


_START: Final = re.compile(r'<([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][\w-]*(?:="[^"<>]*")?)*)\s*>', re.ASCII)
_ATTRIBUTE: Final = re.compile(r'([a-zA-Z][\w-]*)(?:(=)"([^"]*)")?', re.ASCII)
_RAW: Final = frozenset("script style title textarea iframe noembed noframes noscript plaintext xmp".split())
"""Elements whose text may look like tags."""


@dataclass(slots=True, eq=False)
class Element:
    """An element: its place among its parent's elements from 0, its children (elements and texts), and those of them
    that are elements."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    place: int = 0
    children: list[Element | str] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)

    def text(self) -> str:
        """All text within, white space collapsed."""
        pieces, stack = [], [self.children[::-1]]
        while stack:
            if not stack[-1]:
                stack.pop()
                continue
            child = stack[-1].pop()
            if isinstance(child, str):
                pieces.append(child)
            else:
                stack.append(child.children[::-1])
        return " ".join("".join(pieces).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, None)
        self.open = [self.root]
        self.count = 0
        self.broken = 0

    def updatepos(self, i: int, j: int) -> int:
        """Lines are not counted: nobody asks where an element stood."""
        return j

    def parse_starttag(self, i: int) -> int:
        """The commonest tags at once; whatever is not quite as it should be, and what holds raw text, by the parser."""
        found = _START.match(self.rawdata, i)
        tag = found.group(1).lower() if found else ""
        if found is None or tag in _RAW:
            return self._ended(super().parse_starttag(i))
        attributes = [
            (name.lower(), unescape(value) if equals else None)
            for name, equals, value in _ATTRIBUTE.findall(found.group(2))
        ]
        self.handle_starttag(tag, attributes)
        return found.end()

    def parse_endtag(self, i: int) -> int:
        """See ``HTMLParser``."""
        return self._ended(super().parse_endtag(i))

    def parse_comment(self, i: int, report: bool = True) -> int:
        """See ``HTMLParser``."""
        return self._ended(super().parse_comment(i, report))

    def parse_pi(self, i: int) -> int:
        """See ``HTMLParser``."""
        return self._ended(super().parse_pi(i))

    def parse_html_declaration(self, i: int) -> int:
        """See ``HTMLParser``."""
        return self._ended(super().parse_html_declaration(i))

    def _ended(self, place: int) -> int:
        self.broken += place < 0
        if self.broken > MAX_BROKEN:
            raise ValueError("too much of this page never ends")
        return place

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS:
            return
        if len(self.open) > 1 and tag in _CLOSED_BY.get(self.open[-1].tag, ()):
            self.open.pop()
        parent = self.open[-1]
        own = {name: value or "" for name, value in reversed(attrs)}
        made = Element(tag, own, parent, len(parent.elements))
        parent.elements.append(made)
        parent.children.append(made)
        if tag not in _VOID and len(self.open) < MAX_DEPTH:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].tag == tag:
                del self.open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_html(text: str) -> Element:
    """The tree of an HTML text; never raises."""
    reader = _Reader()
    try:
        reader.feed(text)
        reader.close()
    except (AssertionError, ValueError):  # a few broken declarations, or too many tags that never end
        pass
    return reader.root
