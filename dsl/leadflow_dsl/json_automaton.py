"""JSON read piece by piece: where a text stands after each character, so that a template can be read around its places.

A ``State`` is all that is known of what was read; ``after`` gives the next one, or None where no JSON goes on so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

ANY_SCALAR: Final = "?"
"""A number or a boolean of which only the lead knows how it is written."""
_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
_IN_SCALAR: Final = frozenset("+-.0123456789abcdefghijklmnopqrstuvwxyzE")
_BLANKS: Final = frozenset(" \t\r\n")
_ESCAPED: Final = frozenset('"\\/bfnrtu')
_CLOSED_BY: Final[Mapping[str, str]] = {"{": "}", "[": "]"}


class State(NamedTuple):
    """What was read: the open brackets, what may come, and the letters of a number or word that has begun.

    mode: "value", "first value" (of a list), "name", "first name" (of an object), "colon", "after" (a value), "text",
    "text of name", "escape", "escape of name", "scalar".
    """

    open: str = ""
    mode: str = "value"
    scalar: str = ""


START: Final = State()
VALUES: Final = frozenset({"value", "first value"})


def after(state: State, char: str) -> State | None:
    """The state after one character more; None where no JSON has it here."""
    mode = state.mode
    if mode in ("text", "text of name"):
        return _in_text(state, char)
    if mode in ("escape", "escape of name"):
        return state._replace(mode=mode.replace("escape", "text")) if char in _ESCAPED else None
    if mode == "scalar":
        if char in _IN_SCALAR:
            return state if state.scalar == ANY_SCALAR else state._replace(scalar=state.scalar + char)
        ended = scalar_ended(state)
        return None if ended is None else after(ended, char)
    if char in _BLANKS:
        return state
    return _sign(state, char)


def scalar_ended(state: State) -> State | None:
    """The state behind a number or word that ends here; None where it is none. Other states as they are."""
    if state.mode != "scalar":
        return state
    whole = state.scalar == ANY_SCALAR or _SCALAR.fullmatch(state.scalar)
    return state._replace(mode="after", scalar="") if whole else None


def ends(state: State) -> bool:
    """Whether a text may end here."""
    ended = scalar_ended(state)
    return ended is not None and ended.mode == "after" and not ended.open


def _in_text(state: State, char: str) -> State | None:
    if char == "\\":
        return state._replace(mode=state.mode.replace("text", "escape"))
    if char == '"':
        return state._replace(mode="colon" if state.mode == "text of name" else "after")
    return None if char < " " else state


def _sign(state: State, char: str) -> State | None:
    mode = state.mode
    if mode in VALUES:
        return _value(state, char)
    if mode == "colon":
        return state._replace(mode="value") if char == ":" else None
    if mode in ("name", "first name"):
        if char == '"':
            return state._replace(mode="text of name")
        return _closed(state, char) if mode == "first name" and char == "}" else None
    if char == "," and state.open:
        return state._replace(mode="name" if state.open[-1] == "{" else "value")
    return _closed(state, char)


def _value(state: State, char: str) -> State | None:
    if char == '"':
        return state._replace(mode="text")
    if char in _CLOSED_BY:
        return State(state.open + char, "first name" if char == "{" else "first value")
    if char in _IN_SCALAR:
        return state._replace(mode="scalar", scalar=char)
    return _closed(state, char) if state.mode == "first value" and char == "]" else None


def _closed(state: State, char: str) -> State | None:
    fits = bool(state.open) and _CLOSED_BY[state.open[-1]] == char
    return State(state.open[:-1], "after") if fits else None
