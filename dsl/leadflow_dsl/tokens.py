"""Words and signs: what may stand at a place of the text.

One place can often be read in more than one way (``price`` as a keyword or as a field's name, ``/`` as a division or
as the beginning of a regular expression). So the scanner gives every reading, the more particular first, and the
reader takes the first that the grammar accepts there. What is no word of the language has a reading too (an unclosed
text, a number with a foreign unit), so that the message can say what is broken.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final, NamedTuple

from leadflow_dsl.diagnostics import Span
from leadflow_dsl.literals import WEEK
from leadflow_dsl.nodes import Comment
from leadflow_dsl.table import END, Table
from leadflow_dsl.unguarded import dataclass

BROKEN_TEXT: Final = "BROKEN_TEXT"
BROKEN_NUMBER: Final = "BROKEN_NUMBER"
STRANGE: Final = "STRANGE"
FIELD_NAME: Final = "FIELD_NAME"

_BLANK = re.compile(r"[ \t\r\n\f]+")
_COMMENT = re.compile(r"#[^\n]*")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIGN = re.compile(r"==|!=|<=|>=|[-=<>+*/%(){}\[\],.:@]")
_DOUBLE = re.compile(r"===|!==|<>|=>|=<|=~")
_FOREIGN_COMMENT = re.compile(r"//[^\n]*|--(?=[\s-])[^\n]*|/\*(?s:.*?)(?:\*/|\Z)")
_FOREIGN = re.compile(r"&&|\|\||<>|=>|=~|\?\?|[^\s]")
_NOT_A_NUMBER = re.compile(r"\d[\w:.%-]*")
_MORE_DIGITS = re.compile(r"[:.-]\d")
_PLAIN_NUMBER = re.compile(r"\d+(?:\.\d+)?(?![\w%:.-])")
_PARTICULAR: Final = ("ANSWER_PART", "STATUS_OF", "DAYS")
_BEGINNINGS: Final = frozenset((*"header cookie css status".split(), *WEEK))
"""The words with which one of the particular begins."""
_NUMBERS: Final = ("CLOCK_RANGE", "DATE", "CLOCK", "DURATION", "STATUS_CLASS", "PERCENT", "NUMBER")
_SIGNS: Final = {"-": ("MINUS", "NEG"), "/": ("REGEX",), "[": ("_ROOT",)}


class Reading(NamedTuple):
    """One way to read a place: the terminal and where it ends."""

    terminal: str
    end: int


class Token(NamedTuple):
    """A place of the text and its readings, the more particular first. ``begins_line``: first on its line."""

    start: int
    begins_line: bool
    readings: tuple[Reading, ...]

    @property
    def end(self) -> int:
        """Where the token ends by its plainest reading."""
        return self.readings[-1].end


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text and where its lines begin. A piece is written into the tree as a ``Span``."""

    file: str
    text: str
    lines: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The span between two offsets."""
        lines = self.lines
        line = bisect_right(lines, start)
        end_line = line if line == len(lines) or end < lines[line] else bisect_right(lines, end)
        column, end_column = start - lines[line - 1] + 1, end - lines[end_line - 1] + 1
        return Span(self.file, line, column, end_line, end_column, start, end)


def source(file: str, text: str) -> Source:
    """A text with the beginnings of its lines (a line ends with a line feed)."""
    return Source(file, text, (0, *(match.end() for match in re.finditer("\n", text))))


def next_token(source: Source, table: Table, position: int) -> tuple[Token, tuple[Comment, ...]]:
    """The token at or after ``position``, and the comments before it."""
    text, fresh = source.text, _after_line_end(source.text, position)
    comments: list[Comment] = []
    while True:
        if blank := _BLANK.match(text, position):
            fresh = fresh or "\n" in blank.group()
            position = blank.end()
        if not text.startswith("#", position) or not (comment := _COMMENT.match(text, position)):
            break
        raw = comment.group().rstrip()
        comments.append(Comment(raw, fresh, source.span(position, position + len(raw))))
        position = comment.end()
    return Token(position, fresh, _readings(text, table, position)), tuple(comments)


def _after_line_end(text: str, position: int) -> bool:
    """Whether only blanks stand between a place and the beginning of its line."""
    while position and text[position - 1] in " \t":
        position -= 1
    return not position or text[position - 1] == "\n"


def _readings(text: str, table: Table, position: int) -> tuple[Reading, ...]:
    if position >= len(text):
        return (Reading(END, position),)
    if word := _WORD.match(text, position):
        return _word(text, table, word)
    if text[position] == '"':
        kind = "LONG_STRING" if text.startswith('"""', position) else "STRING"
        return (_first(text, table, position, (kind,)) or _broken_text(text, position),)
    if text[position].isdigit():
        return _number(text, table, position)
    if foreign := _FOREIGN_COMMENT.match(text, position) or _DOUBLE.match(text, position):
        return (Reading(STRANGE, foreign.end()),)
    if sign := _SIGN.match(text, position):
        return _sign(text, table, sign)
    foreign = _FOREIGN.match(text, position)
    return (Reading(STRANGE, foreign.end() if foreign else position + 1),)


def _word(text: str, table: Table, word: re.Match[str]) -> tuple[Reading, ...]:
    said, end = word.group(), word.end()
    keyword = table.keywords.get(said)
    plain = (Reading(keyword, end), Reading("NAME", end)) if keyword else (Reading("NAME", end),)
    if said not in _BEGINNINGS:
        return plain
    particular = (_first(text, table, word.start(), (name,)) for name in _PARTICULAR)
    return (*(reading for reading in particular if reading), *plain)


def _number(text: str, table: Table, position: int) -> tuple[Reading, ...]:
    if plain := _PLAIN_NUMBER.match(text, position):
        return (Reading("NUMBER", plain.end()),)
    whole = _first(text, table, position, _NUMBERS)
    if whole and not _MORE_DIGITS.match(text, whole.end):
        return (whole,)
    broken = _NOT_A_NUMBER.match(text, position)
    return (Reading(BROKEN_NUMBER, broken.end() if broken else position + 1),)


def _sign(text: str, table: Table, sign: re.Match[str]) -> tuple[Reading, ...]:
    special = (_first(text, table, sign.start(), (name,)) for name in _SIGNS.get(sign.group(), ()))
    found = tuple(reading for reading in special if reading)
    keyword = table.keywords.get(sign.group())
    plain = (Reading(keyword, sign.end()),) if keyword else ()
    return (*found, *plain) or (Reading(STRANGE, sign.end()),)


def _first(text: str, table: Table, position: int, names: tuple[str, ...]) -> Reading | None:
    for name in names:
        if match := table.patterns[name].match(text, position):
            return Reading(name, match.end())
    return None


def _broken_text(text: str, position: int) -> Reading:
    """A text without an end, or with an escape that there is not: to its own end, else to the line's."""
    closed = re.compile(r'"(?:[^"\\\n]|\\.)*"').match(text, position)
    if closed and not text.startswith('"""', position):
        return Reading(BROKEN_TEXT, closed.end())
    end = text.find("\n", position)
    return Reading(BROKEN_TEXT, len(text) if end < 0 else end)
