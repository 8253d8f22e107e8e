"""Where the reader stands when a token does not fit: what would, in which statement, in which block; and in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic, Edit, Span
from leadflow_dsl.machine import Machine
from leadflow_dsl.rules import syntax as rules
from leadflow_dsl.rules.rule import Rule
from leadflow_dsl.syntax_forms import FORMS, FORMS_OF, THINGS
from leadflow_dsl.table import END
from leadflow_dsl.tokens import Source, Token, next_token
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reader stands: the token that does not fit, its text, and what would.

    ``declares``: inside a field's declaration, which no other may follow on the line.
    """

    source: Source
    machine: Machine
    token: Token
    text: str
    span: Span
    expected: frozenset[str]
    declares: bool = False

    def fits_all(self, terminals: tuple[str, ...]) -> bool:
        """Whether terminals would be shifted one after the other."""
        if len(terminals) < 2:
            return all(self.machine.fits(terminal) for terminal in terminals)
        trial = self.machine.trial(terminals[0])
        return trial is not None and all(trial.fits(terminal) for terminal in terminals[1:])


@dataclass(frozen=True, slots=True)
class Mend:
    """A diagnostic and what to feed instead: terminals with their text, and the place where reading goes on.

    ``drop``: how many entries come off the stack first.
    """

    diagnostic: Diagnostic
    feed: tuple[tuple[str, str], ...]
    end: int
    drop: int = 0


Mistake = Callable[[Place], Mend | None]


_STATEMENTS: Final = re.compile(
    r"__(?!list_)(?:\w+_items|best_stages|calendar_days|call_rules|columns|deliver_names|map_pairs|pairs"
    r"|oauth_options|policy_actions|stage_options)_star|(?!list_)\w+_items$|flow_head$|library_head$"
)
"""Symbols of the grammar that hold finished statements of a block."""

OPERATORS: Final = frozenset({"EQUAL", "PLUS", "AND", "OR"})


def replaced(place: Place, text: str) -> tuple[Edit, ...]:
    """The certain repair: another text in the place of the wrong one."""
    return (Edit(place.span, text),)


def goes_on(place: Place, terminal: str, end: int | None = None) -> bool:
    """Whether the next token (on the same line, or at ``end``) fits after a terminal in the place of this one."""
    trial = place.machine.trial(terminal)
    following, _ = next_token(place.source, place.machine.table, place.token.end if end is None else end)
    if following.begins_line and following.readings[-1].terminal == "NAME":
        return trial is not None and any(trial.fits(reading.terminal) for reading in following.readings[:-1])
    return trial is not None and any(trial.fits(reading.terminal) for reading in following.readings)


def unknown(place: Place) -> tuple[Rule, str]:
    """The rule and message for a word that begins nothing here."""
    block = opened(place.machine)
    if place.text in {"flow", "library"} and not block:
        return rules.ORDER, "a file has one `flow` or `library`, at its beginning"
    if place.declares and place.text.isidentifier():
        return rules.DECLARATION_LINE, f"`{place.text}` is no modifier of a field"
    if place.token.begins_line and "RBRACE" in place.expected and place.text.isidentifier() and block:
        return rules.UNKNOWN_STATEMENT, f"`{place.text}` is no statement of `{block[0]}`"
    if block is None and END in place.expected and place.text.isidentifier():
        return rules.UNKNOWN_STATEMENT, f"`{place.text}` is no declaration of a flow"
    expected = describe(place)
    if expected:
        return rules.UNEXPECTED, f"expected {expected}, found {shown(place.text)}"
    return rules.UNEXPECTED, f"{shown(place.text)} does not belong here"


def describe(place: Place) -> str:
    """What may stand at a place, in words; empty where it is too much to say."""
    expected = place.expected
    if {"NAME", "LPAR", "NUMBER", "STRING"} <= expected:
        return "a value"
    if expected & OPERATORS:
        return (
            "an operator or `{`" if "LBRACE" in expected else "an operator or the next word of the statement"
        )
    keywords = {name: text for text, name in place.machine.table.keywords.items()}
    hidden = {"LONG_STRING"} if "STRING" in expected else set()
    things = [THINGS[name] for name in THINGS if name in expected and name not in hidden]
    words = sorted(f"`{keywords[name]}`" for name in expected if name in keywords)
    shown = [*things, *words]
    return " or ".join(", ".join(shown).rsplit(", ", 1)) if len(shown) <= 8 else ""


def choices(place: Place) -> tuple[str, ...]:
    """The words that may stand here, none where an expression may go on."""
    if {"NAME", "LPAR"} <= place.expected or place.expected & OPERATORS:
        return ()
    keywords = place.machine.table.keywords
    words = sorted(text for text, name in keywords.items() if name in place.expected and text.isidentifier())
    return (f"here may stand: {', '.join(words)}",) if 0 < len(words) <= 60 else ()


def statements(place: Place) -> tuple[str, ...]:
    """The statements that this block has, all of them; first those that look like what was written."""
    machine = place.machine.copy()
    block = opened(machine)
    machine.cut(block[1] if block else _height_of_file(machine))
    expected = set(machine.expected())
    words = sorted(
        text for text, name in machine.table.keywords.items() if name in expected and text.isidentifier()
    )
    near = get_close_matches(place.text.lower(), words, 2, 0.65)
    others = [word for word in words if word not in near]
    question = (f"did you mean {' or '.join(f'`{word}`' for word in near)}?",) if near else ()
    return (*question, f"here may stand: {', '.join((*near, *others))}") if words else ()


def _height_of_file(machine: Machine) -> int:
    """The height of the stack above a file's head and its finished declarations."""
    height = 1
    while height <= len(machine.entries) and _ends_before(machine.entries[height - 1].symbol):
        height += 1
    return height


def shown(text: str) -> str:
    """A text as a message quotes it, cut where it is long."""
    if not text:
        return "the end of the file"
    return f"`{text if len(text) <= 40 else text[:37] + '...'}`"


def form(place: Place) -> tuple[str, ...]:
    """The right form of the statement that is being read, as a way out."""
    return form_of(place, statement(place.machine))


def form_of(place: Place, word: str) -> tuple[str, ...]:
    """The right form of a statement that begins with ``word`` in the open block."""
    block = opened(place.machine)
    shown = FORMS_OF.get(block[0] if block else "file", {}).get(word) or FORMS.get(word)
    return (f"the form is: {shown}",) if shown else ()


def statement(machine: Machine) -> str:
    """The keyword that opened the statement that is being read, or an empty text."""
    opening = ""
    for entry in reversed(machine.entries):
        if _ends_before(entry.symbol):
            break
        said = entry.value if entry.symbol in machine.table.words else getattr(entry.value, "text", "")
        if entry.symbol in machine.table.words or entry.symbol.startswith("k_"):
            opening = said if said.isidentifier() else opening
    return opening


def begun(machine: Machine, at: int) -> int:
    """The offset at which the statement that is being read begins; ``at`` where none has begun."""
    for entry in reversed(machine.entries):
        if _ends_before(entry.symbol):
            break
        at = entry.start if entry.start >= 0 else at
    return at


def _ends_before(symbol: str) -> bool:
    """Whether what lies on the stack is no part of the statement above it: a brace, or the statements before."""
    return symbol in {"LBRACE", "head"} or bool(_STATEMENTS.match(symbol))


def opened(machine: Machine) -> tuple[str, int, int] | None:
    """The innermost open block: its opening word, the height of the stack in it, and the offset of its brace."""
    index = _innermost(machine)
    if index is None:
        return None
    header = Machine(machine.table, machine.build, machine.states[: index + 1], machine.entries[:index])
    return statement(header) or "block", index + 2, machine.entries[index].start


def _innermost(machine: Machine) -> int | None:
    """The entry of the innermost open brace. A closed block may still lie on the stack, brace and all."""
    closed = 0
    for index in range(len(machine.entries) - 1, -1, -1):
        symbol = machine.entries[index].symbol
        if symbol == "LBRACE" and closed == 0:
            return index
        closed += {"RBRACE": 1, "LBRACE": -1}.get(symbol, 0)
    return None
