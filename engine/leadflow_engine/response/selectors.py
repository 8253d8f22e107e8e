"""Pieces of an HTML answer by CSS selector: ``#code``, ``td.reason``, ``input[name=code]@value``.

Selectors: tag, ``*``, ``#id``, ``.class``, ``[attr]`` and ``[attr=value]`` (also ``^= $= *= ~=``), ``:first-child``,
``:last-child``, ``:nth-child(n)``; combined by a space, ``>`` or ``+``, alternatives by a comma. ``@attr`` at
the end gives an attribute instead of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from leadflow_engine.response.html import Element


class SelectorError(ValueError):
    """A selector that is not of the form above."""


Test = Callable[[Element], bool]
_Seen = dict[tuple[int, int], bool]
"""Whether an element (by its ``id``) fits a chain up to an index."""

_NAME = r"[\w-]+"
_SIMPLE = re.compile(
    rf"#(?P<id>{_NAME})|\.(?P<cls>{_NAME})|(?P<tag>\*|{_NAME})"
    rf"|\[\s*(?P<attr>[\w:.-]+)\s*(?:(?P<how>[\^$*~]?=)\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\]\s]+)\s*)?\]"
    rf"|:(?P<pseudo>first-child|last-child|nth-child\((?P<nth>\d+)\))"
)
_BRACKETED = re.compile(r"\[(?:\"[^\"]*\"|'[^']*'|[^\]\"'])*\]")
_COMBINATOR = re.compile(r"\s*([>+])\s*|\s+")

_ATTRIBUTE_TESTS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "=": lambda own, value: own == value,
    "^=": lambda own, value: bool(value) and own.startswith(value),
    "$=": lambda own, value: bool(value) and own.endswith(value),
    "*=": lambda own, value: bool(value) and value in own,
    "~=": lambda own, value: value in own.split(),
}


@dataclass(frozen=True, slots=True)
class Selector:
    """``chains``: alternatives, each a list of (combinator before it, tests), the last being the element itself."""

    chains: tuple[tuple[tuple[str, tuple[Test, ...]], ...], ...]
    attribute: str

    def first(self, root: Element) -> str | None:
        """The text (or attribute) of the first element that fits, None where none does."""
        chains = [(chain, len(chain) - 1, _Seen()) for chain in self.chains]
        for element in _all(root):
            for chain, last, seen in chains:
                if _fits(element, chain, last, seen):
                    return element.attributes.get(self.attribute) if self.attribute else element.text()
        return None


@lru_cache(maxsize=512)
def selector(source: str) -> Selector:
    """A compiled selector. Raises ``SelectorError``."""
    found = re.fullmatch(r"(?s)(.*?)(?:@([\w:.-]+))?\s*", source.strip())
    chosen, attribute = found.groups() if found else (source, None)
    chains = tuple(_chain(part.strip()) for part in _alternatives(chosen or ""))
    return Selector(chains, (attribute or "").lower())


def _alternatives(source: str) -> list[str]:
    """The parts between commas; a comma in brackets or quotes separates nothing."""
    return [part.replace("\0", ",") for part in _BRACKETED.sub(_hide_commas, source).split(",")]


def _hide_commas(found: re.Match[str]) -> str:
    return found.group().replace(",", "\0")


def _chain(source: str) -> tuple[tuple[str, tuple[Test, ...]], ...]:
    chain: list[tuple[str, tuple[Test, ...]]] = []
    place, combinator = 0, ""
    while True:
        tests, place = _compound(source, place)
        chain.append((combinator, tests))
        if place >= len(source):
            return tuple(chain)
        found = _COMBINATOR.match(source, place)
        if not found:
            raise SelectorError(f"`{source}` is no selector, from character {place + 1}")
        combinator, place = found.group(1) or " ", found.end()


def _compound(source: str, place: int) -> tuple[tuple[Test, ...], int]:
    tests: list[Test] = []
    while found := _SIMPLE.match(source, place):
        if found["tag"] and tests:
            break
        tests.append(_test(found))
        place = found.end()
    if not tests:
        raise SelectorError(f"`{source}` is no selector, from character {place + 1}")
    return tuple(tests), place


def _test(found: re.Match[str]) -> Test:
    if found["tag"]:
        tag = found["tag"].lower()
        return lambda element: tag in ("*", element.tag)
    if found["id"]:
        return _attribute_test("id", "=", found["id"])
    if found["cls"]:
        return _attribute_test("class", "~=", found["cls"])
    if found["attr"]:
        return _attribute_test(found["attr"].lower(), found["how"], (found["value"] or "").strip("\"'"))
    return _place_test(found["pseudo"], int(found["nth"] or 1))


def _attribute_test(name: str, how: str | None, value: str) -> Test:
    if how is None:
        return lambda element: name in element.attributes
    compare = _ATTRIBUTE_TESTS[how]
    return lambda element: name in element.attributes and compare(element.attributes[name], value)


def _place_test(pseudo: str, place: int) -> Test:
    if pseudo == "last-child":
        return lambda element: element.parent is not None and element.parent.elements[-1] is element
    return lambda element: element.place == place - 1


def _fits(
    element: Element,
    chain: tuple[tuple[str, tuple[Test, ...]], ...],
    index: int,
    seen: _Seen,
) -> bool:
    """Whether an element fits a chain up to ``index``. Answers are kept, so that nested pages cost no more than their
    size times their depth."""
    combinator, tests = chain[index]
    for test in tests:
        if not test(element):
            return False
    if index == 0:
        return True
    key = id(element), index
    if key not in seen:
        seen[key] = any(_fits(other, chain, index - 1, seen) for other in _around(element, combinator))
    return seen[key]


def _around(element: Element, combinator: str) -> Iterator[Element]:
    """The elements that may stand before a combinator."""
    parent = element.parent
    if parent is None:
        return
    if combinator == ">":
        yield parent
    elif combinator == " ":
        while parent is not None:
            yield parent
            parent = parent.parent
    else:
        yield from parent.elements[element.place - 1 : element.place]


def _all(root: Element) -> Iterator[Element]:
    """Every element in document order."""
    stack = root.elements[::-1]
    while stack:
        element = stack.pop()
        yield element
        stack.extend(element.elements[::-1])
