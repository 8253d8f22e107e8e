"""Reading Jinja templates without running them: which names they use, and where.

Only the tree is looked at. Running templates, and refusing what a sandbox must refuse, is the engine's part.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes

from leadflow_dsl.diagnostics import Span
from leadflow_dsl.template_profile import MAX_SOURCE, refusals
from leadflow_dsl.template_syntax import mistake
from leadflow_dsl.template_values import path_of
from leadflow_dsl.unguarded import dataclass

ALWAYS: Final = frozenset({"auth", "loop", "true", "false", "none", "True", "False", "None"})
"""Names of a template that are no names of the flow."""

HIDING: Final = frozenset(("sha256", "md5", "mask", "years_since", "days_since", "length"))
"""Filters after which nobody can tell what the value was."""


@dataclass(frozen=True, slots=True)
class Use:
    """A name that a template reads, with what stands behind its dots: ``phone_1.e164`` is ("phone_1", "e164").

    ``words``: where each of them stands; the whole where one is written in brackets. ``hidden``: a filter hashes or
    masks it.
    """

    path: tuple[str, ...]
    span: Span
    words: tuple[Span, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a template by itself. kind: "syntax" (it does not parse), "form" (the profile refuses it),
    "filter" and "test" (``message`` is the unknown name)."""

    kind: str
    message: str
    span: Span
    help: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a template is made of: names of the flow, what is wrong, files that it includes or extends, ``auth.KEY``."""

    uses: tuple[Use, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    files: tuple[tuple[str, Span], ...] = ()
    auth: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a template's text stands: line, column and offset of its first character in ``file``."""

    file: str
    line: int = 1
    column: int = 1
    offset: int = 0

    def span(self, source: str, start: int, end: int) -> Span:
        """The span of ``source[start:end]`` in the file."""
        line, column = self._position(source, start)
        end_line, end_column = self._position(source, end)
        return Span(self.file, line, column, end_line, end_column, self.offset + start, self.offset + end)

    def _position(self, source: str, offset: int) -> tuple[int, int]:
        starts = _line_starts(source)
        before = bisect_right(starts, offset) - 1
        column = offset - starts[before] + 1
        return self.line + before, column + (self.column - 1 if before == 0 else 0)


@lru_cache(maxsize=4)
def _line_starts(source: str) -> tuple[int, ...]:
    """The offsets at which the lines of a template begin."""
    return (0, *(match.end() for match in re.finditer("\n", source)))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(autoescape=False)


@lru_cache(maxsize=128)
def read_template(source: str, place: Place) -> Reading:
    """The names, filters and files of a template. Never raises for what a template may hold.

    Many flows share a template, and each buyer that names it reads it: it is parsed once.
    """
    start = place.span(source, 0, 0)
    if len(source) > MAX_SOURCE:
        return Reading(flaws=(Flaw("form", f"a template has at most {MAX_SOURCE} characters", start),))
    try:
        return _read(source, place)
    except TemplateSyntaxError as error:
        wrong = mistake(source, error, _line(source, error.lineno))
        return Reading(flaws=(Flaw("syntax", wrong.message, place.span(source, *wrong.stretch), wrong.help),))
    except (RecursionError, ValueError, OverflowError):
        return Reading(flaws=(Flaw("syntax", "nested too deep, or a number is too long", start),))


def _read(source: str, place: Place) -> Reading:
    tree = _environment().parse(source)
    finder = _Finder(source, place)
    own = _own_names(tree)
    uses = tuple(finder.uses(tree, own | (ALWAYS - {"auth"})))
    auth = tuple(use for use in uses if use.path[0] == "auth")
    told = tuple(use for use in uses if use.path[0] != "auth") if auth else uses
    return Reading(told, tuple(finder.flaws(tree)), tuple(finder.files(tree)), auth)


def _own_names(tree: nodes.Template) -> set[str]:
    """Names that the template makes itself: loop variables, ``set``, macros and what they take."""
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    own |= {node.name for node in tree.find_all(nodes.Macro)}
    own |= {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        own |= {name if isinstance(name, str) else name[1] for name in node.names}
    return own


def _hidden(tree: nodes.Template) -> set[int]:
    """What stands before a filter that hides it, by identity."""
    found: set[int] = set()
    for node in tree.find_all(nodes.Filter):
        if node.name in HIDING and node.node is not None:
            found.add(id(node.node))
            found.update(
                id(below) for below in node.node.find_all((nodes.Getattr, nodes.Getitem, nodes.Name))
            )
    return found


def _line(source: str, number: int) -> tuple[int, int]:
    """Start and end of a line without its outer white space."""
    starts = _line_starts(source)
    number = min(max(number, 1), len(starts))
    start = starts[number - 1]
    text = source[start : starts[number] - 1 if number < len(starts) else len(source)]
    lead = len(text) - len(text.lstrip())
    return start + lead, start + max(lead, len(text.rstrip()))


class _Finder:
    """Jinja's tree knows lines only; the columns are found by looking for the words, in the order of the tree."""

    def __init__(self, source: str, place: Place) -> None:
        self.source, self.place = source, place
        self.code = _code(source)
        self.names = _STRING.sub(lambda found: " " * len(found.group()), self.code)
        self._taken: set[int] = set()
        self._searched: dict[tuple[str, int], int] = {}

    def uses(self, tree: nodes.Template, own: set[str]) -> Iterator[Use]:
        inner = {id(call.node) for call in tree.find_all(nodes.Call)}  # the profile refuses what is called
        hidden = _hidden(tree)
        for node in tree.find_all((nodes.Getattr, nodes.Getitem, nodes.Name)):
            path = path_of(node)
            if path is None or id(node) in inner or path[0] in own:
                continue
            inner.update(id(below) for below in node.find_all((nodes.Getattr, nodes.Getitem, nodes.Name)))
            if not (isinstance(node, nodes.Name) and node.ctx != "load"):
                yield self._use(path, node.lineno, id(node) in hidden)

    def _use(self, path: tuple[str, ...], line: int, hidden: bool) -> Use:
        place = self._find(path[0], line, path)
        start, end = place.start - self.place.offset, place.end - self.place.offset
        words = [found.span() for found in re.finditer(r"\w+", self.source[start:end])]
        if len(words) != len(path):
            return Use(path, place, (place,) * len(path), hidden)
        spans = (self.place.span(self.source, start + first, start + last) for first, last in words)
        return Use(path, place, tuple(spans), hidden)

    def flaws(self, tree: nodes.Template) -> Iterator[Flaw]:
        """What the profile refuses, each at its word."""
        for one in refusals(tree):
            span = self._find(one.word, one.line, (one.word,)) if one.word else self._whole(one.line)
            yield Flaw(one.kind, one.message if one.kind == "form" else one.word, span, one.help)

    def _whole(self, line: int) -> Span:
        return self.place.span(self.source, *_line(self.source, line))

    def files(self, tree: nodes.Template) -> Iterator[tuple[str, Span]]:
        for node in tree.find_all((nodes.Include, nodes.Extends)):
            name = getattr(node, "template", None)
            if isinstance(name, nodes.Const) and isinstance(name.value, str):
                yield name.value, self._find(name.value, node.lineno, (name.value,), self.code)

    def _find(self, word: str, line: int, path: tuple[str, ...], where: str = "") -> Span:
        start, _ = _line(self.source, line)
        pattern = r"(?<![\w.])" + r"\s*\.\s*".join(map(re.escape, path)) + r"(?!\w)"
        for wanted in (_SIGNS.get(word, pattern), re.escape(word)):
            begin = self._searched.get((wanted, start), start)  # what lies before it is taken
            for found in re.compile(wanted).finditer(where or self.names, begin):
                if found.start() not in self._taken:
                    self._taken.add(found.start())
                    self._searched[wanted, start] = found.end()
                    return self.place.span(self.source, found.start(), found.end())
        return self._whole(line)


_SIGNS: Final = {"{": r"(?<!\{)\{(?![{%#])"}
"""Signs that are part of others."""
_CODE: Final = re.compile(
    r"\{#.*?#\}|\{%[-+]?\s*raw\b.*?\bendraw\s*[-+]?%\}|(?P<code>\{\{.*?\}\}|\{%.*?%\})", re.DOTALL
)
_STRING: Final = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""")


def _code(source: str) -> str:
    """A template with blanks in the place of all that is no code: ``{"email": "{{ email }}"}`` has one ``email``."""
    kept = [" "] * len(source)
    for found in _CODE.finditer(source):
        if found["code"]:
            kept[found.start() : found.end()] = found["code"]
    return "".join(kept)


def parsed(source: str) -> nodes.Template | None:
    """The tree of a template that has nothing wrong by itself; None where it has."""
    if len(source) > MAX_SOURCE:
        return None
    try:
        tree = _environment().parse(source)
    except (TemplateSyntaxError, RecursionError, ValueError, OverflowError):
        return None
    return None if any(True for _ in refusals(tree)) else tree


def stretches_of_text(source: str, tree: nodes.Template) -> dict[int, int]:
    """Where each piece of plain text of the tree begins in the source, by the identity of its node."""
    plain = list(source)
    for found in _CODE.finditer(source):
        if found["code"] or found.group().startswith("{#"):
            plain[found.start() : found.end()] = "\0" * len(found.group())
    text, at, starts = "".join(plain), 0, {}
    for node in tree.find_all(nodes.TemplateData):
        begin = text.find(node.data, at)
        if begin >= 0:
            starts[id(node)], at = begin, begin + len(node.data)
    return starts


def span_of_place(source: str, place: Place, line: int, words: tuple[str, ...]) -> Span:
    """Where a place of the template stands: at the last of ``words`` that its line has, else the whole line."""
    start, end = _line(source, line)
    for word in reversed(words):
        found = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", source[start:end])]
        if len(found) == 1:
            return place.span(source, start + found[0][0], start + found[0][1])
    return place.span(source, start, end)
