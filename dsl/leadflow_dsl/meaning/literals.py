"""Literals: a written value, made the kind of value that its place wants."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Edit
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.suggestions import did_you_mean, listed, slip
from leadflow_dsl.rules.conditions import MISMATCH, NOT_A_MEMBER, UNKNOWN_STATE, VALUE
from leadflow_dsl.states import STATES, state_code
from leadflow_dsl.terms import Const, ListOf, Term, Type
from leadflow_dsl.types import (
    BOOLEAN,
    BROKEN,
    COUNTRY,
    DATE,
    DATETIME,
    DURATION,
    MONEY,
    NUMBER,
    STATE,
    TEXT,
    WEEKDAY,
    WEEKDAYS,
    described,
    kind,
    list_of,
)


def literal(draft: Draft, node: object, want: Type | None) -> Term | None:
    """A literal as a term, fitted to ``want`` where that is known; None for a node that is no literal."""
    make = _LITERALS.get(type(node))
    return make(draft, node, want) if make else None


def bare_word(draft: Draft, node: nodes.Word, want: Type | None) -> Const | None:
    """A bare word as a literal of an enum, a state, a country or a boolean; None where it is none."""
    word = node.text
    if word in ("true", "false") and (want is None or kind(want).group in ("boolean", "any")):
        return Const(word == "true", BOOLEAN, node.span)
    if want is None:
        return None
    if want.name == "enum":
        member = _member(word, want)
        return Const(member, want, node.span) if member is not None else None
    if want == STATE and word in STATES:
        return Const(word, STATE, node.span)
    if want == COUNTRY and len(word) == 2 and word.isupper():
        return Const(word, COUNTRY, node.span)
    return None


def wrong_word(draft: Draft, node: nodes.Word, want: Type) -> bool:
    """Report a word that should have been a literal of ``want``; False where ``want`` has no bare words."""
    if want.name == "enum":
        not_a_member(draft, node, node.text, want)
    elif want == STATE and (len(node.text) == 2 or node.text.isupper()):
        no_state(draft, node, node.text)
    elif want == BOOLEAN and (meant := _TRUTHS.get(node.text.casefold())):
        fix = (Edit(node.span, meant),)
        draft.found(MISMATCH.at(node.span, f"`{node.text}` is no boolean", "", f"write `{meant}`", fix=fix))
    else:
        return False
    return True


_TRUTHS = {
    **dict.fromkeys(("true", "yes", "on", "y"), "true"),
    **dict.fromkeys(("false", "no", "off", "n"), "false"),
}
"""How other languages write a boolean, and how this one does."""


def not_a_member(draft: Draft, node: Any, word: str, want: Type) -> None:
    """Report a word that an enum does not have."""
    message = f"`{word}` is not one of {listed(want.members)}"
    help = did_you_mean(word, want.members)
    fix = slip(word, node.span, want.members)
    draft.found(NOT_A_MEMBER.at(node.span, message, "the enum has no such word", help, fix=fix))


def no_state(draft: Draft, node: Any, word: str) -> None:
    """Report a state that does not exist."""
    help = did_you_mean(word, STATES) or ("states are two capital letters: `CA`, `OR`, `DC`",)
    draft.found(UNKNOWN_STATE.at(node.span, f"there is no state `{word}`", "no such state", help))


def _member(word: str, want: Type) -> str | None:
    return next((member for member in want.members if member.casefold() == word.strip().casefold()), None)


def moment_of(text: str) -> datetime.datetime | None:
    """The moment that a text says in ISO 8601 with its zone (``2026-12-24T18:00:00Z``); None for any other."""
    try:
        moment = datetime.datetime.fromisoformat(text) if _MOMENT.match(text) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo and 1 < moment.year < 9_999 else None


def unquoted(text: str, want: Type) -> tuple[str, ...]:
    """What to write for a quoted text that should be a number, a day or a moment; nothing for any other text."""
    if want == DATETIME and moment_of(f"{text}Z"):
        return (f'a moment says its zone: "{text}Z", "{text}-05:00"',)
    if kind(want).group == "date" and _MOMENT.match(text):
        return (f"write the day, without quotes: {text[:10]}",)
    return (f"write it without quotes: {text}",) if _BARE.fullmatch(text) else ()


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d")
_BARE = re.compile(r"\d+(\.\d+)?(%|ms|s|m|h|d)?|\d{4}-\d\d-\d\d|\d\d:\d\d")
"""What a literal without quotes looks like."""


def _text(draft: Draft, node: nodes.Text, want: Type | None) -> Term:
    if want == DATETIME and (moment := moment_of(node.value)):
        return Const(moment, DATETIME, node.span)
    if want is None or kind(want).group != "text" or not node.value.strip():
        return Const(node.value, TEXT, node.span)
    if want.name == "enum":
        member = _member(node.value, want)
        if member is None:
            not_a_member(draft, node, node.value, want)
        return Const(node.value if member is None else member, want, node.span)
    if want == STATE:
        code = state_code(node.value)
        if code is None:
            no_state(draft, node, node.value)
        return Const(code or node.value, STATE, node.span)
    if want.name == "phone":
        _check_phone(draft, node)
    return Const(node.value, want, node.span)


def _check_phone(draft: Draft, node: nodes.Text) -> None:
    """A phone is compared in its normal form; in any other spelling it would equal nothing."""
    if re.fullmatch(r"\+\d{7,15}", node.value.strip()):
        return
    digits = re.sub(r"\D", "", node.value)
    help = ("write it as `+` and digits, the country's code first",)
    if len(digits) in (10, 11):
        help = (f'write "+{digits if len(digits) == 11 else "1" + digits}"',)
    message = f'a phone never equals "{node.value}"'
    draft.found(VALUE.at(node.span, message, "not the form in which phones are compared", help))


def _number(draft: Draft, node: nodes.Number, want: Type | None) -> Term:
    if want == MONEY:
        return Const(node.value, MONEY, node.span)
    if want is not None and want.name == "enum" and node.raw in want.members:
        return Const(node.raw, want, node.span)
    return Const(node.value, NUMBER, node.span)


def _days(draft: Draft, node: nodes.Days, want: Type | None) -> Term:
    consts = tuple(Const(WEEKDAYS[day], WEEKDAY, node.span) for day in node.value)
    return consts[0] if len(consts) == 1 else ListOf(consts, list_of(WEEKDAY), node.span)


def _plain(type_: Type) -> Callable[[Draft, Any, Type | None], Term]:
    def make(draft: Draft, node: Any, want: Type | None) -> Term:
        return Const(node.value, type_, node.span)

    return make


def _clock_range(draft: Draft, node: nodes.ClockRange, want: Type | None) -> Term:
    message = "a span of time stands only after `in`"
    help = "write `lead.local_time in 08:00-20:00`"
    draft.found(MISMATCH.at(node.span, message, "not a value of its own", help))
    return Const(node.raw, BROKEN, node.span)


_LITERALS: dict[type, Callable[[Draft, Any, Type | None], Term]] = {
    nodes.Text: _text,
    nodes.Number: _number,
    nodes.Percent: _plain(NUMBER),
    nodes.Duration: _plain(DURATION),
    nodes.Clock: _plain(Type("time")),
    nodes.ClockRange: _clock_range,
    nodes.Date: _plain(DATE),
    nodes.Days: _days,
}


def converted(draft: Draft, node: Any, want: Type, what: str) -> Term | None:
    """A literal (or bare word) that must be of type ``want``, as in ``default`` and ``between`` of a field."""
    if isinstance(node, nodes.Word):
        word = bare_word(draft, node, want)
        if word is None and not wrong_word(draft, node, want):
            mismatch(draft, node, want, what, f"`{node.text}`")
        return word
    if isinstance(node, nodes.Negative):
        inner = converted(draft, node.value, want, what)
        if isinstance(inner, Const) and isinstance(inner.value, Decimal):
            return Const(-inner.value, inner.type, node.span)
        return None
    term = literal(draft, node, want)
    if term is None or not _fits(term.type, want):
        mismatch(draft, node, want, what, draft.text_at(node.span))
        return None
    return term


def _fits(type_: Type, want: Type) -> bool:
    groups = (kind(type_).group, kind(want).group)
    if want == DATETIME and type_ == DATE:
        return True  # the day's first moment
    return groups[0] == groups[1] or groups[1] == "any" or (groups[1] == "range" and groups[0] == "number")


def mismatch(draft: Draft, node: Any, want: Type, what: str, value: str) -> None:
    """Report a literal of the wrong kind."""
    message = f"{what} must be of type {described(want)}, and {value} is not"
    help: tuple[str, ...] = ()
    if kind(want).group == "text" and isinstance(node, nodes.Number):
        help = (f'write it in quotes: "{node.raw}"',)
    elif isinstance(node, nodes.Text):
        help = unquoted(node.value, want)
    draft.found(MISMATCH.at(node.span, message, f"not a {want.name}", help))
