"""Reading a text into a tree: one token after the other, over every mistake, to the end.

After a mistake the reader first tries what was probably meant (``syntax_errors``). Else it skips to the first word of
a line in the same block, or to the block's end, and cuts the stack back until that fits. So one run shows every
mistake, and the tree holds what could be read.
"""

from __future__ import annotations

import re
from dataclasses import field, replace
from typing import Any, Final

from leadflow_dsl import build, literals, nodes
from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.machine import Entry, Machine
from leadflow_dsl.rules import syntax as rules
from leadflow_dsl.syntax_errors import MISTAKES, unexpected
from leadflow_dsl.syntax_places import Mend, Place, begun, opened
from leadflow_dsl.table import END, Table, load
from leadflow_dsl.tokens import BROKEN_TEXT, FIELD_NAME, Reading, Source, Token, next_token
from leadflow_dsl.unguarded import dataclass

MOST_DEPTH: Final = 100
MOST_STATES: Final = 5000
MOST_MISTAKES: Final = 50
_MODIFIERS: Final = frozenset("required default between matches aliases sensitive transient".split())
_IN_LEAD: Final = frozenset({"use", "require"})


class _TooDeep(Exception):
    """Nesting beyond the limit; the reader stops there."""

    def __init__(self, start: int) -> None:
        self.start = start


@dataclass(slots=True)
class _Doubt:
    """A word at the beginning of a line that was read as a name although a statement of that name could begin here:
    where the next tokens do not fit, the statement was meant, and the one before it lacks its end."""

    machine: Machine
    token: Token


@dataclass(slots=True)
class Reader:
    """The state of one reading."""

    source: Source
    table: Table
    machine: Machine = field(init=False)
    comments: list[nodes.Comment] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    broken: list[Span] = field(default_factory=list)
    position: int = 0
    seen: int = 0
    doubt: _Doubt | None = None

    def __post_init__(self) -> None:
        self.machine = Machine(self.table, self._build)

    def read(self) -> nodes.File | None:
        """The whole file; None where nothing of it could be read."""
        try:
            return self._read()
        except _TooDeep as deep:
            span = self.source.span(deep.start, min(deep.start + 1, len(self.source.text)))
            help = "give parts of a condition names: a `filter`, a `score`, a computed field"
            self.found.append(rules.TOO_LARGE.at(span, f"this nests deeper than {MOST_DEPTH}", "", help))
            return None

    def _read(self) -> nodes.File | None:
        while len(self.found) < MOST_MISTAKES:
            token = self._next(self.position)
            reading = self._choose(token)
            if reading is None:
                self._mend(token)
                continue
            result = self._take(token, reading)
            if reading.terminal == END:
                return self._finished(result)
        return None

    def reach(self) -> tuple[Machine, Token]:
        """Read on to the end of the text, over every mistake, and stop before it: the stack, and the token that stands
        there (the end, or a text that is still open). What an editor asks of the text before its cursor.
        """
        token = self._next(self.position)
        try:
            while not self._is_last(token) and len(self.found) < MOST_MISTAKES:
                reading = self._choose(token)
                if reading is None:
                    self._mend(token)
                else:
                    self._take(token, reading)
                token = self._next(self.position)
        except _TooDeep:
            pass
        return self.machine, token

    def _is_last(self, token: Token) -> bool:
        """Whether a token is the end of the text, or a quoted text that has no end yet."""
        terminal = token.readings[-1].terminal
        open_to_the_end = self._text(token).startswith('"""') or token.end == len(self.source.text)
        return terminal == END or (terminal == BROKEN_TEXT and open_to_the_end)

    def _finished(self, result: nodes.File) -> nodes.File:
        whole = self.source.span(0, len(self.source.text))
        return nodes.File(result.head, result.items, tuple(self.comments), whole)

    # -------------------------------------------------------------- tokens

    def _next(self, position: int) -> Token:
        token, comments = next_token(self.source, self.table, position)
        if comments and token.start >= self.seen:
            self.comments += [comment for comment in comments if comment.span.start >= self.seen]
        self.seen = max(self.seen, token.start)
        return token

    def _text(self, token: Token) -> str:
        return self.source.text[token.start : token.end]

    def _choose(self, token: Token) -> Reading | None:
        """The first reading that the grammar accepts here."""
        readings = token.readings
        if readings[0].terminal == "NAME" and self._text(token) == "NOT" and self.machine.fits("NOT"):
            return None  # no name was ever meant by it: the mistake is told as that of an operator
        if self.machine.entries and self.machine.entries[-1].symbol == "WHEN" and self._is_reason(token):
            return None
        if readings[-1].terminal == "NAME" and self.machine.fits(FIELD_NAME):
            readings = self._declaration(token)
        for reading in readings:
            if self.machine.fits(reading.terminal):
                return reading
        return None

    def _is_reason(self, token: Token) -> bool:
        """Whether ``else "..."`` or ``because "..."`` stands here, and no field of such a name."""
        return bool(re.compile(r'(?:else|because)\s+"').match(self.source.text, token.start))

    def _declaration(self, token: Token) -> tuple[Reading, ...]:
        """Readings where a field may be declared: a name only at the beginning of a line (or of the block)."""
        text = self._text(token)
        after_brace = self.machine.entries[-1].symbol == "LBRACE"
        modifier = text in _MODIFIERS and self.machine.fits(self.table.keywords[text])
        if modifier and token.begins_line:
            span = self.source.span(token.start, token.end)
            help = "put it on its field's line; a field of this name cannot be declared, it is a modifier"
            self.found.append(rules.DECLARATION_LINE.at(span, f"`{text}` begins a line", "a modifier", help))
            return token.readings
        if modifier or not (token.begins_line or after_brace):
            return tuple(reading for reading in token.readings if reading.terminal != "NAME")
        keyword = (Reading(self.table.keywords[text], token.end),) if text in _IN_LEAD else ()
        return (*keyword, Reading(FIELD_NAME, token.end))

    def _take(self, token: Token, reading: Reading) -> Any:
        self._remember(token, reading)
        self.position = reading.end
        return self._feed(
            reading.terminal, self.source.text[token.start : reading.end], token.start, reading.end
        )

    def _feed(self, terminal: str, raw: str, start: int, end: int) -> Any:
        if len(self.machine.states) > MOST_STATES:
            raise _TooDeep(start)
        value = raw if terminal in self.table.words else self._literal(terminal, raw, start, end)
        return self.machine.feed(Entry(terminal, value, start, end, 0))

    def _literal(self, terminal: str, raw: str, start: int, end: int) -> Any:
        span = self.source.span(start, end)
        try:
            return literals.literal(terminal, raw, span)
        except literals.BadLiteral as bad:
            rule = rules.BROKEN_REGEX if terminal == "REGEX" else rules.BROKEN_NUMBER
            self.found.append(rule.at(span, str(bad)))
            self.broken.append(span)
            return literals.literal(terminal, literals.SAMPLES[terminal], span)

    def _build(self, rule: str, children: list[Any], start: int, end: int, depth: int) -> Any:
        if depth > MOST_DEPTH:
            raise _TooDeep(max(start, 0))
        if rule in self.table.words:
            return literals.literal(rule, children[0], self.source.span(start, end))
        here = self.position if start < 0 else start
        return build.node(rule, children, self.source.span(here, max(end, here)))

    # -------------------------------------------------------------- mistakes

    def _remember(self, token: Token, reading: Reading) -> None:
        """Keep the stack before a word that may have been meant as the next statement."""
        if token.begins_line and reading.terminal == "NAME":
            self.doubt = _Doubt(self.machine.copy(), token)
        elif token.begins_line:
            self.doubt = None

    def _place(self, token: Token, text: str | None = None) -> Place:
        shown = self._text(token) if text is None else text
        expected = frozenset(self.machine.expected())
        if FIELD_NAME in expected and not token.begins_line:
            expected -= {FIELD_NAME, "USE", "REQUIRE"}
        return Place(
            self.source, self.machine, token, shown, self.source.span(token.start, token.end), expected
        )

    def _mend(self, token: Token) -> None:
        """Report the token that does not fit, and come to where reading can go on."""
        if self._return_to_doubt(token):
            return
        if token.readings[0].terminal == END:
            self._end_of_file(token)
        elif self._stray_brace(token) or self._missing_brace(token):
            return
        else:
            self._report(token)

    def _report(self, token: Token) -> None:
        place, start = self._place(token), begun(self.machine, token.start)
        mend = next((mend for mistake in MISTAKES if (mend := mistake(place))), None)
        if mend and _behind_unfinished(place):
            mend = replace(mend, diagnostic=replace(mend.diagnostic, fix=()))
        if mend:
            self._apply(token, mend)
        else:
            self.found.append(unexpected(place))
            self._skip(token)
        if mend is None or not mend.diagnostic.fix:
            self.broken.append(self.source.span(start, max(self.position, token.end)))

    def _apply(self, token: Token, mend: Mend) -> None:
        self.found.append(mend.diagnostic)
        self.machine.cut(len(self.machine.states) - mend.drop)
        for terminal, raw in mend.feed:
            self._feed(terminal, raw, token.start, max(mend.end, token.start))
        self.position = mend.end

    def _return_to_doubt(self, token: Token) -> bool:
        """Where the word before was meant as a statement: say that the statement before it is not complete."""
        doubt, ends = self.doubt, token.readings[0].terminal == END
        if doubt is None or ends or "\n" in self.source.text[doubt.token.start : token.start]:
            return False
        meant = (*doubt.token.readings[:-1], Reading(FIELD_NAME, doubt.token.end))
        height = self._fitting(doubt.machine, meant)
        if height is None:
            return False
        self.machine, self.doubt = doubt.machine, None
        place = self._place(doubt.token)
        self.found.append(unexpected(place))
        self.broken.append(self.source.span(begun(self.machine, doubt.token.start), doubt.token.start))
        self.machine.cut(height)
        self.position = doubt.token.start
        self._take(doubt.token, next(reading for reading in meant if self.machine.fits(reading.terminal)))
        return True

    def _fitting(self, machine: Machine, readings: tuple[Reading, ...]) -> int | None:
        """The height, inside the open block, to which the stack must be cut for a reading to fit."""
        block = opened(machine)
        floor = block[1] if block else 1
        heights = range(len(machine.states), floor - 1, -1)
        return next(
            (h for h in heights if any(machine.fits(reading.terminal, h) for reading in readings)), None
        )

    def _stray_brace(self, token: Token) -> bool:
        """A ``}`` where nothing is open."""
        if self._text(token) != "}" or opened(self.machine):
            return False
        span = self.source.span(token.start, token.end)
        help = "remove it, or look for a block above that was closed too early"
        self.found.append(rules.BRACES.at(span, "a `}` where no block is open", "", help))
        self.position = token.end
        return True

    def _missing_brace(self, token: Token) -> bool:
        """A declaration of the whole flow at the left edge, inside a block that cannot hold it."""
        left_edge = self.source.span(token.start, token.end).column == 1
        block = opened(self.machine)
        if not (left_edge and block) or token.readings[-1].terminal != "NAME":
            return False
        if self._fitting(self.machine, token.readings[:-1]) is not None:
            return False
        top = next((i for i, entry in enumerate(self.machine.entries) if entry.symbol == "LBRACE"), 0)
        if not any(self._fits_below(top, reading) for reading in token.readings[:-1]):
            return False
        self._not_closed(token, f"`{self._text(token)}` begins before `{block[0]}` is closed")
        while opened(self.machine) and self._close():
            pass
        return True

    def _fits_below(self, index: int, reading: Reading) -> bool:
        heights = range(index + 1, 0, -1)
        return any(self.machine.fits(reading.terminal, height) for height in heights)

    def _close(self) -> bool:
        """Close the innermost block as if its brace stood here."""
        height = self._fitting(self.machine, (Reading("RBRACE", 0),))
        if height is None:
            block = opened(self.machine)
            self.machine.cut(block[1] - 1 if block else 1)
            return True
        self.machine.cut(height)
        self._feed("RBRACE", "}", self.position, self.position)
        return True

    def _not_closed(self, token: Token, message: str) -> None:
        """Tell every block that is open here, the innermost first."""
        span, machine = self.source.span(token.start, token.end), self.machine.copy()
        labels: list[Label] = []
        while block := opened(machine):
            labels.append(Label(self.source.span(block[2], block[2] + 1), f"`{block[0]}` is opened here"))
            machine.cut(block[1] - 1)
        braces = " ".join("}" * len(labels))
        help = f"close what is open with `{braces}`"
        self.found.append(rules.BRACES.at(span, message, "", help, tuple(labels)))

    def _end_of_file(self, token: Token) -> None:
        block = opened(self.machine)
        if block:
            self._not_closed(token, f"the file ends before `{block[0]}` is closed")
        else:
            self.found.append(unexpected(self._place(token, "")))
            self.broken.append(self.source.span(begun(self.machine, token.start), token.start))
        while opened(self.machine) and self._close():
            pass
        height = self._fitting(self.machine, (Reading(END, 0),))
        self.machine.cut(height or 1)

    def _skip(self, token: Token) -> None:
        """Go on at the first word of a line in this block that fits, or at the block's end."""
        depth, column = 0, self._column_of_line(token)
        candidate = token
        while True:
            text = self._text(candidate)
            if candidate.readings[0].terminal == END or (
                depth == 0 and self._resumes(candidate, token, column)
            ):
                self.position = candidate.start
                return
            depth += {"{": 1, "}": -1}.get(text, 0)
            candidate = self._next(candidate.end)

    def _resumes(self, candidate: Token, mistake: Token, column: int) -> bool:
        text = self._text(candidate)
        if text == "}":
            return self._cut_to((Reading("RBRACE", candidate.end),)) or not opened(self.machine)
        if not candidate.begins_line or candidate.readings[-1].terminal != "NAME":
            return False
        field_name = (Reading(FIELD_NAME, candidate.end),)
        keywords = candidate.readings[:-1]
        if self._cut_to(keywords) or self._cut_to(field_name):
            return True
        if candidate is mistake:
            return False
        at = self.source.span(candidate.start, candidate.end).column
        if at == column and not keywords and not self._cut_to(candidate.readings):
            self._cut_to_block()
            return True
        return at == 1 or (at == column and not keywords)

    def _cut_to(self, readings: tuple[Reading, ...]) -> bool:
        height = self._fitting(self.machine, readings)
        if height is not None:
            self.machine.cut(height)
        return height is not None

    def _cut_to_block(self) -> None:
        """Drop the statement that was begun, keep those before it in the block."""
        block = opened(self.machine)
        height = block[1] if block else 1
        while height <= len(self.machine.entries) and self._settled(self.machine.entries[height - 1].symbol):
            height += 1
        self.machine.cut(height)

    def _settled(self, symbol: str) -> bool:
        return symbol.startswith("__") or symbol in {"head", "flow_head", "library_head"}

    def _column_of_line(self, token: Token) -> int:
        start = self.source.lines[self.source.span(token.start, token.start).line - 1]
        rest = self.source.text[start : token.start + 1]
        return len(rest) - len(rest.lstrip()) + 1


def read(source: Source) -> tuple[nodes.File | None, tuple[Diagnostic, ...], tuple[Span, ...]]:
    """The tree of a text, what is wrong with it, and the stretches that the tree does not hold as they were meant."""
    reader = Reader(source, load())
    tree = reader.read()
    # Reader and machine hold each other: what was read would stay until garbage is searched for, 17 MB after 50 flows.
    reader.machine.let_go()
    reader.doubt = None
    return tree, tuple(reader.found), tuple(reader.broken)


def _behind_unfinished(place: Place) -> bool:
    """Whether a text without an end stands right before, which may have taken in what is missing here."""
    if not place.machine.entries:
        return False
    last = place.machine.entries[-1]
    before = place.source.text[last.start : last.end]
    return before.startswith('"') and (len(before) == 1 or not before.endswith('"'))
