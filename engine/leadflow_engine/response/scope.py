"""The scope in which a response's terms are read: the answer's body, headers and status, and what was set from it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final, TypeAlias

from leadflow_dsl.terms import Answer, Path, Read
from leadflow_engine.evaluation.evaluate import Scope, part_of
from leadflow_engine.response.html import Element, read_html
from leadflow_engine.response.selectors import SelectorError, selector
from leadflow_engine.texts import jmes
from leadflow_engine.values import Value

Json: TypeAlias = Any
Headers: TypeAlias = Sequence[Sequence[str]]


@dataclass(slots=True)
class AnswerScope:
    """One answer, as terms see it. ``outer`` is the lead's scope, where there is one; ``notes`` grow while reading;
    ``currency`` is that of the flow's amounts, "" for any. ``once_is_one``: in the body a list of one cannot be told
    from what is no list, as in XML."""

    status: int | None
    headers: Headers
    body: str
    tree: Json
    outer: Scope | None = None
    sets: dict[str, Value] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    currency: str = ""
    once_is_one: bool = False
    _html: Element | None = None
    _css: dict[str, str | None] | None = None

    def read(self, read: Read) -> object:
        """A value set from this answer, or a name of the lead."""
        if read.kind != "set":
            return self.outer.read(read) if self.outer else None
        name, _, part = (f"{read.name}.{read.part}" if read.part else read.name).partition(".")
        value = self.sets.get(name)
        return part_of(value, part) if part else value

    def path(self, path: Path) -> object:
        """What a JMESPath gives over the body: blank for an empty list or object too; where it does not fit, blank
        with a note. An element of XML that has attributes is its text, as one without is."""
        try:
            name = jmes.compile_path(path.source).name
        except jmes.PathError:
            name = None
        tree = self.tree
        if name is not None and type(tree) is dict:  # most are a name alone, of a text, a truth or a number
            found = tree.get(name)
            if type(found) is not dict and type(found) is not list:
                return found
        found = self.tree_at(path)
        if isinstance(found, list):
            return [text_of_element(item) for item in found]
        return text_of_element(found) if isinstance(found, dict) else found

    def tree_at(self, path: Path) -> Json:
        """``path``, with elements as they are."""
        try:
            expression, tree = jmes.compile_path(path.source), self.tree
            if expression.name is not None and type(tree) is dict:
                found = tree.get(expression.name)
            else:
                found = expression.of(tree, self.once_is_one)
            return found if found or not isinstance(found, (list, dict)) else None
        except (jmes.Unfit, jmes.PathError) as problem:
            self.note(f'"{path.source}" is blank: {problem}')
            return None

    def answer(self, answer: Answer) -> object:
        """A piece of the answer that is not its parsed body."""
        return ANSWERS[answer.kind](self, answer.name)

    def named_list(self, name: str) -> frozenset[str]:
        """A list of the flow."""
        return self.outer.named_list(name) if self.outer else frozenset()

    def lookup(self, table: str, key: str) -> Mapping[str, object] | None:
        """A row of a table of the flow."""
        return self.outer.lookup(table, key) if self.outer else None

    def now(self) -> datetime.datetime:
        """The lead's present moment; without a lead the epoch, since reading an answer asks no clock."""
        return self.outer.now() if self.outer else datetime.datetime.fromtimestamp(0, datetime.UTC)

    def note(self, sentence: str) -> None:
        """Keep a sentence for the trace, once."""
        if sentence not in self.notes and len(self.notes) < 20:
            self.notes.append(sentence)

    def html(self) -> Element:
        """The body as HTML, read at first use."""
        if self._html is None:
            self._html = read_html(self.body)
        return self._html

    def css(self, source: str) -> str | None:
        """What a selector finds, looked for once: several rules often ask for the same element."""
        if self._css is None:
            self._css = {}
        if source not in self._css:
            self._css[source] = selector(source).first(self.html())
        return self._css[source]


def text_of_element(found: Json) -> Json:
    """The text of an element with attributes; anything else as it is."""
    return found["#text"] if isinstance(found, dict) and "#text" in found else found


def _header(scope: AnswerScope, name: str) -> str | None:
    found = [value for other, value in scope.headers if other.lower() == name.lower()]
    return ", ".join(found) if found else None


def _cookie(scope: AnswerScope, name: str) -> str | None:
    """A cookie that the answer sets."""
    for other, value in scope.headers:
        if other.lower() != "set-cookie":
            continue
        try:
            jar = SimpleCookie(value.split(";")[0])
        except CookieError:
            continue
        if name in jar:
            return jar[name].value
    return None


def _css(scope: AnswerScope, source: str) -> str | None:
    try:
        return scope.css(source)
    except SelectorError as problem:
        scope.note(f'css "{source}" is blank: {problem}')
        return None


def _match(scope: AnswerScope, packed: str) -> str | None:
    group, flags, source = packed.split(":", 2)
    try:
        return jmes.search(source, scope.body, int(group), flags)
    except ValueError as problem:
        scope.note(f"match is blank: {problem}")
        return None


def _status(scope: AnswerScope, _: str) -> Decimal | None:
    return None if scope.status is None else Decimal(scope.status)


def _status_class(scope: AnswerScope, name: str) -> bool:
    return scope.status is not None and str(scope.status)[:1] == name[:1]


ANSWERS: Final[Mapping[str, Callable[[AnswerScope, str], object]]] = {
    "status": _status,
    "status_class": _status_class,
    "text": lambda scope, _: scope.body.strip(),
    "header": _header,
    "cookie": _cookie,
    "css": _css,
    "match": _match,
}
"""Pieces of an answer by ``Answer.kind``. ``match`` is made by the reader of ``match(/re/, group)``."""
